/** A change that a rollback would meet, as both tools are asked about it. */
export interface Case {
  name: string;
  shipped: string;
  ahead: string;
}

const orders =
  "CREATE TABLE orders (id serial PRIMARY KEY, customer text NOT NULL, amount integer NOT NULL, note varchar(80), " +
  "status text NOT NULL DEFAULT 'new');";

/** What the runbooks' incidents turn on, and what only the net effect tells. */
export const cases: readonly Case[] = [
  { name: "column dropped", shipped: orders, ahead: "ALTER TABLE orders DROP COLUMN note;" },
  { name: "column renamed", shipped: orders, ahead: "ALTER TABLE orders RENAME COLUMN amount TO total;" },
  { name: "table renamed", shipped: orders, ahead: "ALTER TABLE orders RENAME TO purchases;" },
  {
    name: "table renamed, a view under the old name",
    shipped: orders,
    ahead: "ALTER TABLE orders RENAME TO purchases; CREATE VIEW orders AS SELECT * FROM purchases;",
  },
  {
    name: "column renamed and back",
    shipped: orders,
    ahead:
      "ALTER TABLE orders RENAME COLUMN amount TO total; ALTER TABLE orders RENAME COLUMN total TO amount;",
  },
  {
    name: "column added and dropped again",
    shipped: orders,
    ahead: "ALTER TABLE orders ADD COLUMN draft text; ALTER TABLE orders DROP COLUMN draft;",
  },
  {
    name: "nullable column added",
    shipped: orders,
    ahead: "ALTER TABLE orders ADD COLUMN extra text;",
  },
  {
    name: "required column added",
    shipped: orders,
    ahead: "ALTER TABLE orders ADD COLUMN extra text NOT NULL;",
  },
  {
    name: "required column added with a default that is dropped later",
    shipped: orders,
    ahead:
      "ALTER TABLE orders ADD COLUMN extra text NOT NULL DEFAULT ''; ALTER TABLE orders ALTER COLUMN extra DROP DEFAULT;",
  },
  {
    name: "default dropped from a required column",
    shipped: orders,
    ahead: "ALTER TABLE orders ALTER COLUMN status DROP DEFAULT;",
  },
  { name: "NOT NULL set", shipped: orders, ahead: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;" },
  {
    name: "NOT NULL dropped",
    shipped: orders,
    ahead: "ALTER TABLE orders ALTER COLUMN customer DROP NOT NULL;",
  },
  {
    name: "column made wider",
    shipped: orders,
    ahead: "ALTER TABLE orders ALTER COLUMN note TYPE varchar(200);",
  },
  {
    name: "column made narrower",
    shipped: orders,
    ahead: "ALTER TABLE orders ALTER COLUMN note TYPE varchar(60);",
  },
  {
    name: "values cut by a cast",
    shipped: orders,
    ahead: "ALTER TABLE orders ALTER COLUMN note TYPE varchar(3) USING left(note, 3);",
  },
  {
    name: "unique constraint added",
    shipped: orders,
    ahead: "ALTER TABLE orders ADD CONSTRAINT one_note UNIQUE (note);",
  },
  {
    name: "CHECK added, not validated",
    shipped: orders,
    ahead: "ALTER TABLE orders ADD CONSTRAINT paid CHECK (amount > 0) NOT VALID;",
  },
  { name: "rows deleted", shipped: orders, ahead: "DELETE FROM orders WHERE status = 'cancelled';" },
  {
    name: "values overwritten",
    shipped: orders,
    ahead: "UPDATE orders SET note = 'none' WHERE note IS NULL;",
  },
  {
    name: "table dropped and made again",
    shipped: orders,
    ahead: `DROP TABLE orders; ${orders}`,
  },
  {
    name: "enum value added",
    shipped:
      "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE people (id int PRIMARY KEY, now mood NOT NULL);",
    ahead: "ALTER TYPE mood ADD VALUE 'happy';",
  },
  {
    name: "function's arguments changed",
    shipped: "CREATE FUNCTION price(amount int) RETURNS int LANGUAGE sql AS 'SELECT amount * 2';",
    ahead:
      "DROP FUNCTION price(int); CREATE FUNCTION price(amount int, tax int) RETURNS int LANGUAGE sql AS 'SELECT amount * 2 + tax';",
  },
  {
    name: "trigger that refuses writes",
    shipped: orders,
    ahead:
      "CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$; " +
      "CREATE TRIGGER closed BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION closed();",
  },
  {
    name: "row security on, application's role without a policy",
    shipped: `CREATE ROLE clerk; ${orders} GRANT SELECT, INSERT ON orders TO clerk;`,
    ahead: "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;",
  },
];
