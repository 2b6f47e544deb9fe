import { expect } from "chai";
import {
  first,
  releaseOf,
  second,
  sha256,
  testFolder,
  third,
  writeCatalog,
  type TestFolder,
} from "./catalogFolder";
import { good, refusalOf } from "./wrongCatalog";

const earlier = releaseOf("v1", 1, { migrations: [first.migration, second.migration] });
const changedSql = "-- migrate:up\nSELECT 1;\n";

/** What is wrong only when several files are seen together. */
const wrongCatalogs: [title: string, write: (folder: TestFolder) => void, fragment: string][] = [
  [
    "no folder",
    (folder) => folder.write("other", ""),
    "found no such folder; name the folder of the releases, or add the first one",
  ],
  ["a file in the folder's place", (folder) => folder.write("releases", ""), "found ENOTDIR"],
  [
    "a file ending in .yml",
    (folder) => folder.write("releases/v1.yml", good),
    'v1.yml\n    found a file ending in ".yml"; rename it: mv ',
  ],
  [
    "a folder named as a release",
    (folder) => folder.write("releases/v1.yaml/x", ""),
    "v1.yaml\n    found EISDIR",
  ],
  [
    "two releases of one tag",
    (folder) => {
      writeCatalog(folder, [releaseOf("v1", 1)]);
      folder.write(
        "releases/v2.yaml",
        'tag: v1\ntime: "2026-01-01T00:00:01Z"\norder: 1\nservices: {api: {repository: api, digest: "sha256:' +
          "a".repeat(64) +
          '"}}\nmigrations: []\nflags: []\n',
      );
    },
    "v1.yaml has too; keep one release a tag: remove one of the files",
  ],
  [
    "missing SQL",
    (folder) => folder.write("releases/v1.yaml", good),
    `${first.migration.sha256}.sql\n    found no file, which release v1's migration 20260101000000_email needs; bring it back: git checkout -- `,
  ],
  [
    "changed SQL",
    (folder) => {
      folder.write("releases/v1.yaml", good);
      folder.write(`releases/migrations/${first.migration.sha256}.sql`, changedSql);
    },
    `found content with SHA-256 ${sha256(changedSql)}, changed since release v1's migration 20260101000000_email was added`,
  ],
  [
    "SQL whose line endings were converted",
    (folder) => {
      folder.write("releases/v1.yaml", good);
      folder.write(`releases/migrations/${first.migration.sha256}.sql`, first.sql.replaceAll("\n", "\r\n"));
    },
    'its line endings were converted: add "*.sql -text" to ',
  ],
  [
    "migrations out of order",
    (folder) =>
      writeCatalog(folder, [releaseOf("v1", 1, { migrations: [second.migration, first.migration] })]),
    'v1.yaml: migrations[1].version\n    found "20260101000000" after "20260201000000"; sort migrations by version',
  ],
  [
    "a version twice in a release",
    (folder) =>
      writeCatalog(folder, [releaseOf("v1", 1, { migrations: [first.migration, first.migration] })]),
    'v1.yaml: migrations[1].version\n    found "20260101000000" after "20260101000000"; give each version once',
  ],
  [
    "a released migration that changed",
    (folder) => {
      const changed = { ...second.migration, sha256: third.migration.sha256 };
      writeCatalog(folder, [earlier, releaseOf("v2", 2, { migrations: [first.migration, changed] })]);
    },
    `v2.yaml: migrations[1].sha256\n    found ${third.migration.sha256}, while release v1 has ${second.migration.sha256} for version 20260201000000; never change a released migration`,
  ],
];

describe("wrong catalogs", () => {
  let folder: TestFolder;
  beforeEach(() => (folder = testFolder()));
  afterEach(() => folder.remove());

  for (const [title, write, fragment] of wrongCatalogs) {
    it(title, () => {
      write(folder);
      expect(refusalOf(folder)).to.contain(fragment);
    });
  }
});
