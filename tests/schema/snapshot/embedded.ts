import { PGlite } from "@electric-sql/pglite";
import { pg_trgm as trigrams } from "@electric-sql/pglite/contrib/pg_trgm";
import { compareSnapshots } from "../../../schema/snapshot/compare";
import type { Query } from "../../../schema/snapshot/query";
import type { StructuralFinding } from "../../../schema/snapshot/structuralFinding";
import { openParser } from "../../../schema/static/parser";
import { takeSnapshot } from "../../../schema/snapshot/takeSnapshot";

/** One PostgreSQL within the process, for all tests of a file; what a gap does is rolled back after it. */
export class Embedded {
  private database: PGlite | undefined;

  async start(): Promise<void> {
    this.database = await PGlite.create({ extensions: { pg_trgm: trigrams } });
  }

  async stop(): Promise<void> {
    await this.database?.close();
  }

  get server(): PGlite {
    if (this.database === undefined) throw new Error("the database is not started yet");
    return this.database;
  }

  readonly query: Query = async <Row>(sql: string, parameters?: readonly unknown[]) =>
    (await this.server.query<Row>(sql, [...(parameters ?? [])])).rows;

  /**
   * What two snapshots show of a gap.
   * @param role that old code logs in as, where it is known
   */
  async findings(shipped: string, ahead: string, role?: string): Promise<StructuralFinding[]> {
    await this.server.exec("BEGIN");
    try {
      await this.server.exec(shipped);
      const before = await takeSnapshot(this.query);
      await this.server.exec(ahead);
      return compareSnapshots(before, await takeSnapshot(this.query), { role, parser: await openParser() });
    } finally {
      await this.server.exec("ROLLBACK");
    }
  }

  /** The same as `rule object`, in order. */
  async told(shipped: string, ahead: string): Promise<string[]> {
    const findings = await this.findings(shipped, ahead);
    return findings
      .map(({ rule, object }) => `${rule} ${[object.name, object.part ?? []].flat().join(".")}`)
      .sort();
  }
}
