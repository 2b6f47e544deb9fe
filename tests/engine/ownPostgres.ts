import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { startMachine, type Machine } from "../../toolchain/machine/machine";
import { serverUser } from "../../toolchain/machine/postgres";
import {
  endProcess,
  processesAt,
  startDetached,
  untilReady,
  type ProcessIdentity,
} from "../../toolchain/machine/processes";

/** A PostgreSQL of a test's own, which it can stop: the one that all tests share has to stay. */
export class OwnPostgres {
  private constructor(
    private readonly folder: string,
    private readonly machine: Machine,
    private server: ProcessIdentity,
    private readonly command: readonly [string, ...string[]],
  ) {}

  /** @param folder private folder, for the server's log */
  static async start(folder: string): Promise<OwnPostgres> {
    const machine = await startMachine({ folder, need: ["postgres"], say: () => undefined });
    const [server] = processesAt(machine.postgres.socketFolder, ["postgres"]);
    if (server === undefined) throw new Error("PostgreSQL does not run as a process of this machine.");
    const [program = "", ...args] = readFileSync(`/proc/${server.pid}/cmdline`, "utf8")
      .split("\0")
      .slice(0, -1);
    return new OwnPostgres(folder, machine, server, [program, ...args]);
  }

  /** A folder of the host that a container needs at the same path. */
  get socketFolder(): string {
    return this.machine.postgres.socketFolder;
  }

  /** The address of a database of this server; the application role may make it. */
  url(database: string): string {
    return this.machine.postgres.url(database);
  }

  /** Ends the server and all its connections, as its own shutdown does. */
  async stop(): Promise<void> {
    await endProcess(this.server, [{ signal: "SIGINT", grace: 30 }]);
  }

  /** Starts it again with all its data. */
  async startAgain(): Promise<void> {
    const log = join(this.folder, "logs", "postgres.log");
    this.server = await startDetached(this.command, { log, ...serverUser() });
    await untilReady("PostgreSQL", this.server, () => this.answers(), { within: 60, log });
  }

  async dispose(): Promise<void> {
    await this.stop();
    await this.machine.stop();
  }

  private async answers(): Promise<boolean> {
    const client = new Client({ connectionString: this.machine.postgres.adminUrl });
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
