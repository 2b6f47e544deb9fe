import { expect } from "chai";
import { migrationSections } from "../../../catalog/migrationSections";
import { goose } from "../../../migrations/tools/goose";
import { toolOfFolder } from "../../../migrations/tools/toolOfFolder";
import { Server } from "../server";
import { builtInGo } from "./builtInGo";
import { run } from "./run";
import { proveCaptured, proveEndsTransactions, stateOf, summaryOf, versions, write } from "./toolShop";

const server = new Server();

const v1 = {
  "00001_orders.sql":
    "-- +goose Up\nCREATE TABLE orders (id int PRIMARY KEY);\n\n-- +goose Down\nDROP TABLE orders;\n",
  "00002_total.sql": `-- the total of orders
-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION total() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT count(*) FROM orders);
END
$$;
-- +goose StatementEnd
ALTER TABLE orders ADD COLUMN note text;

-- +goose Down
ALTER TABLE orders DROP COLUMN note;
DROP FUNCTION total();
`,
};
const v2 = {
  ...v1,
  "00010_index.sql":
    "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY orders_note ON orders (note);\n",
};

describe("goose, the tool itself", function () {
  this.timeout(300_000);
  const shop = builtInGo(server, { v1, v2 });

  const goosed = (url: string, release: string, ...args: string[]) =>
    run(shop.program("goose"), ["-dir", shop.folder(release), "postgres", url, ...args]);
  const statusOf = async (url: string) =>
    [...(await goosed(url, "v2", "status")).output.matchAll(/(Pending|\d{4}) +-- (\d+)_/g)].map(
      ([, when, version]) => `${Number(version)} ${when === "Pending" ? "pending" : "applied"}`,
    );

  it("is read as its own command tells it, also after a way down and up again", async () => {
    const url = await server.newDatabase();
    for (const way of ["up", "down", "down", "up-by-one"]) {
      expect((await goosed(url, "v2", way)).code).to.equal(0);
    }
    expect(await statusOf(url)).to.deep.equal(["1 applied", "2 applied", "10 pending"]);
    const state = await stateOf(url, "goose");
    expect(versions(state)).to.deep.equal(["1", "2"]);
    expect(state).to.deep.include({ head: "2", headOnly: false, problems: [] });
    expect(Date.parse(state.applied[0]?.appliedAt ?? "")).to.be.closeTo(Date.now(), 24 * 3600 * 1000);
  });

  it("reads a history that keeps every way taken, of which the last counts", async () => {
    const url = await server.newDatabase();
    await goosed(url, "v2", "up");
    await server.ask(
      url,
      `INSERT INTO goose_db_version (version_id, is_applied) VALUES (10, false), (2, false), (2, true)`,
    );
    expect(versions(await stateOf(url, "goose"))).to.deep.equal(["1", "2"]);
  });

  it("starts on a database that is ahead, as is said of it", async () => {
    const url = await server.newDatabase();
    await goosed(url, "v2", "up");
    const { code, output } = await goosed(url, "v1", "up");
    expect(code, output).to.equal(0);
    expect(output).to.contain("no migrations to run. current version: 10");
    expect(goose.whenAhead.starts).to.equal(true);
  });

  it("takes a way down that ends its transaction, as is said of it", async () => {
    const down = "BEGIN;\nALTER TABLE orders DROP COLUMN note;\nCOMMIT;\nDROP FUNCTION total();\n";
    const total = v1["00002_total.sql"].replace(/(?<=Down\n)[^]*/, down);
    write(shop.folder("ending"), { ...v1, "00002_total.sql": total });
    const url = await proveEndsTransactions(server, goose, {
      up: (database) => goosed(database, "ending", "up"),
      down: (database) => goosed(database, "ending", "down"),
    });
    expect(versions(await stateOf(url, "goose"))).to.deep.equal(["1"]);
  });

  it("has its folder read so that the catalog's SQL does what the tool does", async () => {
    expect(toolOfFolder(shop.folder("v2"))).to.equal("goose");
    const contents = await goose.readFolder(shop.folder("v2"), {});
    expect(summaryOf(contents)).to.deep.equal(["1_orders with down", "2_total with down", "10_index"]);
    await proveCaptured(server, contents, (url) => goosed(url, "v2", "up"));
  });

  it("keeps the lines of its files, and what is to run outside of a transaction", async () => {
    const { migrations } = await goose.readFolder(shop.folder("v2"), {});
    const [, total, index] = migrations.map(({ sql }) => migrationSections("it", sql.toString("utf8")).up);
    const lineOf = (text: string) =>
      (total?.firstLine ?? 1) + (total?.sql.slice(0, total.sql.indexOf(text)).split("\n").length ?? 0) - 1;
    expect([lineOf("CREATE FUNCTION"), lineOf("ALTER TABLE")]).to.deep.equal([4, 10]);
    expect([total?.withoutTransaction, index?.withoutTransaction]).to.deep.equal([false, true]);
  });

  it("tells migrations in Go, and those that take SQL from the environment", async () => {
    write(shop.folder("odd"), {
      "1_a.sql": "-- +goose Up\n-- +goose ENVSUB ON\nCREATE TABLE ${TABLE} (id int);\n",
      "2_b.go": "package migrations\n",
      "2_b_test.go": "package migrations\n",
      "3_c.sql": "CREATE TABLE c (id int);\n",
    });
    const { migrations, told, violations } = await goose.readFolder(shop.folder("odd"), {});
    expect(summaryOf({ migrations, told, violations: [] })).to.deep.equal([
      "1_a unread: it takes parts of its SQL from the environment (+goose ENVSUB)",
      "2_b unread: it is written in Go",
    ]);
    expect(told).to.have.length(2);
    expect(violations).to.deep.equal([
      {
        where: shop.folder("odd", "3_c.sql"),
        found: "no -- +goose Up",
        expected: "begin the migration with a line -- +goose Up, as goose wants it",
      },
    ]);
  });
});
