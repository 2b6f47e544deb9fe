import { expect } from "chai";
import { join } from "node:path";
import {
  adviseTag,
  findRelease,
  migrationSql,
  nearestTags,
  newMigrations,
  readCatalog,
} from "../../catalog/catalog";
import { imageReference } from "../../catalog/build";
import { releaseText } from "../../catalog/releaseFile";
import { InvalidInput } from "../../settings/violations";
import {
  digest,
  first,
  migrationOf,
  releaseOf,
  second,
  testFolder,
  writeCatalog,
  type TestFolder,
} from "./catalogFolder";

describe("catalog", () => {
  let folder: TestFolder;
  let releases: string;
  beforeEach(() => {
    folder = testFolder();
    releases = join(folder.path, "releases");
  });
  afterEach(() => folder.remove());

  it("reads back exactly what was written", () => {
    const full = releaseOf("v2", 2, {
      commit: "1234567",
      services: {
        web: { repository: "ghcr.io/acme/web", digest: `sha256:${"1".repeat(64)}` },
        api: { repository: "localhost:5000/shop/api", digest: `sha256:${"a".repeat(64)}` },
      },
      migrations: [first.migration, second.migration],
      flags: ["new-cart", "no"],
      ci: { verdict: "passed", url: "https://ci.example.com/runs/1?x=#y" },
      dataReadableFrom: "1.10",
    });
    const other = releaseOf("1.10", 1);
    writeCatalog(folder, [full, other]);
    const catalog = readCatalog(releases);
    expect(catalog).to.deep.equal({ folder: releases, releases: [other, full] });
    expect(Object.keys(catalog.releases[1]?.services ?? {})).to.deep.equal(["web", "api"]);
  });

  it("writes keys in one order, a line for each service and migration", () => {
    const { tag, ...others } = releaseOf("v1", 1, { migrations: [first.migration] });
    const text = releaseText({ ci: { url: undefined, verdict: "failed" }, ...others, tag });
    expect(text.split("\n")).to.deep.equal([
      "tag: v1",
      "time: '2026-01-01T00:00:01.000Z'",
      "order: 1",
      "services:",
      `  api: {repository: localhost:5000/shop/api, digest: ${digest("api v1")}}`,
      "migrations:",
      `  - {version: '20260101000000', name: email, sha256: ${first.migration.sha256}}`,
      "flags: []",
      "ci:",
      "  verdict: failed",
      "",
    ]);
  });

  it("orders by order, then time, then tag", () => {
    writeCatalog(folder, [
      releaseOf("a", 2, { time: "2026-01-02T00:00:00Z" }),
      releaseOf("b", 2, { time: "2026-01-01T23:59:59.999Z" }),
      releaseOf("d", 1, { time: "2026-03-01T00:00:00Z" }),
      releaseOf("c", 1, { time: "2026-03-01T00:00:00Z" }),
    ]);
    expect(readCatalog(releases).releases.map(({ tag }) => tag)).to.deep.equal(["c", "d", "b", "a"]);
  });

  it("leaves hidden files and other kinds alone, and an empty folder is an empty catalog", () => {
    folder.write("releases/.v1.yaml.17", "{");
    folder.write("releases/.v1.yaml", "{");
    folder.write("releases/README.md", "# Releases");
    expect(readCatalog(releases)).to.deep.equal({ folder: releases, releases: [] });
  });

  it("tells everything that is wrong with all files at once", () => {
    writeCatalog(folder, [releaseOf("v1", 1, { flags: ["a b"], commit: "x" })]);
    folder.write("releases/v2.yaml", "tag: [");
    let thrown: unknown;
    try {
      readCatalog(releases);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).to.be.instanceOf(InvalidInput);
    expect(
      (thrown as InvalidInput).violations.map(({ where }) => where.replace(`${releases}/`, "")),
    ).to.deep.equal(["v1.yaml: commit", "v1.yaml: flags[0]", "v2.yaml:1:7"]);
  });

  it("finds a release, and the nearest tags by distance, then newest", () => {
    writeCatalog(folder, [
      releaseOf("v1.0", 1),
      releaseOf("v1.1", 2),
      releaseOf("v1.2", 3),
      releaseOf("9f3c2ab", 4),
    ]);
    const catalog = readCatalog(releases);
    expect(findRelease(catalog, "v1.1")?.order).to.equal(2);
    expect(findRelease(catalog, "v1")).to.equal(undefined);
    expect(nearestTags(catalog, "v1.3")).to.deep.equal(["v1.2", "v1.1", "v1.0"]);
    expect(nearestTags(catalog, "v1.1", 1)).to.deep.equal(["v1.1"]);
    expect(nearestTags(catalog, "9f3c2ac", 1)).to.deep.equal(["9f3c2ab"]);
    expect(adviseTag(catalog, "v1.3")).to.contain("v1.2, v1.1, v1.0");
    expect(adviseTag({ folder: "releases", releases: [] }, "v1")).to.contain("no release yet");
  });

  it("names, of tags as near, what is known good first, and marks what is quarantined", () => {
    writeCatalog(
      folder,
      [1, 2, 3, 4].map((order) => releaseOf(`v${order}`, order)),
    );
    const catalog = readCatalog(releases);
    const standing = { good: new Set(["v1", "v2"]), quarantined: new Set(["v2", "v4"]) };
    expect(adviseTag(catalog, "v9", standing)).to.contain("such as v1, v3, v4 (quarantined); all");
    expect(adviseTag(catalog, "v44", standing)).to.contain("such as v4 (quarantined), v1, v3; all");
    expect(adviseTag(catalog, "v9")).to.contain("such as v4, v3, v2; all");
  });

  it("names what is new in a release, and what is run", () => {
    const v1 = releaseOf("v1", 1, { migrations: [first.migration] });
    const v2 = releaseOf("v2", 2, { migrations: [first.migration, second.migration] });
    writeCatalog(folder, [v1, v2]);
    const catalog = readCatalog(releases);
    expect([...newMigrations(catalog)]).to.deep.equal([
      ["v1", [first.migration]],
      ["v2", [second.migration]],
    ]);
    expect(imageReference({ repository: "ghcr.io/acme/api", digest: "sha256:ab" })).to.equal(
      "ghcr.io/acme/api@sha256:ab",
    );
  });

  it("gives a migration's SQL, and never another content", () => {
    writeCatalog(folder, [releaseOf("v1", 1, { migrations: [first.migration] })]);
    const catalog = readCatalog(releases);
    expect(migrationSql(catalog, first.migration)).to.equal(first.sql);
    folder.write(`releases/migrations/${first.migration.sha256}.sql`, `${first.sql}\n`);
    expect(() => migrationSql(catalog, first.migration)).to.throw(InvalidInput, "changed since");
    const unknown = migrationOf("1", "nowhere").migration;
    expect(() => migrationSql(catalog, unknown)).to.throw(
      InvalidInput,
      "no file, which the release's migration 1_nowhere needs",
    );
  });

  it("reads 200 releases with up to 100 migrations each", () => {
    const many = Array.from({ length: 100 }, (_, index) =>
      migrationOf(String(20260101000000 + index), `column_${index}`),
    );
    for (const { migration, sql } of many) folder.write(`releases/migrations/${migration.sha256}.sql`, sql);
    const migrations = many.map(({ migration }) => migration);
    for (let order = 1; order <= 200; order++) {
      const release = releaseOf(`v${order}`, order, { migrations: migrations.slice(0, order / 2) });
      folder.write(`releases/${release.tag}.yaml`, releaseText(release));
    }
    const read = readCatalog(releases).releases;
    expect(read).to.have.length(200);
    expect(read.at(-1)?.migrations).to.deep.equal(migrations);
  });
});
