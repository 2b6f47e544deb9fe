import { expect } from "chai";
import type { ObjectName } from "../../../schema/objectName";
import { judged } from "./gaps";

const shipped = `CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE orders (id serial PRIMARY KEY, note text, feeling mood);
CREATE VIEW notes AS SELECT note FROM orders;
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE UNIQUE INDEX once ON orders (note);
GRANT SELECT ON orders TO app;`;

const named = (kind: ObjectName["kind"], name: string, more: Partial<ObjectName> = {}): ObjectName => ({
  kind,
  schema: "public",
  name,
  ...more,
});

const cases: [name: string, ahead: string, object: ObjectName, line: number | undefined, rule?: string][] = [
  [
    "a column by its old name",
    "SELECT 1;\nALTER TABLE orders RENAME note TO memo;",
    named("column", "orders", { part: "note" }),
    2,
  ],
  [
    "a column whose old name stood for another one meanwhile",
    "ALTER TABLE orders RENAME note TO memo;\nALTER TABLE orders ADD note text;\nALTER TABLE orders DROP note;",
    named("column", "orders", { part: "note" }),
    3,
    "column-renamed",
  ],
  [
    "a column by its new name",
    "SELECT 1;\nALTER TABLE orders RENAME note TO memo;",
    named("column", "orders", { part: "memo" }),
    2,
  ],
  [
    "a column after its table's rename",
    "ALTER TABLE orders RENAME TO o;\nALTER TABLE o DROP note CASCADE;",
    named("column", "orders", { part: "note" }),
    2,
  ],
  [
    "the last of several",
    "ALTER TABLE orders ADD x int;\nALTER TABLE orders ALTER x SET NOT NULL;",
    named("column", "orders", { part: "x" }),
    2,
  ],
  [
    "a column that its type took along",
    "SELECT 1;\nDROP TYPE mood CASCADE;",
    named("column", "orders", { part: "feeling" }),
    2,
  ],
  [
    "a view that a column took along",
    "ALTER TABLE orders ADD y int;\nALTER TABLE orders DROP note CASCADE;",
    named("relation", "notes"),
    2,
  ],
  [
    "a sequence that a table took along",
    "SELECT 1;\nDROP TABLE orders CASCADE;",
    named("sequence", "orders_id_seq"),
    2,
  ],
  [
    "a column of a dropped table",
    "SELECT 1;\nDROP TABLE orders CASCADE;",
    named("column", "orders", { part: "note" }),
    2,
  ],
  ["an index", "SELECT 1;\nDROP INDEX once;", named("index", "orders", { part: "once" }), 2],
  [
    "a constraint unknown by name falls back to its table",
    "ALTER TABLE orders DROP CONSTRAINT nobody;",
    named("constraint", "orders", { part: "other" }),
    1,
  ],
  ["a function", "SELECT 1;\nDROP FUNCTION f(integer);", named("function", "f", { args: "integer" }), 2],
  [
    "a value",
    "ALTER TYPE mood ADD VALUE 'a';\nALTER TYPE mood ADD VALUE 'b';",
    named("enumValue", "mood", { part: "a" }),
    1,
  ],
  [
    "a privilege among other changes",
    "REVOKE SELECT ON orders FROM app;\nALTER TABLE orders ADD x int;",
    named("relation", "orders"),
    1,
    "privilege-revoked",
  ],
  [
    "a column more, whatever was added in the place of another one since",
    "ALTER TABLE orders ADD extra int;\nALTER TABLE orders RENAME note TO memo;\nALTER TABLE orders ADD note text;",
    named("relation", "orders"),
    1,
    "columns-added",
  ],
  [
    "the last of the columns more",
    "ALTER TABLE orders ADD one int;\nALTER TABLE orders ADD two int;\nALTER TABLE orders ADD must int NOT NULL;",
    named("relation", "orders"),
    2,
    "columns-added",
  ],
  ["nothing where nothing changed", "SELECT 1", named("relation", "orders"), undefined],
];

describe("the statement behind a change", () => {
  for (const [name, ahead, object, line, rule] of cases)
    it(name, async () => {
      const { statementBehind } = await judged(shipped, ahead);
      const place = statementBehind(object, rule);
      expect(place?.line).to.equal(line);
      if (line !== undefined) {
        expect(place?.migration).to.equal("ahead");
        expect(place?.statement).to.equal(ahead.split("\n")[line - 1]?.replace(/;$/, ""));
      }
    });
});
