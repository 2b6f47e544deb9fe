import { expect } from "chai";
import { join } from "node:path";
import { gatherSchema } from "../../assessment/schemaEvidence";
import { readCatalog } from "../../catalog/catalog";
import { emptyState } from "../../history/stackState";
import { first, releaseOf, second, testFolder, third, writeCatalog } from "../catalog/catalogFolder";
import { Server } from "../migrations/server";

const server = new Server();

describe("what a database says of its schema", function () {
  this.timeout(30_000);
  before("start PostgreSQL", () => server.start());
  const folder = testFolder();
  after(() => folder.remove());

  it("is judged for the very version that is stepped down, whatever the catalog calls the newest", async () => {
    const v1 = releaseOf("v1", 1, { migrations: [first.migration] });
    const v3 = releaseOf("v3", 3, { migrations: [first.migration, second.migration, third.migration] });
    writeCatalog(folder, [v1, v3]);
    const url = await server.newDatabase();
    await server.ask(url, "CREATE TABLE schema_migrations (version text PRIMARY KEY)");
    await server.ask(url, "CREATE TABLE orders (email text, phone text, address text)");
    // The last of them is shipped by no release, and so comes after all others of the catalog.
    const versions = [first, second, third].map(({ migration: { version } }) => version);
    for (const version of [...versions, "20260115000000"])
      await server.ask(url, `INSERT INTO schema_migrations VALUES ('${version}') RETURNING version`);
    const evidence = await gatherSchema(
      {
        stack: "prod",
        target: v1,
        catalog: readCatalog(join(folder.path, "releases")),
        url,
        tool: "dbmate",
        table: undefined,
        scratch: "off",
        role: undefined,
        dump: undefined,
        stepDown: third.migration.version,
        backup: { when: "never", stack: "shop/prod", folder: "none", command: false },
        countUpTo: 1000,
      },
      Promise.resolve(emptyState),
    );
    expect(evidence.decision).to.deep.equal({ kind: "step", version: third.migration.version });
    expect(evidence.stepDown?.version).to.equal(third.migration.version);
    // What goes is empty, but nobody knows what the one did that no release ships.
    expect(evidence.stepDown).to.include({ verdict: "lossy", confirmed: false });
    expect(evidence.stepDown?.losses.map(({ unconfirmed }) => unconfirmed)).to.deep.equal([
      "20260115000000: applied in the database, shipped by no release of the catalog",
    ]);
  });
});
