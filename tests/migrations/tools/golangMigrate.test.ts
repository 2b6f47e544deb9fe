import { expect } from "chai";
import { migrate as migrateHere } from "../../../migrations/migrate";
import { appliedVersionsOf } from "../../../migrations/tools/appliedVersionsOf";
import { golangMigrate } from "../../../migrations/tools/golangMigrate";
import { toolOfFolder } from "../../../migrations/tools/toolOfFolder";
import { Server } from "../server";
import { builtInGo } from "./builtInGo";
import { run } from "./run";
import { columnsOf, proveCaptured, proveEndsTransactions, stateOf, summaryOf, write } from "./toolShop";

const server = new Server();

const v1 = {
  "000001_orders.up.sql": "CREATE TABLE orders (id int PRIMARY KEY);",
  "000001_orders.down.sql": "DROP TABLE orders;",
  "000002_note.up.sql": "ALTER TABLE orders ADD COLUMN note text;",
  "000002_note.down.sql": "ALTER TABLE orders DROP COLUMN note;",
};
const v2 = {
  ...v1,
  "000010_index.up.sql": "CREATE INDEX CONCURRENTLY orders_note ON orders (note);",
};
const bad = { ...v2, "000011_bad.up.sql": "ALTER TABLE nowhere ADD COLUMN x int;" };

describe("golang-migrate, the tool itself", function () {
  this.timeout(300_000);
  const shop = builtInGo(server, { v1, v2, bad });

  const migrate = (url: string, release: string, ...args: string[]) =>
    run(shop.program("migrate"), [
      "-path",
      shop.folder(release),
      "-database",
      `${url}&sslmode=disable`,
      ...args,
    ]);

  it("is read as its own command tells it, and the catalog's order says what was applied", async () => {
    const url = await server.newDatabase();
    expect((await migrate(url, "v2", "up")).code).to.equal(0);
    expect((await migrate(url, "v2", "version")).output.trim()).to.equal("10");
    const state = await stateOf(url, "golang-migrate");
    expect(state).to.deep.equal({
      tool: "golang-migrate",
      table: "schema_migrations",
      applied: [{ version: "10" }],
      head: "10",
      headOnly: true,
      problems: [],
    });
    const { migrations } = await golangMigrate.readFolder(shop.folder("bad"), {});
    const known = migrations.map(({ migration }) => migration);
    expect(appliedVersionsOf(state, known)).to.deep.equal(["1", "2", "10"]);
    expect(appliedVersionsOf(state, known.slice(0, 2))).to.deep.equal(["1", "2", "10"]);
    await migrate(url, "v2", "goto", "2");
    expect(appliedVersionsOf(await stateOf(url, "golang-migrate"), known)).to.deep.equal(["1", "2"]);
    await migrate(url, "v2", "down", "-all");
    expect(await stateOf(url, "golang-migrate")).to.deep.include({ applied: [], head: undefined });
  });

  it("tells a migration that stopped half-way, as the tool does", async () => {
    const url = await server.newDatabase();
    expect((await migrate(url, "bad", "up")).code).to.equal(1);
    expect((await migrate(url, "bad", "version")).output.trim()).to.equal("11 (dirty)");
    const { applied, problems } = await stateOf(url, "golang-migrate");
    expect(applied).to.deep.equal([{ version: "11" }]);
    expect(problems.map(({ version, kind }) => ({ version, kind }))).to.deep.equal([
      { version: "11", kind: "dirty" },
    ]);
    expect(problems[0]?.remedy).to.contain("migrate force 11");
    expect((await migrate(url, "v2", "force", "10")).code).to.equal(0);
    expect((await stateOf(url, "golang-migrate")).problems).to.deep.equal([]);
  });

  it("refuses to start on a database that is ahead, as is said of it", async () => {
    const url = await server.newDatabase();
    await migrate(url, "v2", "up");
    const { code, output } = await migrate(url, "v1", "up");
    expect(code).to.equal(1);
    expect(output).to.contain("no migration found for version 10");
    expect(golangMigrate.whenAhead.starts).to.equal(false);
  });

  it("takes a way down that ends its transaction, as is said of it", async () => {
    const down = "BEGIN WORK;\nALTER TABLE orders DROP COLUMN note;\nCOMMIT WORK;\n";
    write(shop.folder("ending"), { ...v1, "000002_note.down.sql": down });
    await proveEndsTransactions(server, golangMigrate, {
      up: (url) => migrate(url, "ending", "up"),
      down: (url) => migrate(url, "ending", "down", "1"),
    });
  });

  it("has its folder read so that the catalog's SQL does what the tool does", async () => {
    expect(toolOfFolder(shop.folder("v2"))).to.equal("golang-migrate");
    const contents = await golangMigrate.readFolder(shop.folder("v2"), {});
    expect(summaryOf(contents)).to.deep.equal(["1_orders with down", "2_note with down", "10_index"]);
    expect(contents.migrations[2]?.sql.toString("utf8")).to.match(
      /^-- knowngood: from golang-migrate 10; source [0-9a-f]{64}\n-- migrate:up transaction:false\nCREATE INDEX/,
    );
    await proveCaptured(server, contents, (url) => migrate(url, "v2", "up"));
  });

  it("is never run by an up, which goes on where all is applied and refuses where something is pending", async () => {
    const { migrations } = await golangMigrate.readFolder(shop.folder("v2"), {});
    const request = (url: string) => ({
      ...server.request(url, []),
      migrations: migrations.map(({ migration: { version, name }, sql }) => {
        write(shop.folder(), { [`catalog/${version}.sql`]: sql.toString("utf8") });
        return { version, name, file: shop.folder("catalog", `${version}.sql`) };
      }),
    });
    const behind = await server.newDatabase();
    await migrate(behind, "v1", "up");
    let refusal = "";
    await migrateHere(request(behind)).catch((error: unknown) => (refusal = (error as Error).message));
    expect(refusal).to.contain("The release ships migrations of golang-migrate");
    expect(refusal).to.contain("(10_index)");
    expect((await migrate(behind, "v2", "version")).output.trim()).to.equal("2");
    await migrate(behind, "v2", "up");
    expect(await migrateHere(request(behind))).to.deep.equal({ ran: [], applied: ["1", "2", "10"] });
    const empty = await server.newDatabase();
    refusal = "";
    await migrateHere(request(empty)).catch((error: unknown) => (refusal = (error as Error).message));
    expect(refusal).to.contain("(1_orders, 2_note, 10_index)");
    expect(await columnsOf(empty)).to.deep.equal([]);
  });

  it("tells two files of one version, which the tool refuses", async () => {
    write(shop.folder("twice"), { "1_a.up.sql": "SELECT 1;", "001_b.up.sql": "SELECT 2;" });
    const { violations } = await golangMigrate.readFolder(shop.folder("twice"), {});
    expect(violations.map(({ found }) => found)).to.deep.equal([
      `version 1, which ${shop.folder("twice", "001_b.up.sql")} has too`,
    ]);
  });
});
