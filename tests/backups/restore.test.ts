import { expect } from "chai";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { swapCommands } from "../../backups/restoredDatabases";
import { capturedText } from "../../catalog/capturedSql";
import { connect } from "../../migrations/connection";
import { migrate } from "../../migrations/migrate";
import { runWith } from "../cli/runWith";
import { Server } from "../migrations/server";

const server = new Server();
const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");
const now = new Date("2026-03-01T09:00:00.000Z");
const name = "shop-prod-1-2026-03-01T09-00-00-000Z";

interface Restored {
  live: string;
  restored: string;
  tables: { table: string; backup?: number; live?: number }[];
  leftovers: { name: string; whole: boolean; removal: string }[];
  swap: string[];
  undo: string[];
  remove: string;
}

describe("knowngood restore", function () {
  this.timeout(120_000);
  before("start PostgreSQL", () => server.start());

  /** A live database that lost its orders to a migration, and has gone on since; the backup before it lies in a folder. */
  async function lost() {
    const url = await server.newDatabase();
    const folder = mkdtempSync(join(server.folder, "restore-"));
    const all = server.request(url, [
      ["1", "CREATE TABLE orders (id int PRIMARY KEY, note text); CREATE TABLE customers (id int);"],
      ["2", "DELETE FROM orders;"],
    ]);
    const [first] = all.migrations;
    if (first === undefined) throw new Error("two migrations were asked for");
    await migrate({ ...all, migrations: [first] });
    await server.ask(
      url,
      "INSERT INTO orders SELECT i, 'note ' || i FROM generate_series(1, 1000) i RETURNING id",
    );
    await migrate({ ...all, backup: { stack: "shop/prod", folder, keep: 10 } }, now);
    await server.ask(url, "INSERT INTO customers VALUES (1), (2) RETURNING id");
    const database = (await server.ask(url, "SELECT current_database()"))[0] ?? "";
    const restore = (...more: string[]) =>
      runWith(folder, ["restore", name, "--folder", folder, ...more], {
        env: { KNOWNGOOD_DATABASE_URL: url },
      });
    const standing = async () => [
      await server.ask(url, "SELECT count(*) FROM orders"),
      await server.ask(url, "SELECT id FROM customers ORDER BY id"),
      await server.ask(url, "SELECT version FROM schema_migrations ORDER BY version"),
    ];
    const beside = () =>
      server.ask(url, `SELECT datname FROM pg_database WHERE datname LIKE '${database}\\_%' ORDER BY 1`);
    return { url, folder, database, restore, standing, beside };
  }
  async function inPostgres(sql: string): Promise<void> {
    const client = await connect(server.postgres.adminUrl);
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  it("restores beside the live one, says what was written since, and prints what swaps them, and back", async () => {
    const { url, database, restore, standing } = await lost();
    const before = await standing();
    const { code, stdout, stderr } = await restore("--json");
    expect(code, stderr).to.equal(0);
    const told = JSON.parse(stdout) as Restored;
    expect(told).to.deep.include({
      live: database,
      restored: `${database}_restored_20260301T090000`,
      leftovers: [],
    });
    expect(told.tables).to.deep.equal([
      { table: "public.customers", backup: 0, live: 2 },
      { table: "public.orders", backup: 1000, live: 0 },
      { table: "public.schema_migrations", backup: 1, live: 2 },
    ]);
    expect(stderr.match(/^\d of 5: /gm)).to.have.length(5);
    expect(await standing()).to.deep.equal(before);

    for (const statement of told.swap) await inPostgres(statement);
    expect(await standing()).to.deep.equal([["1000"], [], ["1"]]);
    expect(await server.ask(url, "SELECT note FROM orders WHERE id = 7")).to.deep.equal(["note 7"]);
    for (const statement of told.undo) await inPostgres(statement);
    expect(await standing()).to.deep.equal(before);
    await inPostgres(told.remove);
  });

  it("restores what a command of another tool's has migrated, at the newest migration of that tool's table", async () => {
    const url = await server.newDatabase();
    const folder = mkdtempSync(join(server.folder, "restore-"));
    await server.ask(url, "CREATE TABLE alembic_version (version_num varchar PRIMARY KEY)");
    await server.ask(url, "INSERT INTO alembic_version VALUES ('b2') RETURNING 1");
    const captured = (version: string) =>
      capturedText({ tool: "alembic", version, source: "0".repeat(64) }, { sql: "SELECT 1;" });
    const request = server.request(
      url,
      ["b2", "a1"].map((version) => [version, captured(version)]),
    );
    const upgrade = `const { Client } = require("pg");
      const client = new Client(process.env.DATABASE_URL);
      client.connect().then(() => client.query("UPDATE alembic_version SET version_num = 'a1'")).then(() => client.end());`;
    const runner = {
      ...{ up: [process.execPath, "-e", upgrade], within: 60, where: { kind: "here" as const } },
      ...{ env: { DATABASE_URL: url }, redact: [] },
    };
    const { ran } = await migrate(
      { ...request, runner, backup: { stack: "shop/prod", folder, keep: 10 } },
      now,
    );
    expect(ran).to.deep.equal(["a1"]);
    const backup = name.replace("-1-", "-b2-");
    const { code, stdout, stderr } = await runWith(
      folder,
      ["restore", backup, "--folder", folder, "--json"],
      {
        env: { KNOWNGOOD_DATABASE_URL: url },
      },
    );
    expect(code, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.include({ head: { backup: "b2", live: "a1" } });
    await inPostgres((JSON.parse(stdout) as Restored).remove);
  });

  it("restores the same backup once more after a swap, and what it prints swaps again", async () => {
    const { database, restore, standing, beside } = await lost();
    for (const time of ["20260301T090000", "20260301T090000_2"]) {
      const { code, stdout, stderr } = await restore("--json");
      expect(code, stderr).to.equal(0);
      const { restored, swap } = JSON.parse(stdout) as Restored;
      expect(restored).to.equal(`${database}_restored_${time}`);
      for (const statement of swap) await inPostgres(statement);
      expect(await standing()).to.deep.equal([["1000"], [], ["1"]]);
    }
    const before = `${database}_before_20260301T090000`;
    expect(await beside()).to.deep.equal([before, `${before}_2`]);
  });

  it("tells it to a person, too", async () => {
    const { url, restore } = await lost();
    const { code, stdout } = await restore();
    expect(code).to.equal(0);
    expect(stdout).to.match(/public\.orders +1000 +0 +-1000/);
    expect(stdout).to.contain("2 now");
    const password = new URL(url.replace("@/", "@host/")).password;
    expect(stdout).not.to.contain(password);
  });

  it("refuses what is no backup, or damaged, and leaves nothing", async () => {
    const { folder, restore, beside } = await lost();
    const none = await runWith(folder, ["restore", "other", "--folder", folder], { env: {} });
    expect([none.code, none.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes("--list"),
    );
    const away = await runWith(folder, ["restore", name, "--folder", folder], {
      env: { KNOWNGOOD_DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" },
    });
    expect(away.code).to.equal(4);
    const file = join(folder, `${name}.dump`);
    const bytes = readFileSync(file);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const damaged = await restore();
    expect([damaged.code, damaged.stdout]).to.deep.equal([1, ""]);
    expect(damaged.stderr).to.contain("is damaged: its SHA-256 is");
    expect(await beside()).to.deep.equal([]);
  });

  it("that is killed at any step leaves the live one as it is, and the next run names what is left", async () => {
    const { url, folder, restore, standing, beside } = await lost();
    const before = await standing();
    for (const step of [1, 2, 3, 4, 5]) {
      const child = spawn(process.execPath, [command, "restore", name, "--folder", folder], {
        env: { ...process.env, KNOWNGOOD_DATABASE_URL: url },
        stdio: ["ignore", "ignore", "pipe"],
      });
      await new Promise<void>((resolve) => {
        let said = "";
        child.stderr.setEncoding("utf8").on("data", (piece: string) => {
          said += piece;
          if (said.includes(`${step} of 5: `)) child.kill("SIGKILL");
        });
        child.once("close", () => resolve());
      });
      // A server that was asked for a database goes on making it.
      for (;;) {
        const making = await server.ask(
          server.postgres.adminUrl,
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE DATABASE%' AND state = 'active' AND pid <> pg_backend_pid()",
        );
        if (making[0] === "0") break;
        await sleep(50);
      }
      expect(await standing(), `killed at step ${step}`).to.deep.equal(before);
      const left = await beside();
      const { code, stdout, stderr } = await restore("--json");
      expect(code, stderr).to.equal(0);
      const told = JSON.parse(stdout) as Restored;
      for (const each of left) expect(stderr).to.contain(each);
      expect(told.leftovers.map((leftover) => leftover.name)).to.include.members(left);
      for (const { removal } of told.leftovers) await inPostgres(removal);
      await inPostgres(told.remove);
      expect(await beside()).to.deep.equal([]);
      expect(await standing()).to.deep.equal(before);
    }
  });

  it("swaps names that need quotes", () => {
    const { swap, remove } = swapCommands(`o'n "e`, `o'n "e_restored_1`);
    expect(swap[0]).to.contain(`datname = 'o''n "e';`);
    expect(swap[2]).to.equal(
      `BEGIN; ALTER DATABASE "o'n ""e" RENAME TO "o'n ""e_before_1"; ALTER DATABASE "o'n ""e_restored_1" RENAME TO "o'n ""e"; COMMIT;`,
    );
    expect(remove).to.equal(`DROP DATABASE "o'n ""e_restored_1" WITH (FORCE);`);
  });
});
