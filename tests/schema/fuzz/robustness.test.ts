import { expect } from "chai";
import { judge } from "../../../schema/judge";
import { isPast } from "../../../schema/verdict";

const shipped = [
  { name: "0001_shipped", sql: "CREATE TABLE jobs (id serial PRIMARY KEY, title text NOT NULL);" },
];

/** Seconds after which a gap that has no end is given up. */
const timeLimit = 10;

/** What nothing good can be said of, each with the milliseconds that a word on it may take. */
const rows: readonly [name: string, sql: string, most: number][] = [
  ["broken SQL", "ALTER TABEL jobs ADD COLUMN x int;", 20_000],
  ["a statement that never ends", "SELECT 'no end", 20_000],
  ["an open dollar quote", "DO $$ BEGIN DROP TABLE jobs;", 20_000],
  ["an open comment", "/* DROP TABLE jobs;", 20_000],
  ["NUL bytes", "ALTER TABLE jobs ADD COLUMN \0x int;", 20_000],
  [
    "bytes that are no UTF-8",
    Buffer.from("COMMENT ON TABLE jobs IS 'a\xff\xfe';", "latin1").toString("utf8"),
    20_000,
  ],
  ["half a surrogate pair", "ALTER TABLE jobs ADD COLUMN \ud800 int;", 20_000],
  ["a table that is not there", "ALTER TABLE nowhere ADD COLUMN x int;", 20_000],
  ["psql's own commands", "\\i other.sql\nALTER TABLE jobs ADD COLUMN x int;", 20_000],
  ["data for COPY", "COPY jobs FROM stdin;\n1\tone\n\\.\n", 20_000],
  ["deep nesting", `SELECT ${"(".repeat(50_000)}1${")".repeat(50_000)};`, 60_000],
  ["a deep expression", `UPDATE jobs SET title = ${"'a' || ".repeat(20_000)}'b';`, 120_000],
  ["an endless loop", "DO $$ BEGIN LOOP NULL; END LOOP; END $$;", 120_000],
  [
    "an endless recursion",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r;",
    120_000,
  ],
  [
    "a function that calls itself",
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN f(); END $$; SELECT f();",
    60_000,
  ],
  ["a long sleep", "SELECT pg_sleep(3600);", 120_000],
  ["an unknown extension", "CREATE EXTENSION no_such_extension;", 20_000],
  ["a function in C", "CREATE FUNCTION c() RETURNS int LANGUAGE c AS 'nowhere', 'c';", 20_000],
  ["the database dropped", "DROP DATABASE postgres;", 20_000],
];

/** What is much, but can be read. */
const large: readonly [name: string, sql: string, most: number][] = [
  ["10 MB in one statement", `COMMENT ON TABLE jobs IS '${"x".repeat(10 * 1024 * 1024)}';`, 60_000],
  [
    "10 MB of comments",
    `${`-- ${"x".repeat(97)}\n`.repeat(100_000)}ALTER TABLE jobs ADD COLUMN y int;`,
    60_000,
  ],
  [
    "5,000 statements",
    Array.from(
      { length: 5_000 },
      (_, index) => `ALTER TABLE jobs ALTER COLUMN title SET STATISTICS ${index % 100};`,
    ).join("\n"),
    120_000,
  ],
];

describe("what can hardly be judged", function () {
  this.timeout(300_000);

  for (const [name, sql, most] of rows) {
    it(`${name}: at least conditional, unconfirmed, with a reason`, async () => {
      const judgement = await judged(sql, most);
      expect(isPast("conditional", judgement.verdict), judgement.verdict).to.be.false;
      expect(judgement.confirmed).to.be.false;
      expect(judgement.unconfirmed).to.not.be.empty;
    });
  }

  for (const [name, sql, most] of large) {
    it(`${name}: judged`, async () => {
      expect((await judged(sql, most)).findings).to.be.an("array");
    });
  }

  it("a shipped schema that does not work is unconfirmed", async () => {
    const judgement = await judge(
      {
        shipped: [...shipped, { name: "0002_broken", sql: "CREATE TABLE (;" }],
        ahead: [{ name: "0003_ahead", sql: "DROP TABLE jobs;" }],
      },
      { scratch: "embedded", cacheFolder: false },
    );
    expect(judgement.verdict).to.equal("destructive");
    expect(judgement.confirmed).to.be.false;
  });
});

async function judged(sql: string, most: number) {
  const begin = Date.now();
  const judgement = await judge(
    { shipped, ahead: [{ name: "0002_ahead", sql }] },
    { scratch: "embedded", cacheFolder: false, timeLimit },
  );
  expect(Date.now() - begin, "milliseconds").to.be.at.most(most);
  return judgement;
}
