import { expect } from "chai";
import { Embedded } from "./embedded";

/** What is there by its name and does less, or what no statement names outright: `rule object`, sorted. */
const cases: [name: string, shipped: string, ahead: string, told: string[]][] = [
  [
    "a text search configuration that is gone",
    "CREATE TEXT SEARCH CONFIGURATION shop (COPY = english);",
    "DROP TEXT SEARCH CONFIGURATION shop;",
    ["lookup-dropped shop"],
  ],
  [
    "a text search dictionary that is renamed",
    "CREATE TEXT SEARCH DICTIONARY plain_words (TEMPLATE = simple);",
    "ALTER TEXT SEARCH DICTIONARY plain_words RENAME TO words;",
    ["lookup-dropped plain_words"],
  ],
  [
    "a collation in another schema",
    `CREATE COLLATION shop (LOCALE = 'C'); CREATE SCHEMA s;`,
    "ALTER COLLATION shop SET SCHEMA s;",
    ["lookup-dropped shop"],
  ],
  [
    "a configuration made anew under its name",
    "CREATE TEXT SEARCH CONFIGURATION shop (COPY = english);",
    "DROP TEXT SEARCH CONFIGURATION shop; CREATE TEXT SEARCH CONFIGURATION shop (COPY = english);",
    [],
  ],
  [
    "a foreign key that is not checked any more",
    "CREATE TABLE c (id int PRIMARY KEY); CREATE TABLE o (c int, CONSTRAINT of_c FOREIGN KEY (c) REFERENCES c);",
    "ALTER TABLE o DISABLE TRIGGER ALL;",
    ["foreign-key-dropped o.of_c"],
  ],
  [
    "a foreign key that was not checked and is now",
    "CREATE TABLE c (id int PRIMARY KEY); CREATE TABLE o (c int, CONSTRAINT of_c FOREIGN KEY (c) REFERENCES c); ALTER TABLE o DISABLE TRIGGER ALL;",
    "ALTER TABLE o ENABLE TRIGGER ALL;",
    ["foreign-key-added o.of_c"],
  ],
  [
    "a materialized view's unique index, without which it can't be refreshed beside its readers",
    "CREATE MATERIALIZED VIEW totals AS SELECT 1 AS n; CREATE UNIQUE INDEX totals_n ON totals (n);",
    "DROP INDEX totals_n;",
    ["unique-dropped totals.totals_n"],
  ],
  [
    "a materialized view's other index",
    "CREATE MATERIALIZED VIEW totals AS SELECT 1 AS n; CREATE INDEX totals_n ON totals (n);",
    "DROP INDEX totals_n;",
    [],
  ],
  [
    "row security that is forced on the owner, too",
    "CREATE TABLE orders (id int); ALTER TABLE orders ENABLE ROW LEVEL SECURITY;",
    "ALTER TABLE orders FORCE ROW LEVEL SECURITY;",
    ["row-security-on orders"],
  ],
  [
    "row security that is forced and lets all through",
    "CREATE TABLE orders (id int); ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY all_rows ON orders USING (true);",
    "ALTER TABLE orders FORCE ROW LEVEL SECURITY;",
    [],
  ],
  [
    "FORCE where row security is off",
    "CREATE TABLE orders (id int);",
    "ALTER TABLE orders FORCE ROW LEVEL SECURITY;",
    [],
  ],
  [
    "a function that lost its owner's rights",
    "CREATE FUNCTION paid() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';",
    "ALTER FUNCTION paid() SECURITY INVOKER;",
    ["function-changed paid"],
  ],
];

describe("what is there and does less", () => {
  const embedded = new Embedded();
  before(() => embedded.start());
  after(() => embedded.stop());

  for (const [name, shipped, ahead, told] of cases)
    it(name, async () => {
      expect(await embedded.told(shipped, ahead)).to.deep.equal(told);
    });
});
