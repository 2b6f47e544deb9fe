import { expect } from "chai";
import { judged, told } from "./gaps";

const shop = `CREATE TABLE customers (id serial PRIMARY KEY, name text, seen timestamptz);
CREATE TABLE orders (id serial PRIMARY KEY, customer_id int REFERENCES customers, note text);
CREATE VIEW notes AS SELECT id, note FROM orders;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.seen := now(); RETURN NEW; END $$;
CREATE FUNCTION purge() RETURNS void LANGUAGE sql AS $$ DELETE FROM orders $$;`;

/** Ahead of `shop`, and what of it no catalog shows. */
const gaps: [name: string, ahead: string, findings: string[]][] = [
  ["rows deleted", "DELETE FROM orders", ["destructive rows-deleted orders:1"]],
  ["rows deleted where nothing is", "DELETE FROM orders WHERE false", []],
  ["rows deleted through a view", "DELETE FROM notes", ["destructive rows-deleted orders:1"]],
  ["rows of the gap's own table deleted", "CREATE TABLE x AS SELECT 1 AS a; DELETE FROM x", []],
  ["values changed", "UPDATE orders SET note = ''", ["destructive rows-changed orders.note:1"]],
  ["values set to themselves", "UPDATE orders SET note = note", []],
  [
    "values set to another table's of that name",
    "UPDATE orders SET note = c.note FROM (SELECT '' AS note) c",
    ["destructive rows-changed orders.note:1"],
  ],
  [
    "values changed after a rename",
    "ALTER TABLE orders RENAME note TO memo;\nUPDATE orders SET memo = ''",
    ["destructive rows-changed orders.note:2"],
  ],
  ["a column of the gap filled", "ALTER TABLE orders ADD memo text; UPDATE orders SET memo = note", []],
  [
    "a new column under the old name filled with the old values",
    "ALTER TABLE orders RENAME note TO memo; ALTER TABLE orders ADD note text; UPDATE orders SET note = memo",
    [],
  ],
  ["a table emptied", "TRUNCATE orders", ["destructive table-truncated orders:1"]],
  ["a table of the gap emptied", "CREATE TABLE x (a int); TRUNCATE x", []],
  [
    "a table emptied with those that refer to it",
    "TRUNCATE customers CASCADE",
    ["destructive table-truncated customers:1", "destructive table-truncated orders:1"],
  ],
  ["rows put in", "INSERT INTO customers (name) VALUES ('a')", []],
  ["rows put in unless they are there", "INSERT INTO customers (id) VALUES (1) ON CONFLICT DO NOTHING", []],
  [
    "rows put in or changed",
    "INSERT INTO customers (id, name) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    ["destructive rows-changed customers.name:1"],
  ],
  [
    "rows merged",
    "MERGE INTO orders o USING customers c ON c.id = o.id WHEN MATCHED AND c.name = 'x' THEN DELETE WHEN MATCHED THEN UPDATE SET note = c.name",
    ["destructive rows-deleted orders:1", "destructive rows-changed orders.note:1"],
  ],
  [
    "rows deleted in a common table expression",
    "WITH gone AS (DELETE FROM orders RETURNING id) SELECT count(*) FROM gone",
    ["destructive rows-deleted orders:1"],
  ],
  [
    "a block",
    "DO $$\nBEGIN\n  IF true THEN\n    DELETE FROM orders;\n  END IF;\nEND $$",
    ["destructive rows-deleted orders:4"],
  ],
  [
    "a block that executes a literal",
    "DO $$ BEGIN EXECUTE 'TRUNCATE ' || 'orders'; END $$",
    ["destructive table-truncated orders:1"],
  ],
  [
    "a block that formats names it knows",
    "DO $$ BEGIN EXECUTE format('DELETE FROM %I', 'orders'); END $$",
    ["destructive rows-deleted orders:1"],
  ],
  ["an old function called", "SELECT purge()", ["destructive rows-deleted orders:1"]],
  [
    "a function made but not called",
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM orders'",
    [],
  ],
  [
    "a procedure made and called",
    "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM orders; END $$;\nCALL p();",
    ["destructive rows-deleted orders:2"],
  ],
  [
    "a trigger's function that nothing fires",
    "CREATE TRIGGER t BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch()",
    [],
  ],
  [
    "a trigger that an update fires",
    "CREATE TRIGGER t BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch(); ALTER TABLE customers ADD x int;\nUPDATE customers SET x = 1;",
    ["destructive rows-changed customers.seen:2"],
  ],
  [
    "a cast that cuts",
    "ALTER TABLE orders ALTER note TYPE varchar(5) USING left(note, 5)",
    ["destructive lossy-cast orders.note:1"],
  ],
  [
    "a written cast that cuts",
    "ALTER TABLE orders ALTER note TYPE varchar(5) USING note::varchar(5)",
    ["destructive lossy-cast orders.note:1"],
  ],
  ["a change that fails rather than cuts", "ALTER TABLE orders ALTER note TYPE varchar(5)", []],
  ["a cast that loses nothing", "ALTER TABLE orders ALTER id TYPE text USING id::text", []],
  [
    "a moment cut to its day",
    "ALTER TABLE customers ALTER seen TYPE date",
    ["destructive lossy-cast customers.seen:1"],
  ],
];

describe("the static engine on rows", () => {
  for (const [name, ahead, findings] of gaps)
    it(name, async () => {
      const judgement = await judged(shop, ahead);
      expect(told(judgement.dataFindings)).to.deep.equal(findings);
      expect(judgement.unread).to.deep.equal([]);
    });

  it("has no word on rows that the shipped SQL changes", async () => {
    const { findings } = await judged(`${shop} DELETE FROM orders; TRUNCATE customers CASCADE;`, "SELECT 1");
    expect(findings).to.deep.equal([]);
  });

  it("names the column that holds a copy of a dropped one", async () => {
    const { copyOf } = await judged(
      shop,
      "ALTER TABLE orders ADD memo text; UPDATE orders SET memo = note WHERE note IS NOT NULL; DROP VIEW notes; ALTER TABLE orders DROP note",
    );
    expect(copyOf({ kind: "column", schema: "public", name: "orders", part: "note" })).to.deep.equal({
      kind: "column",
      schema: "public",
      name: "orders",
      part: "memo",
    });
    expect(copyOf({ kind: "column", schema: "public", name: "orders", part: "id" })).to.equal(undefined);
  });
});
