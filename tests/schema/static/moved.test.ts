import { expect } from "chai";
import { judged, told } from "./gaps";

const shop = `CREATE TABLE customers (id serial PRIMARY KEY, name text, credit numeric(8,2));
CREATE TABLE orders (id serial PRIMARY KEY, customer_id int REFERENCES customers, note text);
CREATE TABLE carts (id serial PRIMARY KEY, customer_id int);
CREATE TABLE lines (cart_id int REFERENCES carts ON DELETE CASCADE);
CREATE TABLE old_orders (id int, customer_id int, note text);`;

const remark = "ALTER TABLE orders ADD remark text; ";
const archive = "CREATE TABLE archive (id int, customer_id int, note text); ";
const moving = (rest = "", returned = "*") =>
  `WITH gone AS (DELETE FROM orders RETURNING ${returned}) INSERT INTO archive SELECT * FROM gone${rest}`;

/** Ahead of `shop`, and what becomes of the rows. */
const gaps: [name: string, ahead: string, findings: string[]][] = [
  [
    "values moved to a new column",
    `${remark}UPDATE orders SET remark = note, note = NULL`,
    ["breaking values-moved orders.note:1"],
  ],
  [
    "values moved, the old column set first",
    `${remark}UPDATE orders SET note = NULL, remark = note`,
    ["breaking values-moved orders.note:1"],
  ],
  [
    "values copied, then cleared",
    `${remark}UPDATE orders SET remark = note WHERE note IS NOT NULL;\nUPDATE orders SET note = ''`,
    ["breaking values-moved orders.note:2"],
  ],
  [
    "values that are moved in part",
    `${remark}UPDATE orders SET remark = left(note, 3), note = NULL`,
    ["destructive rows-changed orders.note:1"],
  ],
  [
    "some rows' values copied, all cleared",
    `${remark}UPDATE orders SET remark = note WHERE id > 5;\nUPDATE orders SET note = NULL`,
    ["destructive rows-changed orders.note:2"],
  ],
  [
    "values changed before they are copied",
    `${remark}UPDATE orders SET note = lower(note);\nUPDATE orders SET remark = note;\nUPDATE orders SET note = NULL`,
    ["destructive rows-changed orders.note:1", "destructive rows-changed orders.note:3"],
  ],
  [
    "a copy that changes afterwards",
    `${remark}UPDATE orders SET remark = note, note = NULL;\nUPDATE orders SET remark = lower(remark)`,
    ["destructive rows-changed orders.note:1"],
  ],
  [
    "a copy that is dropped again",
    `${remark}UPDATE orders SET remark = note, note = NULL;\nALTER TABLE orders DROP remark`,
    ["destructive rows-changed orders.note:1"],
  ],
  [
    "a copy that is a column of the same statement's own",
    "ALTER TABLE orders ADD a text, ADD b text; UPDATE orders SET a = note, b = a, note = NULL; ALTER TABLE orders DROP a",
    ["destructive rows-changed orders.note:1"],
  ],
  [
    "values cleared that another table keeps with their keys",
    "CREATE TABLE notes AS SELECT id, note FROM orders;\nUPDATE orders SET note = NULL",
    ["breaking values-moved orders.note:2"],
  ],
  [
    "values cleared that another table keeps without a key",
    "CREATE TABLE notes AS SELECT note FROM orders;\nUPDATE orders SET note = NULL",
    ["destructive rows-changed orders.note:2"],
  ],
  ["rows moved to an archive", archive + moving(), ["breaking values-moved orders:1"]],
  [
    "rows moved to an archive of the old schema",
    moving().replace("archive", "old_orders"),
    ["breaking values-moved orders:1"],
  ],
  [
    "values moved beside a key that others follow",
    "ALTER TABLE carts ADD buyer int; UPDATE carts SET buyer = customer_id, customer_id = NULL",
    ["breaking values-moved carts.customer_id:1"],
  ],
  [
    "a key moved that others follow",
    "ALTER TABLE carts ADD old_id int; UPDATE carts SET old_id = id, id = id + 1000",
    ["destructive rows-changed carts.id:1"],
  ],
  [
    "some rows moved to an archive",
    archive + moving().replace("orders RETURNING", "orders WHERE id < 9 RETURNING"),
    ["breaking values-moved orders:1"],
  ],
  [
    "rows moved by their columns' names",
    `${archive}WITH gone AS (DELETE FROM orders o RETURNING o.note, o.id, customer_id) INSERT INTO archive (note, id, customer_id) SELECT note, gone.id, customer_id FROM gone`,
    ["breaking values-moved orders:1"],
  ],
  [
    "rows moved with two columns exchanged in name",
    `${archive}WITH gone AS (DELETE FROM orders RETURNING id AS customer_id, customer_id AS id, note) INSERT INTO archive (id, note) SELECT id, note FROM gone`,
    ["destructive rows-deleted orders:1"],
  ],
  [
    "rows moved without a column",
    `${archive}WITH gone AS (DELETE FROM orders RETURNING id, note) INSERT INTO archive (id, note) SELECT * FROM gone`,
    ["destructive rows-deleted orders:1"],
  ],
  [
    "some of the deleted rows moved",
    archive + moving(" WHERE id < 9"),
    ["destructive rows-deleted orders:1"],
  ],
  ["a few of the deleted rows moved", archive + moving(" LIMIT 9"), ["destructive rows-deleted orders:1"]],
  [
    "rows moved unless they are there",
    archive + moving(" ON CONFLICT DO NOTHING"),
    ["destructive rows-deleted orders:1"],
  ],
  [
    "an archive that is emptied",
    `${archive}${moving()}; TRUNCATE archive`,
    ["destructive rows-deleted orders:1"],
  ],
  [
    "an archive that is dropped",
    `${archive}${moving()}; DROP TABLE archive`,
    ["destructive rows-deleted orders:1"],
  ],
  [
    "an archive whose values change",
    `${archive}${moving()}; UPDATE archive SET note = ''`,
    ["destructive rows-deleted orders:1"],
  ],
  [
    "an archive of the session's own",
    archive.replace("TABLE", "TEMPORARY TABLE") + moving(),
    ["destructive rows-deleted orders:1"],
  ],
  [
    "an archive that rounds",
    "CREATE TABLE archive (id int, name text, credit int); WITH gone AS (DELETE FROM customers RETURNING *) INSERT INTO archive SELECT * FROM gone",
    ["destructive rows-deleted customers:1"],
  ],
  [
    "an archive whose trigger does what it likes",
    `${archive}CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER t BEFORE INSERT ON archive FOR EACH ROW EXECUTE FUNCTION f(); ${moving()}`,
    ["destructive rows-deleted orders:1"],
  ],
  [
    "rows copied, then deleted",
    "CREATE TABLE archive AS SELECT * FROM orders;\nDELETE FROM orders",
    ["breaking values-moved orders:2"],
  ],
  [
    "rows put in an archive, then the table emptied",
    `${archive}INSERT INTO archive SELECT * FROM orders;\nTRUNCATE orders`,
    ["breaking values-moved orders:2"],
  ],
  [
    "some rows copied, all deleted",
    "CREATE TABLE archive AS SELECT * FROM orders WHERE id < 9;\nDELETE FROM orders",
    ["destructive rows-deleted orders:2"],
  ],
  [
    "some rows deleted, the others copied and deleted",
    "DELETE FROM orders WHERE id < 9;\nCREATE TABLE archive AS SELECT * FROM orders;\nDELETE FROM orders",
    ["destructive rows-deleted orders:1", "destructive rows-deleted orders:3"],
  ],
  [
    "rows moved that others' rows go with",
    "CREATE TABLE archive AS SELECT * FROM carts;\nDELETE FROM carts",
    ["destructive rows-deleted carts:2"],
  ],
];

describe("the static engine on values that are moved", () => {
  for (const [name, ahead, findings] of gaps)
    it(name, async () => {
      const judgement = await judged(shop, ahead);
      expect(told(judgement.dataFindings)).to.deep.equal(findings);
    });
});
