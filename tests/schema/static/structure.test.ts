import { expect } from "chai";
import { judged, told } from "./gaps";

const orders = `CREATE TABLE orders (id serial PRIMARY KEY, note text, total int NOT NULL DEFAULT 0, amount numeric(8,2) NOT NULL);
CREATE TYPE mood AS ENUM ('sad', 'ok');`;

/** Ahead of `orders`, and what is found in it. */
const gaps: [name: string, ahead: string, findings: string[]][] = [
  ["a table dropped", "DROP TABLE orders", ["destructive table-dropped orders:1"]],
  ["a table that is not there, dropped if it exists", "DROP TABLE IF EXISTS invoices", []],
  ["a table of the gap, dropped again", "CREATE TABLE x (id int);\nDROP TABLE x;", []],
  ["a table renamed", "\n\nALTER TABLE orders RENAME TO sales", ["breaking table-renamed orders:3"]],
  ["a table renamed and back", "ALTER TABLE orders RENAME TO o; ALTER TABLE o RENAME TO orders", []],
  [
    "a table moved",
    "CREATE SCHEMA s;\nALTER TABLE orders SET SCHEMA s;",
    ["breaking table-renamed orders:2"],
  ],
  [
    "a table dropped and made anew",
    "DROP TABLE orders;\nCREATE TABLE orders (id int);",
    ["destructive table-recreated orders:1"],
  ],
  ["a column dropped", "ALTER TABLE orders DROP COLUMN note", ["destructive column-dropped orders.note:1"]],
  ["a column renamed", "ALTER TABLE orders RENAME note TO memo", ["breaking column-renamed orders.note:1"]],
  ["a column added", "ALTER TABLE orders ADD memo text", ["compatible columns-added orders:1"]],
  ["a column added and dropped", "ALTER TABLE orders ADD memo text; ALTER TABLE orders DROP memo", []],
  [
    "a required column added",
    "ALTER TABLE orders ADD memo text NOT NULL",
    ["breaking column-added-required orders.memo:1"],
  ],
  [
    "a required column whose default goes again",
    "ALTER TABLE orders ADD memo text NOT NULL DEFAULT '';\nALTER TABLE orders ALTER memo DROP DEFAULT;",
    ["breaking column-added-required orders.memo:2"],
  ],
  [
    "a column copied to another name, then dropped",
    "ALTER TABLE orders ADD memo text;\nUPDATE orders SET memo = note;\nALTER TABLE orders DROP note;",
    ["compatible columns-added orders:1", "breaking column-renamed orders.note:3"],
  ],
  [
    "a column copied in part, then dropped",
    "ALTER TABLE orders ADD memo text;\nUPDATE orders SET memo = note WHERE id > 7;\nALTER TABLE orders DROP note;",
    ["compatible columns-added orders:1", "destructive column-dropped orders.note:3"],
  ],
  [
    "two columns swapped",
    "ALTER TABLE orders RENAME note TO n;\nALTER TABLE orders RENAME total TO note;\nALTER TABLE orders RENAME n TO total;",
    ["breaking column-renamed orders.note:1", "breaking column-renamed orders.total:2"],
  ],
  ["NOT NULL set", "ALTER TABLE orders ALTER note SET NOT NULL", ["breaking not-null-set orders.note:1"]],
  [
    "NOT NULL set beside a default",
    "ALTER TABLE orders ALTER note SET DEFAULT '', ALTER note SET NOT NULL",
    ["conditional not-null-set-with-default orders.note:1"],
  ],
  [
    "NOT NULL dropped",
    "ALTER TABLE orders ALTER amount DROP NOT NULL",
    ["conditional not-null-dropped orders.amount:1"],
  ],
  [
    "a needed default dropped",
    "ALTER TABLE orders ALTER total DROP DEFAULT",
    ["breaking default-dropped orders.total:1"],
  ],
  ["a default dropped and set", "ALTER TABLE orders ALTER total DROP DEFAULT, ALTER total SET DEFAULT 0", []],
  [
    "integer to bigint",
    "ALTER TABLE orders ALTER total TYPE bigint",
    ["conditional type-widened orders.total:1"],
  ],
  ["integer to text", "ALTER TABLE orders ALTER total TYPE text", ["breaking type-changed orders.total:1"]],
  [
    "a larger precision",
    "ALTER TABLE orders ALTER amount TYPE numeric(9,2)",
    ["compatible type-widened orders.amount:1"],
  ],
  [
    "a smaller scale",
    "ALTER TABLE orders ALTER amount TYPE numeric(8,1)",
    ["conditional type-narrowed orders.amount:1", "destructive lossy-cast orders.amount:1"],
  ],
  ["a value added", "ALTER TYPE mood ADD VALUE 'glad'", ["conditional enum-value-added mood.glad:1"]],
  [
    "a value renamed",
    "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
    ["breaking enum-value-renamed mood.ok:1"],
  ],
  ["a unique index", "CREATE UNIQUE INDEX u ON orders (note)", ["conditional unique-added orders.u:1"]],
  ["an index", "CREATE INDEX i ON orders (note)", []],
  ["an undone transaction", "BEGIN; DROP TABLE orders; ROLLBACK;", []],
  ["an undone savepoint", "BEGIN; SAVEPOINT a; DROP TABLE orders; ROLLBACK TO a; COMMIT;", []],
  ["a kept transaction", "BEGIN;\nDROP TABLE orders;\nCOMMIT;", ["destructive table-dropped orders:2"]],
  [
    "a type dropped with its column",
    "ALTER TABLE orders ADD m mood; DROP TYPE mood CASCADE",
    ["breaking type-dropped mood:1"],
  ],
];

describe("the static engine on structure", () => {
  for (const [name, ahead, findings] of gaps)
    it(name, async () => {
      const judgement = await judged(orders, ahead);
      expect(told(judgement.findings)).to.deep.equal(findings);
      expect(judgement.unread).to.deep.equal([]);
    });

  it("follows the search path and quoted names", async () => {
    const shipped = `CREATE SCHEMA "Sales"; CREATE TABLE "Sales"."Order" (id int); CREATE TABLE "Order" (id int);`;
    const { findings } = await judged(shipped, `SET search_path TO "Sales", public;\nDROP TABLE "Order";`);
    expect(told(findings)).to.deep.equal(["destructive table-dropped Sales.Order:2"]);
  });

  it("takes what nothing created for a part of the old schema", async () => {
    const { findings } = await judged(
      "",
      "ALTER TABLE orders DROP COLUMN note;\nDROP TABLE IF EXISTS invoices;",
    );
    expect(told(findings)).to.deep.equal([
      "destructive column-dropped orders.note:1",
      "destructive table-dropped invoices:2",
    ]);
  });

  it("reads each table of a dropped schema as dropped", async () => {
    const { findings } = await judged("CREATE SCHEMA s CREATE TABLE t (id int)", "DROP SCHEMA s CASCADE");
    expect(told(findings)).to.have.members([
      "breaking schema-dropped s:1",
      "destructive table-dropped s.t:1",
    ]);
  });

  it("sees a privilege go, and one that comes back", async () => {
    const shipped = "CREATE TABLE t (id int); GRANT SELECT, INSERT ON t TO app;";
    const revoked = await judged(shipped, "REVOKE INSERT ON t FROM app");
    expect(told(revoked.findings)).to.deep.equal(["breaking privilege-revoked t:1"]);
    const again = await judged(shipped, "REVOKE ALL ON t FROM app; GRANT SELECT, INSERT ON t TO app");
    expect(told(again.findings)).to.deep.equal([]);
  });

  it("tells a function recreated alike from one that gives another type", async () => {
    const shipped = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';";
    const alike = await judged(shipped, `DROP FUNCTION f(int); ${shipped}`);
    expect(told(alike.findings)).to.deep.equal([]);
    const other = await judged(
      shipped,
      "DROP FUNCTION f(int);\nCREATE FUNCTION f(a int) RETURNS text LANGUAGE sql AS 'SELECT 1';",
    );
    expect(told(other.findings)).to.deep.equal(["breaking function-changed f(integer):1"]);
  });
});
