import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Gap } from "../../schema/gap";
import { judge } from "../../schema/judge";
import { testFolder, type TestFolder } from "../catalog/catalogFolder";

const root = join(__dirname, "..", "..");

const renaming: Gap = {
  shipped: [{ name: "1_orders", sql: "CREATE TABLE orders (id int PRIMARY KEY, amount int NOT NULL);" }],
  ahead: [{ name: "2_rename", sql: "-- for clarity\nALTER TABLE orders RENAME amount TO total;" }],
};

describe("judge", function () {
  this.timeout(60_000);
  let folder: TestFolder;
  beforeEach(() => (folder = testFolder()));
  afterEach(() => folder.remove());

  it("starts no engine and looks at no file where there is no gap", () => {
    const script = `
      const { judge } = require(${JSON.stringify(join(root, "schema/judge.ts"))});
      void judge({ shipped: [{ name: "1", sql: "CREATE TABLE a ();" }], ahead: [] }, { scratch: "embedded", cacheFolder: ${JSON.stringify(join(folder.path, "none"))} })
        .then((judgement) => console.log(JSON.stringify({ judgement, loaded: Object.keys(require.cache) })));`;
    const loader = join(root, "toolchain/loadTypescript.cjs");
    const { judgement, loaded } = JSON.parse(
      execFileSync(process.execPath, ["--require", loader, "-e", script], { encoding: "utf8" }),
    ) as { judgement: unknown; loaded: string[] };
    expect(judgement).to.deep.equal({
      verdict: "compatible",
      confirmed: true,
      unconfirmed: [],
      findings: [],
      notes: [],
    });
    expect(loaded.filter((file) => /pglite|libpg-query|schema\/(static|scratch)\//.test(file))).to.deep.equal(
      [],
    );
    expect(existsSync(join(folder.path, "none"))).to.be.false;
  });

  it("asks both engines: what happened by scratch, where by the statement", async () => {
    const judgement = await judge(renaming, { scratch: "embedded", cacheFolder: folder.path });
    expect(judgement).to.deep.include({ verdict: "breaking", confirmed: true, unconfirmed: [] });
    expect(judgement.server).to.match(/^PGlite \(PostgreSQL \d+/);
    expect(judgement.findings[0]).to.include({
      rule: "column-renamed",
      object: "orders.amount",
      migration: "2_rename",
      line: 2,
      statement: "ALTER TABLE orders RENAME amount TO total",
      engine: "scratch",
    });
    const [file] = readdirSync(folder.path);
    expect(await judge(renaming, { scratch: "embedded", cacheFolder: folder.path })).to.deep.equal(judgement);
    // What is kept is what is answered.
    writeFileSync(join(folder.path, file ?? ""), JSON.stringify({ ...judgement, notes: ["kept"] }));
    const again = await judge(renaming, { scratch: "embedded", cacheFolder: folder.path });
    expect(again.notes).to.deep.equal(["kept"]);
    const anew = await judge(renaming, { scratch: "embedded", cacheFolder: false });
    expect(anew).to.deep.equal(judgement);
  });

  it("keeps nothing that tomorrow may say otherwise: a server that is away", async () => {
    const away = { url: "postgres://nobody@127.0.0.1:1/none" };
    const judgement = await judge(renaming, { scratch: away, cacheFolder: folder.path });
    expect(judgement).to.include({ verdict: "breaking", confirmed: false });
    expect(judgement.unconfirmed[0]).to.match(/not tried on a scratch database: .*127\.0\.0\.1:1/);
    expect(readdirSync(folder.path)).to.deep.equal([]);
    const off = await judge(renaming, { scratch: "off", cacheFolder: folder.path });
    expect(off).to.include({ verdict: "breaking", confirmed: false });
    expect(readdirSync(folder.path)).to.have.length(1);
  });

  it("throws nothing, whatever the SQL holds", async () => {
    for (const sql of [
      "CREATE TABL carts ();",
      "SELECT '\0';",
      "\ufffd\ufffd",
      "$$",
      "SELECT (;",
      "/* never ended\nSELECT 1;",
    ]) {
      const judgement = await judge(
        { ...renaming, ahead: [{ name: "2", sql }] },
        { scratch: "off", cacheFolder: false },
      );
      expect(judgement, sql).to.include({ verdict: "conditional", confirmed: false });
      expect(judgement.findings.map(({ rule }) => rule)).to.include("unread-statement");
    }
  });
});
