import { expect } from "chai";
import { connect } from "../../../migrations/connection";
import { appliedVersionsOf } from "../../../migrations/tools/appliedVersionsOf";
import { catalogProblems } from "../../../migrations/tools/catalogProblems";
import { readAppliedState } from "../../../migrations/tools/readAppliedState";
import { capturedText } from "../../../catalog/capturedSql";
import { Server } from "../server";
import { runSql, stateOf, versions } from "./toolShop";

const server = new Server();

const flywayTable = `CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50),
  description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum int,
  installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL,
  success boolean NOT NULL)`;

describe("what a database says of its migrations", function () {
  this.timeout(60_000);
  before("start PostgreSQL", () => server.start());

  const databaseWith = async (sql: string) => {
    const url = await server.newDatabase();
    await runSql(url, sql);
    return url;
  };
  const failureOf = async (answer: Promise<unknown>) => {
    try {
      await answer;
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("it did not fail");
  };
  /** Rows of Flyway's history, in order: version, type, script, checksum, success. */
  const flywayWith = (...rows: [string | null, string, string, number | null, boolean][]) =>
    databaseWith(
      [
        flywayTable,
        ...rows.map(
          ([version, type, script, checksum, success], index) =>
            `INSERT INTO flyway_schema_history VALUES (${index + 1}, ${version === null ? "NULL" : `'${version}'`},
             'some words', '${type}', '${script}', ${checksum ?? "NULL"}, 'shop', '2026-03-01 09:00', 1, ${success})`,
        ),
      ].join(";"),
    );

  it("is nothing where there is no such database, or no tool's table", async () => {
    expect(await readAppliedState(server.postgres.url(server.newName()))).to.equal(undefined);
    const url = await databaseWith("CREATE TABLE orders (id int)");
    expect(await readAppliedState(url)).to.equal(undefined);
    expect(await readAppliedState(url, { tool: "goose" })).to.equal(undefined);
    expect(await readAppliedState(url, { table: "schema_migrations" })).to.equal(undefined);
  });

  it("is dbmate's or golang-migrate's by the table's columns, though they share its name", async () => {
    const dbmate = await databaseWith(
      "CREATE TABLE schema_migrations (version varchar PRIMARY KEY); INSERT INTO schema_migrations VALUES ('9'), ('10')",
    );
    expect(await readAppliedState(dbmate)).to.deep.equal({
      tool: "dbmate",
      table: "schema_migrations",
      applied: [{ version: "10" }, { version: "9" }],
      head: "9",
      headOnly: false,
      problems: [],
    });
    const golang = await databaseWith(
      "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean); INSERT INTO schema_migrations VALUES (9, false)",
    );
    expect((await readAppliedState(golang))?.tool).to.equal("golang-migrate");
    expect(await failureOf(readAppliedState(golang, { tool: "dbmate" }))).to.equal(
      "The table schema_migrations is not dbmate's: it has the columns version, dirty. Name the tool by database.tool, and its table by database.table.",
    );
  });

  it("is read from a table elsewhere, whatever its name", async () => {
    const url = await databaseWith(
      `CREATE SCHEMA "Billing"; CREATE TABLE "Billing"."Done" (version_num text); INSERT INTO "Billing"."Done" VALUES ('a1')`,
    );
    const state = await readAppliedState(url, { table: "Billing.Done" });
    expect(state).to.deep.include({ tool: "alembic", table: "Billing.Done", head: "a1" });
    const foreign = await databaseWith("CREATE TABLE done (what text)");
    expect(await failureOf(readAppliedState(foreign, { table: "done" }))).to.contain(
      "The table done is of no migration tool that is known here: it has the columns what.",
    );
  });

  it("tells the tables of several tools, and believes the one that is named", async () => {
    const url = await databaseWith(
      `CREATE TABLE schema_migrations (version varchar); INSERT INTO schema_migrations VALUES ('1');
       CREATE TABLE migrations (id serial, migration varchar, batch int)`,
    );
    const state = await stateOf(url, "dbmate");
    expect(state.problems.map(({ kind, reason }) => `${kind}: ${reason}`)).to.deep.equal([
      "several-tools: The database holds the tables of several migration tools (dbmate, laravel); dbmate's is believed.",
    ]);
    expect(await readAppliedState(url, { tool: "laravel" })).to.deep.include({
      tool: "laravel",
      applied: [],
      head: undefined,
      problems: [],
    });
  });

  it("can't be changed by reading it, nor waited for", async () => {
    const url = await databaseWith(
      `CREATE TABLE alembic_hidden (version_num text);
       CREATE FUNCTION touch() RETURNS text LANGUAGE sql AS 'INSERT INTO alembic_hidden VALUES (1) RETURNING version_num';
       CREATE VIEW alembic_version AS SELECT touch() AS version_num`,
    );
    expect(await failureOf(readAppliedState(url))).to.contain("read-only transaction");
    const blocked = await databaseWith("CREATE TABLE alembic_version (version_num text)");
    const holder = await connect(blocked);
    try {
      await holder.query("BEGIN; LOCK TABLE alembic_version");
      expect(await failureOf(readAppliedState(blocked))).to.contain("statement timeout");
    } finally {
      await holder.end();
    }
  });

  it("is Laravel's by batch, then by name", async () => {
    const url = await databaseWith(
      `CREATE TABLE migrations (id serial, migration varchar, batch int);
       INSERT INTO migrations (migration, batch) VALUES ('2026_02_01_000000_note', 2), ('2026_01_02_000000_b', 1), ('2026_01_01_000000_a', 1)`,
    );
    const state = await stateOf(url, "laravel");
    expect(versions(state)).to.deep.equal([
      "2026_01_01_000000_a",
      "2026_01_02_000000_b",
      "2026_02_01_000000_note",
    ]);
    expect(state.head).to.equal("2026_02_01_000000_note");
  });

  it("is Flyway's without what was undone, with repeatable ones as they last ran", async () => {
    const url = await flywayWith(
      [null, "SCHEMA", '"shop"', null, true],
      ["1", "SQL", "V1__orders.sql", -17, true],
      ["1.10", "SQL", "V1_10__a.sql", 1, true],
      ["1.2.0", "SQL", "V1.2.0__b.sql", 2, true],
      [null, "SQL", "views/R__totals.sql", 255, true],
      ["1.10", "UNDO_SQL", "U1_10__a.sql", 3, true],
      [null, "SQL", "views/R__totals.sql", -1, true],
    );
    const state = await stateOf(url, "flyway");
    expect(versions(state)).to.deep.equal(["1", "1.2", "R__totals.000000ff", "R__totals.ffffffff"]);
    expect(state.applied[0]).to.deep.include({ name: "some_words", checksum: "-17" });
    expect(state).to.deep.include({ head: "1.2", problems: [] });
  });

  it("tells Flyway's failed migrations, until they ran", async () => {
    const failed = await flywayWith(
      ["1", "SQL", "V1__orders.sql", 1, true],
      ["2", "SQL", "V2__n.sql", 2, false],
    );
    const { problems, applied } = await stateOf(failed, "flyway");
    expect(problems.map(({ version, kind, reason }) => `${version} ${kind}: ${reason}`)).to.deep.equal([
      "2 failed: Migration 2 (V2__n.sql) failed: what of it ran outside a transaction is in the schema.",
    ]);
    expect(versions({ applied })).to.deep.equal(["1", "2"]);
    const mended = await flywayWith(["2", "SQL", "V2__n.sql", 2, false], ["2", "SQL", "V2__n.sql", 3, true]);
    expect((await stateOf(mended, "flyway")).problems).to.deep.equal([]);
  });

  it("counts what is not newer than Flyway's baseline as applied", async () => {
    const url = await flywayWith(
      ["2", "BASELINE", "<< Flyway Baseline >>", null, true],
      ["3", "SQL", "V3__c.sql", 3, true],
    );
    const state = await stateOf(url, "flyway");
    const known = (...list: string[]) => list.map((version) => ({ version }));
    expect(appliedVersionsOf(state, known("1", "1.5", "2", "3", "4"))).to.deep.equal(["1", "1.5", "2", "3"]);
    expect(appliedVersionsOf(state, known("1", "3"))).to.deep.equal(["1", "3"]);
  });

  it("is compared with the catalog: what no release ships, what has another checksum", async () => {
    const url = await flywayWith(
      ["1", "SQL", "V1__a.sql", 11, true],
      ["2", "SQL", "V2__b.sql", 22, true],
      ["3", "SQL", "V3__c.sql", 33, true],
    );
    const known = ["1", "2"].map((version) => ({ version, name: "x", sha256: "" }));
    const sqlOf = ({ version }: { version: string }) =>
      capturedText({ tool: "flyway", version, source: "0".repeat(64), checksum: "11" }, { sql: "SELECT 1;" });
    const problems = catalogProblems(await stateOf(url, "flyway"), known, sqlOf);
    expect(problems.map(({ kind, reason }) => `${kind}: ${reason}`)).to.deep.equal([
      "checksum: Migration 2 was applied from another text than the catalog's: flyway recorded the checksum 22, the catalog's has 11.",
      "unknown: The database has applied 3, which no release of the catalog ships: nobody can say what it does.",
    ]);
  });
});
