import { expect } from "chai";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { migrationSql, readCatalog } from "../../catalog/catalog";
import { ReleaseNotWritten, writeRelease } from "../../catalog/writeRelease";
import { first, releaseOf, second, testFolder, type TestFolder } from "./catalogFolder";

describe("writing a release", () => {
  let folder: TestFolder;
  let releases: string;
  beforeEach(() => {
    folder = testFolder();
    releases = join(folder.path, "releases");
  });
  afterEach(() => folder.remove());

  const release = releaseOf("v1", 1, { migrations: [first.migration, second.migration] });
  const sql = [first, second].map((sample) => ({
    sha256: sample.migration.sha256,
    sql: Buffer.from(sample.sql),
  }));

  it("writes SQL and release, and nothing else", () => {
    const files = writeRelease(releases, release, sql);
    expect(files).to.deep.equal([
      join(releases, "migrations", `${first.migration.sha256}.sql`),
      join(releases, "migrations", `${second.migration.sha256}.sql`),
      join(releases, "v1.yaml"),
    ]);
    expect(readdirSync(releases).sort()).to.deep.equal(["migrations", "v1.yaml"]);
    expect(readdirSync(join(releases, "migrations"))).to.have.length(2);
    const catalog = readCatalog(releases);
    expect(catalog.releases).to.deep.equal([release]);
    expect(migrationSql(catalog, second.migration)).to.equal(second.sql);
  });

  it("says what was written and what was not, and leaves nothing half-written", () => {
    // A folder in its place can't be replaced by a file, not even by root.
    mkdirSync(join(releases, "migrations", `${second.migration.sha256}.sql`, "x"), { recursive: true });
    let thrown: unknown;
    try {
      writeRelease(releases, release, sql);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).to.be.instanceOf(ReleaseNotWritten);
    const { written, notWritten, message } = thrown as ReleaseNotWritten;
    const [one, two] = sql.map(({ sha256 }) => join(releases, "migrations", `${sha256}.sql`));
    expect(written).to.deep.equal([one]);
    expect(notWritten).to.deep.equal([two, join(releases, "v1.yaml")]);
    expect(message)
      .to.contain("harmless: no release names it yet")
      .and.to.contain("run the same command again");
    expect(existsSync(join(releases, "v1.yaml"))).to.equal(false);
    expect(readdirSync(join(releases, "migrations")).filter((name) => name.startsWith("."))).to.deep.equal(
      [],
    );
    expect(readCatalog(releases).releases).to.deep.equal([]);
  });
});
