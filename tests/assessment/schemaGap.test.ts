import { expect } from "chai";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { gapReader } from "../../assessment/schemaGap";
import { capturedText, sha256Of } from "../../catalog/capturedSql";
import { migrationOrder, readCatalog } from "../../catalog/catalog";
import {
  first,
  releaseOf,
  second,
  testFolder,
  third,
  writeCatalog,
  type TestFolder,
} from "../catalog/catalogFolder";

describe("the SQL of a gap", () => {
  let folder: TestFolder;
  const v2 = releaseOf("v2", 2, { migrations: [first.migration, second.migration] });
  const v3 = releaseOf("v3", 3, { migrations: [first.migration, second.migration, third.migration] });
  beforeEach(() => {
    folder = testFolder();
    writeCatalog(folder, [v2, v3]);
  });
  afterEach(() => folder.remove());

  const releases = () => join(folder.path, "releases");
  const reader = () => {
    const catalog = readCatalog(releases());
    return gapReader(catalog, migrationOrder(catalog));
  };

  it("is the way up of each migration, shipped and ahead, with the line on which it begins", () => {
    const gap = reader()(v2.migrations, [third.migration.version]);
    expect(gap.shipped.map(({ name }) => name)).to.deep.equal([
      "20260101000000_email",
      "20260201000000_phone",
    ]);
    expect(gap.ahead).to.deep.equal([
      {
        name: "20260301000000_address",
        sql: "\nALTER TABLE orders ADD COLUMN address text;\n\n",
        firstLine: 1,
        withoutTransaction: false,
      },
    ]);
    expect(gap.unread).to.deep.equal([]);
  });

  it("is unread, with why, of what no release ships and of what is missing", () => {
    const read = reader();
    const file = join(releases(), "migrations", `${third.migration.sha256}.sql`);
    rmSync(file);
    const gap = read(v2.migrations, [third.migration.version, "20990101000000"]);
    expect(gap.ahead).to.deep.equal([]);
    expect(gap.unread).to.deep.equal([
      {
        name: "20260301000000_address",
        reason: `${file}: no file, which the release's migration 20260301000000_address needs`,
      },
      { name: "20990101000000", reason: "applied in the database, shipped by no release of the catalog" },
    ]);
  });

  it("keeps what was captured of a migration in code, and why that is not all", () => {
    const origin = { tool: "alembic", version: "ae1027a6acf", source: "a".repeat(64) } as const;
    const unread = "it reads rows, which no offline mode can show";
    const withSql = capturedText(origin, { sql: "ALTER TABLE orders ADD COLUMN fax text;", unread });
    const without = capturedText({ ...origin, version: "bd2138b7bd0" }, { sql: "", unread });
    const [partly, nothing] = [withSql, without].map((text, index) => {
      const sha256 = sha256Of(text);
      folder.write(`releases/migrations/${sha256}.sql`, text);
      return { version: `2026040${index + 1}000000`, name: "captured", sha256 };
    });
    if (partly === undefined || nothing === undefined) throw new Error("there are two");
    const catalog = readCatalog(releases());
    const gap = gapReader(catalog, [...migrationOrder(catalog), partly, nothing])(v3.migrations, [
      partly.version,
      nothing.version,
    ]);
    expect(gap.ahead.map(({ name, sql }) => [name, sql.trim()])).to.deep.equal([
      ["20260401000000_captured", "ALTER TABLE orders ADD COLUMN fax text;"],
    ]);
    expect(gap.unread).to.deep.equal([
      { name: "20260401000000_captured", reason: unread },
      { name: "20260402000000_captured", reason: unread },
    ]);
  });

  it("is one object of a migration, whatever gap it is in", () => {
    const read = reader();
    expect(read(v2.migrations, []).shipped[0]).to.equal(read(v3.migrations, []).shipped[0]);
  });
});
