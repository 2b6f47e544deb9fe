import { expect } from "chai";
import { join } from "node:path";
import { readDbmateFolder } from "../../catalog/dbmateMigrations";
import { sha256, testFolder, type TestFolder } from "./catalogFolder";

const up = "-- migrate:up\nSELECT 1;\n";

describe("dbmate's folder", () => {
  let folder: TestFolder;
  beforeEach(() => (folder = testFolder()));
  afterEach(() => folder.remove());

  it("is read in the order of versions, bytes untouched", () => {
    const both = `-- a comment\n\n-- migrate:up transaction:false\r\nSELECT 'ä';\n--migrate:down\nSELECT 2;`;
    folder.write("20260201000000_b.sql", up);
    folder.write("20260101000000_a-1.sql", both);
    folder.write("notes.txt", "x");
    folder.write(".20260101000000_a.sql", "x");
    expect(readDbmateFolder(folder.path)).to.deep.equal({
      migrations: [
        {
          migration: { version: "20260101000000", name: "a-1", sha256: sha256(both) },
          file: join(folder.path, "20260101000000_a-1.sql"),
          sql: Buffer.from(both),
          hasDown: true,
        },
        {
          migration: { version: "20260201000000", name: "b", sha256: sha256(up) },
          file: join(folder.path, "20260201000000_b.sql"),
          sql: Buffer.from(up),
          hasDown: false,
        },
      ],
      violations: [],
    });
  });

  const wrong: [title: string, file: string, content: string | Buffer, fragment: string][] = [
    [
      "a name without version",
      "add_email.sql",
      up,
      "a name that dbmate's files don't have; name it <version>_<name>.sql",
    ],
    ["a name without name", "20260101000000.sql", up, "a name that dbmate's files don't have"],
    ["a name with a space", "1_add email.sql", up, "a name that dbmate's files don't have"],
    [
      "no marker",
      "1_a.sql",
      "SELECT 1;\n",
      "no -- migrate:up; begin the migration with a line -- migrate:up",
    ],
    ["an empty file", "1_a.sql", "", "no -- migrate:up"],
    ["a marker inside a line", "1_a.sql", "SELECT 1; -- migrate:up\n", "no -- migrate:up"],
    [
      "down before up",
      "1_a.sql",
      "-- migrate:down\nSELECT 1;\n-- migrate:up\nSELECT 2;\n",
      "-- migrate:down before -- migrate:up",
    ],
    ["two ups", "1_a.sql", up + up, "more than one -- migrate:up"],
    ["two downs", "1_a.sql", `${up}-- migrate:down\n-- migrate:down\n`, "more than one -- migrate:down"],
    [
      "statements above up",
      "1_a.sql",
      `SET x = 1;\n${up}`,
      '"SET x = 1;" before -- migrate:up; move it below',
    ],
    [
      "bytes that are no UTF-8",
      "1_a.sql",
      Buffer.concat([Buffer.from(up), Buffer.from([0xff])]),
      "make it a file in UTF-8",
    ],
  ];
  for (const [title, file, content, fragment] of wrong) {
    it(`refuses ${title}`, () => {
      folder.write(file, content);
      folder.write("2_good.sql", up);
      const { migrations, violations } = readDbmateFolder(folder.path);
      expect(migrations.map(({ migration }) => migration.name)).to.deep.equal(["good"]);
      expect(violations.map(({ where }) => where)).to.deep.equal([join(folder.path, file)]);
      expect(`${violations[0]?.found}; ${violations[0]?.expected}`).to.contain(fragment);
    });
  }

  it("refuses a version twice", () => {
    folder.write("1_a.sql", up);
    folder.write("1_b.sql", up);
    const [violation, ...more] = readDbmateFolder(folder.path).violations;
    expect(more).to.deep.equal([]);
    expect(violation?.where).to.equal(join(folder.path, "1_b.sql"));
    expect(violation?.found).to.equal(`version 1, which ${join(folder.path, "1_a.sql")} has too`);
  });

  it("refuses a folder that is missing, empty, or none", () => {
    folder.write("file", "");
    const found = (path: string) =>
      readDbmateFolder(join(folder.path, path)).violations.map((violation) => violation.found);
    expect(found("nowhere")).to.deep.equal(["no such folder"]);
    expect(found(".")).to.deep.equal(["no .sql file"]);
    expect(found("file")[0]).to.contain("ENOTDIR");
    expect(readDbmateFolder(folder.path).violations[0]?.expected).to.equal(
      "name the folder of the migrations, and their tool where it is not dbmate: --tool TOOL; " +
        "without migrations leave --migrations out",
    );
  });
});
