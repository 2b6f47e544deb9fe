import { expect } from "chai";
import { join } from "node:path";
import { lookAtWayDown } from "../../assessment/lookAtWayDown";
import { gatherStepDown, waysOf } from "../../assessment/stepDownEvidence";
import { capturedText } from "../../catalog/capturedSql";
import { readCatalog } from "../../catalog/catalog";
import { releaseOf, sha256, testFolder, writeCatalog, type TestFolder } from "../catalog/catalogFolder";

const options = { scratch: "off", cacheFolder: false } as const;
const newest = {
  migration: { version: "2", name: "note" },
  before: [{ name: "1_orders", sql: "CREATE TABLE orders (id int);" }],
  up: { name: "2_note", sql: "ALTER TABLE orders ADD note text;" },
  down: { name: "2_note", sql: "ALTER TABLE orders DROP note;" },
};

describe("looking at a way down", () => {
  let folder: TestFolder;
  beforeEach(() => (folder = testFolder()));
  afterEach(() => folder.remove());

  it("judges it, and says so where there was no time for all of it", async () => {
    const timed = async (step: number) => {
      let now = -step * 1000;
      const clock = () => (now += step * 1000);
      return lookAtWayDown(newest, undefined, options, { seconds: 30, clock });
    };
    expect((await timed(1)).losses.map(({ object }) => object)).to.deep.equal(["orders.note"]);
    expect(await timed(14)).to.deep.include({
      verdict: "lossy",
      confirmed: false,
      reason: "What its way down does is not known: it could not be looked at in 30 s.",
    });
  });

  it("says why a migration of another tool has none", async () => {
    const origin = { tool: "alembic", version: "ae1027a6acf", source: "a".repeat(64) } as const;
    const up = { sql: "ALTER TABLE orders ADD note text;" };
    const text = capturedText(origin, up, { sql: "", unread: "alembic downgrade failed" });
    const migration = { version: "ae1027a6acf", name: "note", sha256: sha256(text) };
    folder.write(`releases/migrations/${migration.sha256}.sql`, text);
    writeCatalog(folder, [releaseOf("v1", 1, { tool: "alembic", migrations: [migration] })]);
    const catalog = readCatalog(join(folder.path, "releases"));
    const ways = waysOf(catalog, migration);
    expect(ways.down).to.equal(undefined);
    expect([ways.unread, ways.endsTransactions]).to.deep.equal([[], true]);
    const verdict = await lookAtWayDown({ ...newest, ...ways }, undefined, options);
    expect(verdict).to.include({
      verdict: "missing",
      reason: "The catalog has no way down of this migration: alembic downgrade failed.",
    });
    expect(waysOf(catalog, { ...migration, sha256: "0".repeat(64) })).to.deep.equal({
      up: undefined,
      down: undefined,
      unread: [],
      endsTransactions: false,
    });
  });

  it("doubts a migration of which a part is code, though the rest could be captured", async () => {
    const origin = { tool: "django", version: "shop.0002_note", source: "a".repeat(64) } as const;
    const up = { sql: "ALTER TABLE orders ADD note text;", unread: "part of it is Python (RunPython)" };
    const text = capturedText(origin, up, { sql: "CREATE INDEX at_id ON orders (id);" });
    const migration = { version: "shop.0002_note", name: "note", sha256: sha256(text) };
    folder.write(`releases/migrations/${migration.sha256}.sql`, text);
    writeCatalog(folder, [releaseOf("v1", 1, { tool: "django", migrations: [migration] })]);
    const catalog = readCatalog(join(folder.path, "releases"));
    const looked = await gatherStepDown({
      catalog,
      version: migration.version,
      migration,
      before: newest.before,
      unread: [],
      database: undefined,
      judging: options,
    });
    expect(looked.losses.map(({ unconfirmed }) => unconfirmed)).to.deep.equal([
      "shop.0002_note: part of it is Python (RunPython)",
    ]);
    expect([looked.verdict, looked.confirmed]).to.deep.equal(["lossy", false]);
  });
});
