import { expect } from "chai";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { makeBackup } from "../../backups/makeBackup";
import { beginSnapshot } from "../../backups/snapshot";
import { connect } from "../../migrations/connection";
import { lock } from "../../migrations/lock";
import { Server } from "../migrations/server";

const server = new Server();
const now = new Date("2026-03-01T09:00:00.000Z");

describe("the snapshot of a backup", function () {
  this.timeout(60_000);
  before("start PostgreSQL", () => server.start());

  it("is not ended by the limits of time that its role has", async () => {
    const folder = mkdtempSync(join(server.folder, "limits-"));
    const url = await server.newDatabase();
    const [database] = await server.ask(url, "SELECT current_database()");
    const limited = (limit: string) =>
      server.ask(
        server.postgres.adminUrl,
        `ALTER ROLE ${server.postgres.user} IN DATABASE ${database} SET ${limit}`,
      );
    await limited("statement_timeout = '1min'");
    await limited("lock_timeout = '1min'");
    await limited("idle_in_transaction_session_timeout = '10ms'");
    await limited("idle_session_timeout = '1min'");
    const client = await connect(url);
    try {
      await lock(client, 60);
      const report = await makeBackup(
        { client, url, table: "schema_migrations", applied: [] },
        { stack: "shop/prod", folder, keep: 10 },
        now,
      );
      expect(report).to.include({ tables: 0, rows: 0 });
      const limits = async () => {
        const { rows } = await client.query<{ limits: string }>(
          `SELECT string_agg(setting, ' ' ORDER BY name) AS limits FROM pg_settings
           WHERE name IN ('idle_session_timeout', 'lock_timeout', 'statement_timeout')`,
        );
        return rows[0]?.limits;
      };
      await beginSnapshot(client);
      expect(await limits()).to.equal("0 0 0");
      await client.query("ROLLBACK");
      expect(await limits()).to.equal("0 60000 60000");
    } finally {
      await client.end();
    }
  });
});
