import { expect } from "chai";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { readCatalog, surveyCatalog } from "../../catalog/catalog";
import { releaseText } from "../../catalog/releaseFile";
import { InvalidInput } from "../../settings/violations";
import { first, releaseOf, second, testFolder, third, writeCatalog, type TestFolder } from "./catalogFolder";

describe("a catalog with mistakes", () => {
  let folder: TestFolder;
  const releases = () => join(folder.path, "releases");
  const survey = () => surveyCatalog(releases());
  /** Files of what is wrong, without their folder. */
  const wrong = (...tags: string[]) =>
    survey()
      .violations(tags.length === 0 ? undefined : new Set(tags))
      .map(({ where }) => where.slice(releases().length + 1));

  beforeEach(() => {
    folder = testFolder();
    writeCatalog(folder, [
      releaseOf("v1", 1, { migrations: [first.migration] }),
      releaseOf("v2", 2, { migrations: [first.migration, second.migration] }),
    ]);
  });
  afterEach(() => folder.remove());

  it("has nothing to tell when there is none", () => {
    expect(wrong()).to.deep.equal([]);
    expect(survey().catalog).to.deep.equal(readCatalog(releases()));
  });

  it("still gives the releases that can be read, and tells each mistake of the release that has it", () => {
    folder.write("releases/v3.yaml", "tag: v3\n");
    folder.write("releases/v4.yml", releaseText(releaseOf("v4", 4)));
    folder.write("releases/v5.yaml", releaseText(releaseOf("v6", 5)));
    expect(survey().catalog.releases.map(({ tag }) => tag)).to.deep.equal(["v1", "v2"]);
    expect(wrong("v1", "v2")).to.deep.equal([]);
    expect(wrong("v4")).to.deep.equal(["v4.yml"]);
    expect(wrong("v5")).to.deep.equal(["v5.yaml: tag"]);
    expect(wrong("v3")).to.include("v3.yaml: order");
    expect(() => readCatalog(releases())).to.throw(InvalidInput);
  });

  it("asks for the SQL of a release only where something rests on it", () => {
    rmSync(join(releases(), "migrations", `${second.migration.sha256}.sql`));
    expect(wrong("v1")).to.deep.equal([]);
    expect(wrong("v2")).to.deep.equal([`migrations/${second.migration.sha256}.sql`]);
  });

  it("tells a changed migration where something rests on both of its releases", () => {
    const changed = { ...first.migration, sha256: third.migration.sha256 };
    folder.write("releases/v3.yaml", releaseText(releaseOf("v3", 3, { migrations: [changed] })));
    expect(wrong("v1", "v2")).to.deep.equal([]);
    expect(wrong("v3")).to.deep.equal([]);
    expect(wrong("v1", "v3")).to.deep.equal(["v3.yaml: migrations[0].sha256"]);
    expect(wrong()).to.deep.equal(["v3.yaml: migrations[0].sha256"]);
  });

  it("knows the releases of the whole catalog when only some are looked at", () => {
    folder.write("releases/v3.yaml", releaseText(releaseOf("v3", 3, { dataReadableFrom: "v1" })));
    folder.write("releases/v4.yaml", releaseText(releaseOf("v4", 4, { dataReadableFrom: "v0" })));
    expect(wrong("v3")).to.deep.equal([]);
    expect(wrong("v4")).to.deep.equal(["v4.yaml: dataReadableFrom"]);
  });
});
