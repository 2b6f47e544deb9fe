import { expect } from "chai";
import { join } from "node:path";
import { originOf, unreadReason } from "../../../catalog/capturedSql";
import { migrationSections } from "../../../catalog/migrationSections";
import { cleanSql } from "../../../migrations/tools/capturedOutput";
import { flyway, flywayChecksum } from "../../../migrations/tools/flyway";
import { laravel } from "../../../migrations/tools/laravel";
import { runnerWhenAhead } from "../../../migrations/tools/runnerWhenAhead";
import { toolOfFolder } from "../../../migrations/tools/toolOfFolder";
import { testFolder, type TestFolder } from "../../catalog/catalogFolder";
import { summaryOf, write } from "./toolShop";

describe("folders of migrations", () => {
  let folder: TestFolder;
  beforeEach(() => (folder = testFolder()));
  afterEach(() => folder.remove());
  const textsOf = ({ migrations }: { migrations: { sql: Buffer }[] }) =>
    migrations.map(({ sql }) => sql.toString("utf8"));

  it("are told apart by what they hold", () => {
    const folders = {
      dbmate: { "1_a.sql": "-- migrate:up\n" },
      "golang-migrate": { "1_a.up.sql": "SELECT 1;" },
      goose: { "1_a.sql": "\n-- +goose Up\n" },
      flyway: { "V1__a.sql": "SELECT 1;" },
      alembic: { "env.py": "", "versions/a.py": "" },
      laravel: { "2026_01_01_000000_a.php": "<?php" },
      prisma: { "20260101000000_a/migration.sql": "SELECT 1;" },
      django: { "manage.py": "" },
    };
    for (const [tool, files] of Object.entries(folders)) {
      write(join(folder.path, tool), files);
      expect(toolOfFolder(join(folder.path, tool)), tool).to.equal(tool);
    }
    write(join(folder.path, "none"), { "1_a.sql": "SELECT 1;" });
    expect(toolOfFolder(join(folder.path, "none"))).to.equal(undefined);
    expect(toolOfFolder(join(folder.path, "no-such"))).to.equal(undefined);
  });

  describe("of Flyway", () => {
    it("are read in Flyway's order, with undo migrations and checksums of its own", async () => {
      write(folder.path, {
        "V1_10__index.sql": "CREATE INDEX CONCURRENTLY i ON orders (note);\n",
        "V1.2__note.sql": "ALTER TABLE orders ADD COLUMN note text;\r\n",
        "V1__orders.sql": "CREATE TABLE orders (id int);\n-- of the shop\n",
        "U1.2.0__note.sql": "ALTER TABLE orders DROP COLUMN note;\n",
        "views/R__totals.sql": "CREATE OR REPLACE VIEW totals AS SELECT count(*) FROM orders;\n",
        "notes.sql": "not a migration",
      });
      const contents = await flyway.readFolder(folder.path, {});
      const totals = (flywayChecksum("CREATE OR REPLACE VIEW totals AS SELECT count(*) FROM orders;") >>> 0)
        .toString(16)
        .padStart(8, "0");
      expect(summaryOf(contents)).to.deep.equal([
        "1_orders",
        "1.2_note with down",
        "1.10_index",
        `R__totals.${totals}_totals`,
      ]);
      const [orders = "", , index] = textsOf(contents);
      expect(originOf(orders)?.checksum).to.equal(
        String(flywayChecksum("CREATE TABLE orders (id int);-- of the shop")),
      );
      expect(index).to.contain("-- migrate:up transaction:false\n");
      expect(migrationSections("1", orders).up).to.deep.include({
        sql: "\nCREATE TABLE orders (id int);\n-- of the shop\n",
        firstLine: 0,
      });
    });

    it("have the checksum that Flyway computes, whatever the line ends and however large", () => {
      // CRC-32 of "123456789", the check value of the algorithm.
      expect(flywayChecksum("12345\r\n6789\n")).to.equal(0xcbf43926 | 0);
      expect(flywayChecksum("\uFEFF1234\n56789")).to.equal(0xcbf43926 | 0);
    });

    it("tell what can't be known: placeholders, Java, baselines", async () => {
      write(folder.path, {
        "V1__a.sql": "CREATE TABLE ${schema}.a (id int);",
        "V2__b.java": "class V2__b {}",
        "B2__base.sql": "CREATE TABLE a (id int);",
      });
      const contents = await flyway.readFolder(folder.path, {});
      expect(summaryOf(contents)).to.deep.equal([
        "1_a unread: only Flyway knows what stands for its placeholder ${schema}",
        "2_b unread: it is written in Java",
      ]);
      expect(contents.told).to.have.length(3);
    });

    it("decide whether its runner starts: not where an unknown version is older than its own newest", () => {
      const starts = (shipped: string[], applied: string[]) =>
        runnerWhenAhead("flyway", shipped, applied).starts;
      expect(starts(["1", "2"], ["1", "2", "2.1"])).to.equal(true);
      expect(starts(["1", "2"], ["1", "1.10", "2"])).to.equal(false);
      expect(starts(["1", "2"], ["1", "2", "R__totals.00000001"])).to.equal(false);
    });
  });

  it("let golang-migrate and Alembic start where the head itself is known", () => {
    expect(runnerWhenAhead("golang-migrate", ["1", "3"], ["1", "2", "3"]).starts).to.equal(true);
    expect(runnerWhenAhead("golang-migrate", ["1", "2"], ["1", "2", "3"]).starts).to.equal(false);
    expect(runnerWhenAhead("alembic", ["a"], ["a", "b"], ["a", "b"]).starts).to.equal(false);
    expect(runnerWhenAhead("goose", ["1"], ["1", "2"]).starts).to.equal(true);
  });

  describe("of Laravel", () => {
    const files = {
      "2026_01_01_000000_create_orders.php": "<?php // orders",
      "2026_02_01_000000_add_note.php": "<?php // note",
    };
    const printed = (lines: string) =>
      `printf '%b' '${lines.replaceAll("'", "'\\''").replaceAll("\n", "\\n")}'`;

    it("have their SQL taken from what --pretend prints", async () => {
      write(folder.path, files);
      const capture = printed(
        `\n   \u001B[44m INFO \u001B[49m Running migrations.\n\n  {version} ..........\n` +
          `  ⇂ create table "orders" ("id" bigserial not null primary key)\n` +
          `  ⇂ create function f() returns int language sql as $$\n  select 1\n  $$\n\n`,
      );
      const contents = await laravel.readFolder(folder.path, { capture });
      expect(summaryOf(contents)).to.deep.equal([
        "2026_01_01_000000_create_orders",
        "2026_02_01_000000_add_note",
      ]);
      expect(textsOf(contents)[0]?.split("\n").slice(1).join("\n")).to.equal(
        `-- migrate:up\ncreate table "orders" ("id" bigserial not null primary key);\n\n` +
          `create function f() returns int language sql as $$\n  select 1\n  $$;\n`,
      );
    });

    it("have it taken from what older versions print, and a way down from a command of the user's", async () => {
      write(folder.path, files);
      const capture = printed("AddNote: alter table orders {direction} column note text;\n");
      const contents = await laravel.readFolder(folder.path, {
        capture: capture.replace("{direction}", "add"),
        captureDown: printed("AddNote: alter table orders drop column note\n"),
      });
      expect(summaryOf(contents)).to.deep.equal([
        "2026_01_01_000000_create_orders with down",
        "2026_02_01_000000_add_note with down",
      ]);
      expect(textsOf(contents)[1]).to.contain("-- migrate:down\nalter table orders drop column note;\n");
    });

    it("tell a database that has applied them already", async () => {
      write(folder.path, files);
      const contents = await laravel.readFolder(folder.path, {
        capture: printed("\n   INFO  Nothing to migrate.\n\n"),
      });
      expect(contents.told).to.have.length(2);
      expect(unreadReason(textsOf(contents)[0] ?? "")).to.equal(
        "the database that it was captured against has applied it already; take an empty one",
      );
    });
  });
});

describe("what a tool prints as a migration's SQL", () => {
  it("loses the tool's log, transaction and table of versions, whatever that is called", async () => {
    const output =
      "INFO  [alembic.runtime.migration] Running upgrade\nBEGIN;\n\nCREATE TABLE done (version_num text);\n" +
      "-- Running upgrade\nCREATE TABLE orders (id int);\n\nUPDATE done SET version_num='b' WHERE done.version_num = 'a';\n\nCOMMIT;\n";
    expect(await cleanSql(output)).to.deep.equal({
      sql: "CREATE TABLE orders (id int);",
      withoutTransaction: false,
      unread: undefined,
    });
  });

  it("keeps tables that only look like the tool's", async () => {
    const { sql } = await cleanSql("BEGIN; UPDATE alembic_versions SET a = 1; COMMIT;", "alembic_version");
    expect(sql).to.equal("UPDATE alembic_versions SET a = 1;");
  });

  it("tells code that reads rows, and what is no SQL", async () => {
    const reads = await cleanSql("BEGIN; SELECT id FROM orders; COMMIT;");
    expect(reads.unread).to.contain("it reads rows");
    expect((await cleanSql("SELECT setval('orders_id_seq', 5);")).unread).to.equal(undefined);
    expect((await cleanSql("Traceback: no settings")).unread).to.equal(
      "what its command printed is no SQL (Traceback: no settings)",
    );
  });

  it("is empty where nothing was printed but comments", async () => {
    expect((await cleanSql("--\n-- Alter field\n--\n-- (no-op)\n")).sql).to.equal("");
  });
});
