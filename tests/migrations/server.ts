import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { MigrationRequest } from "../../migrations/request";
import { startMachine, type Machine } from "../../toolchain/machine/machine";

interface Running {
  folder: string;
  machine: Machine;
}

/** One server for all files of a process. */
let running: Promise<Running> | undefined;

async function startServer(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "knowngood-migrations-test-"));
  try {
    const machine = await startMachine({
      folder: join(folder, "machine"),
      need: ["postgres"],
      say: () => undefined,
    });
    return { folder, machine };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function stopServer(): Promise<void> {
  const stopping = await running;
  running = undefined;
  await stopping?.machine.stop();
  if (stopping) rmSync(stopping.folder, { recursive: true, force: true });
}

/**
 * A PostgreSQL server, and a folder for migrations; both are gone when all tests are over. To be made outside of all
 * suites, since what is registered there ends with the process's last test.
 */
export class Server {
  private machine: Machine | undefined;
  folder = "";

  constructor() {
    after("stop PostgreSQL", stopServer);
  }

  async start(): Promise<void> {
    ({ machine: this.machine, folder: this.folder } = await (running ??= startServer()));
  }

  get postgres(): Machine["postgres"] {
    if (this.machine === undefined) throw new Error("the server is not started yet");
    return this.machine.postgres;
  }

  /** A name that no other test uses; nobody has made the database yet. */
  newName(): string {
    return `test_${randomBytes(4).toString("hex")}`;
  }

  /** A new, empty database's address. */
  async newDatabase(): Promise<string> {
    const name = this.newName();
    await this.ask(this.postgres.adminUrl, `CREATE DATABASE ${name} OWNER ${this.postgres.user}`);
    return this.postgres.url(name);
  }

  /** The rows of one statement, each as the text of its first column. */
  async ask(url: string, sql: string): Promise<string[]> {
    const client = new Client(url);
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(sql);
      return rows.map((row) => String(Object.values(row)[0]));
    } finally {
      await client.end();
    }
  }

  /** Waits until a statement of this text runs in the database. */
  async untilRunning(url: string, statement: string): Promise<void> {
    const asked = `SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()
      AND datname = current_database() AND query LIKE '%${statement}%'`;
    for (let attempt = 0; attempt < 400; attempt += 1) {
      if ((await this.ask(url, asked))[0] !== "0") return;
      await sleep(25);
    }
    throw new Error(`${statement} did not run in 10 s`);
  }

  /** Migrations in files of their own: each is a version, a name and its way up, or the whole file. */
  request(url: string, migrations: readonly [version: string, up: string][]): MigrationRequest {
    return {
      url,
      table: "schema_migrations",
      lockTimeout: 60,
      migrations: migrations.map(([version, up]) => {
        const file = join(this.folder, `${randomBytes(8).toString("hex")}.sql`);
        writeFileSync(file, up.startsWith("-- ") ? up : `-- migrate:up\n${up}\n\n-- migrate:down\n`);
        return { version, name: `m${version}`, file };
      }),
    };
  }
}

export const table = (name: string) => `CREATE TABLE ${name} (id int PRIMARY KEY);`;
