import { expect } from "chai";
import { batchSources } from "../../cli/batchSources";
import { filesOf, globExpression, isGlob } from "../../cli/fileGlob";
import { readSqlFiles, readWayDown, withoutShipped } from "../../cli/sqlFiles";
import { appliedFiles } from "../../cli/sqlFileVersions";
import { sqlWays } from "../../cli/sqlWays";
import { testFolder, type TestFolder } from "../catalog/catalogFolder";

describe("SQL files", () => {
  let folder: TestFolder;
  beforeEach(() => (folder = testFolder()));
  afterEach(() => folder.remove());

  const write = (...names: string[]) => {
    for (const name of names) folder.write(name, `SELECT '${name}';`);
  };
  const names = (...paths: string[]) =>
    readSqlFiles("--ahead", paths, folder.path).sources.map(({ name }) => name);

  it("are matched by a pattern as shells match them", () => {
    const rows: [pattern: string, matches: string[], others: string[]][] = [
      ["*.sql", ["a.sql", "1_b c.sql"], [".a.sql", "a.sqlx", "d/a.sql", "asql"]],
      ["d/*.up.sql", ["d/1.up.sql"], ["d/1.down.sql", "d/e/1.up.sql"]],
      ["**/*.sql", ["a.sql", "d/a.sql", "d/e/a.sql"], [".d/a.sql", "d/.a.sql"]],
      ["d/**", ["d/a", "d/e/a.sql"], ["d", "da", "d/.a"]],
      ["?_a.sql", ["1_a.sql"], ["12_a.sql", "_a.sql"]],
      ["[1-3]_a.sql", ["2_a.sql"], ["4_a.sql"]],
      ["[!1-3]_a.sql", ["4_a.sql"], ["2_a.sql"]],
      ["{a,b*}.sql", ["a.sql", "b1.sql"], ["c.sql", "a,b.sql"]],
      ["a+(1).sql", ["a+(1).sql"], ["a1.sql", "aa1.sql"]],
      ["a[.sql", ["a[.sql"], ["a.sql"]],
    ];
    for (const [pattern, matches, others] of rows) {
      for (const path of matches) expect(globExpression(pattern).test(path), `${pattern} ${path}`).to.be.true;
      for (const path of others) expect(globExpression(pattern).test(path), `${pattern} ${path}`).to.be.false;
    }
    expect(["a.sql", "d/a+(1).sql"].filter(isGlob)).to.deep.equal([]);
  });

  it("come from a pattern in the order of their numbers, from any depth", () => {
    write("d/10_b.sql", "d/9_a.sql", "d/e/1_c.sql", "d/readme.md", "x/1.sql");
    expect(filesOf("d/*.sql", folder.path)).to.deep.equal(["d/9_a.sql", "d/10_b.sql"]);
    expect(filesOf("**/*.sql", folder.path)).to.deep.equal([
      "d/9_a.sql",
      "d/10_b.sql",
      "d/e/1_c.sql",
      "x/1.sql",
    ]);
    expect(filesOf(`${folder.path}/d/?_*.sql`, "/")).to.deep.equal([`${folder.path}/d/9_a.sql`]);
    expect(filesOf("none/*.sql", folder.path)).to.deep.equal([]);
  });

  it("keep the order in which they are named, unless all of a folder begin with a version", () => {
    write(
      "tables.sql",
      "functions.sql",
      "m/1_a.sql",
      "m/2_b.sql",
      "m/10_c.sql",
      "V1__a.sql",
      "V1.10__c.sql",
      "V1.2__b.sql",
    );
    expect(names("tables.sql", "functions.sql")).to.deep.equal(["tables.sql", "functions.sql"]);
    expect(names("tables.sql", "m/1_a.sql", "m/10_c.sql", "m/2_b.sql")).to.deep.equal([
      "tables.sql",
      "m/1_a.sql",
      "m/2_b.sql",
      "m/10_c.sql",
    ]);
    expect(names("V1.10__c.sql", "V1.2__b.sql", "V1__a.sql")).to.deep.equal([
      "V1__a.sql",
      "V1.2__b.sql",
      "V1.10__c.sql",
    ]);
    expect(names("m/2_b.sql", "m", "m/*.sql")).to.deep.equal(["m/1_a.sql", "m/2_b.sql", "m/10_c.sql"]);
  });

  it("are not ahead where the same name and content was shipped", () => {
    const source = (name: string, sql: string) => ({ name, sql });
    const shipped = [
      source("old/1.sql", "A"),
      source("old/2.sql", "B"),
      source("old/3_x/migration.sql", "C"),
    ];
    const ahead = [
      source("new/1.sql", "A"),
      source("new/2.sql", "changed"),
      source("new/3_x/migration.sql", "C"),
      source("new/4_y/migration.sql", "C"),
      source("new/5.sql", "A"),
    ];
    expect(withoutShipped(ahead, shipped).map(({ name }) => name)).to.deep.equal([
      "new/2.sql",
      "new/4_y/migration.sql",
      "new/5.sql",
    ]);
  });

  it("leave out the way down that lies beside a way up", () => {
    write("1_a.up.sql", "1_a.down.sql", "2_b.down.sql");
    expect(names("*.sql")).to.deep.equal(["1_a.up.sql", "2_b.down.sql"]);
    const { sources, violations } = readSqlFiles("--ahead", ["1_a.down.sql"], folder.path);
    expect([sources.length, violations[0]?.found]).to.deep.equal([0, "only ways down"]);
  });

  it("tell what is not there, all at once", () => {
    write("e/readme.md");
    const { violations } = readSqlFiles("--ahead", ["none.sql", "e/*.sql", "e"], folder.path);
    expect(violations.map(({ where, found }) => `${where}: ${found}`)).to.deep.equal([
      '--ahead: no such file: "none.sql"',
      '--ahead: no file that "e/*.sql" matches',
      '--ahead: the folder "e" without a .sql file',
    ]);
  });

  it("give the part that leads up, with the line on which it begins", () => {
    const rows: [text: string, up: string, firstLine: number, down: string | undefined, marked: boolean][] = [
      ["SELECT 1;", "SELECT 1;", 1, undefined, false],
      ["-- migrate:up\nUP\n-- migrate:down\nDOWN", "\nUP\n", 1, "\nDOWN", true],
      ["-- migrate:up\nUP\n-- migrate:down\n-- none", "\nUP\n", 1, undefined, true],
      ["-- c\n-- +goose Up\nUP\n-- +goose Down\nDOWN", "\nUP\n", 2, "\nDOWN", true],
      ["-- +goose Up\nUP\n-- +goose Down\n-- none\n", "\nUP\n", 1, undefined, true],
      ["-- +migrate Up notransaction\nUP\n-- +migrate Down\nDOWN", "\nUP\n", 1, "\nDOWN", true],
      ["-- Up Migration\nUP\n\n-- Down Migration\nDOWN", "\nUP\n\n", 1, "\nDOWN", true],
      ["-- Down Migration\nDOWN\n-- Up Migration\nUP", "\nUP", 3, "\nDOWN\n", true],
    ];
    for (const [text, sql, firstLine, down, marked] of rows) {
      const ways = sqlWays("m", text);
      expect(ways.up).to.deep.include({ sql, firstLine });
      expect([ways.down?.sql, ways.marked]).to.deep.equal([down, marked]);
    }
    const transactions: [text: string, without: boolean][] = [
      ["-- +goose NO TRANSACTION\n-- +goose Up\nUP", true],
      ["-- +goose Up\nUP", false],
      ["-- migrate:up transaction:false\nUP", true],
      ["CREATE INDEX CONCURRENTLY i ON t (a);", true],
      ["CREATE INDEX i ON t (a); -- concurrently", false],
    ];
    for (const [text, withoutTransaction] of transactions)
      expect(sqlWays("m", text).up, text).to.include({ withoutTransaction });
  });

  it("have their way down in the same file, in one beside it, or no place for one", () => {
    folder.write("1.up.sql", "UP");
    folder.write("1.down.sql", "DOWN");
    folder.write("2.up.sql", "UP");
    folder.write("3.sql", "-- migrate:up\nUP\n-- migrate:down\nDOWN");
    folder.write("4.sql", "UP");
    const down = (file: string) => {
      const read = readWayDown(file, folder.path);
      return read && [read.down?.sql.trim() ?? "none", read.endsTransactions];
    };
    folder.write("5.sql", "-- +goose Up\nUP\n-- +goose Down\nDOWN");
    const all = ["1.up.sql", "2.up.sql", "3.sql", "4.sql", "5.sql"].map(down);
    expect(all).to.deep.equal([["DOWN", true], ["none", true], ["DOWN", false], undefined, ["DOWN", true]]);
  });

  it("are read though their bytes are no UTF-8, and without their byte order mark", () => {
    folder.write("1.sql", Buffer.from([0xef, 0xbb, 0xbf, 0x2d, 0x2d, 0xff, 0x00, 0x0a]));
    expect(readSqlFiles("--ahead", ["1.sql"], folder.path).sources[0]?.sql).to.equal("--\ufffd\0\n");
  });

  it("in a batch are told from SQL", () => {
    write("one.sql", "d/1_a.sql", "d/2_b.sql", "with space.sql");
    const read = (entry: Parameters<typeof batchSources>[1]["entries"][number]) =>
      batchSources("ahead", { entries: [entry], single: true }, [folder.path]).map(
        ({ name, sql }) => `${name}|${sql}`,
      );
    expect(read("one.sql")).to.deep.equal(["one.sql|SELECT 'one.sql';"]);
    expect(read("with space.sql")).to.deep.equal(["with space.sql|SELECT 'with space.sql';"]);
    expect(read("d/*.sql")).to.have.length(2);
    expect(read("d")).to.have.length(2);
    for (const sql of ["", "COMMIT", "SELECT * FROM one", "SELECT 1;", "a\nb.sql", "DROP TABLE one;--.sql"])
      expect(read(sql)).to.deep.equal([`ahead|${sql}`]);
    expect(read({ sql: "one.sql" })).to.deep.equal(["ahead|one.sql"]);
    expect(read({ name: "m", sql: "x" })).to.deep.equal(["m|x"]);
    for (const missing of ["none.sql", "none/*.sql"])
      expect(() => read(missing)).to.throw("Nothing was judged");
    const listed = batchSources("ahead", { entries: ["A", "B"], single: false }, [folder.path]);
    expect(listed.map(({ name }) => name)).to.deep.equal(["ahead[0]", "ahead[1]"]);
  });

  it("are narrowed to what a database has applied", () => {
    const source = (name: string) => ({ name, sql: name });
    const gap = {
      shipped: [source("m/0001_a.up.sql")],
      ahead: ["m/0002_b.up.sql", "m/0003_c.up.sql", "m/0004_d.up.sql"].map(source),
    };
    const applied = appliedFiles(gap, {
      versions: () => ["1", "2", "3", "7"],
      halfApplied: new Map([["3", "stopped half-way"]]),
    });
    expect(applied.ahead.map(({ name }) => name)).to.deep.equal(["m/0002_b.up.sql"]);
    expect(applied.unread).to.deep.equal([
      { name: "m/0003_c.up.sql", reason: "stopped half-way" },
      { name: "7", reason: "applied in the database, and in none of the files" },
    ]);
    const others = { shipped: [], ahead: [source("V1_2__x.sql"), source("20240101_y/migration.sql")] };
    const both = appliedFiles(others, {
      versions: (known) => known.map(({ version }) => version),
      halfApplied: new Map(),
    });
    expect(both.ahead).to.deep.equal(others.ahead);
  });
});
