import type { Rule } from "./rule";

/** Constraints and unique indexes. */
export const constraintRules = [
  {
    id: "unique-added",
    verdict: "conditional",
    title: "Values must be unique now",
    remedy: "Look whether old code writes duplicates; drop the constraint or index if it must.",
    example: {
      shipped: "CREATE TABLE orders (id int, code text);",
      ahead: "ALTER TABLE orders ADD UNIQUE (code);",
    },
  },
  {
    id: "unique-added-on-default",
    verdict: "breaking",
    title: "What old code leaves out must be unique and is the same in every row",
    remedy: "Drop the constraint or index, or let the columns be NULL.",
    example: {
      shipped: "CREATE TABLE orders (id int);",
      ahead: "ALTER TABLE orders ADD code int DEFAULT 0 UNIQUE;",
    },
  },
  {
    id: "check-added",
    verdict: "conditional",
    title: "A CHECK was added",
    remedy: "Look whether old code writes what it forbids; drop it if it must.",
    example: {
      shipped: "CREATE TABLE orders (id int, amount int);",
      ahead: "ALTER TABLE orders ADD CHECK (amount > 0);",
    },
  },
  {
    id: "foreign-key-added",
    verdict: "conditional",
    title: "A foreign key was added",
    remedy:
      "Look whether old code writes references to nothing, or deletes what is referenced; drop it if it must.",
    example: {
      shipped: "CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE orders (id int, customer int);",
      ahead: "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers;",
    },
  },
  {
    id: "foreign-key-added-on-default",
    verdict: "breaking",
    title: "What old code leaves out must refer to a row that may not be there",
    remedy: "Drop the constraint or the default, or see that the row is there that the default names.",
    example: {
      shipped:
        "CREATE TABLE queues (id int PRIMARY KEY); CREATE TABLE jobs (id int, queue int NOT NULL DEFAULT 5);",
      ahead: "ALTER TABLE jobs ADD FOREIGN KEY (queue) REFERENCES queues NOT VALID;",
    },
  },
  {
    id: "exclusion-added",
    verdict: "conditional",
    title: "An exclusion constraint was added",
    remedy: "Look whether old code writes rows that exclude each other; drop it if it must.",
    example: {
      shipped: "CREATE TABLE bookings (during int4range);",
      ahead: "ALTER TABLE bookings ADD EXCLUDE USING gist (during WITH &&);",
    },
  },
  {
    id: "unique-dropped",
    verdict: "conditional",
    title: "Values need no longer be unique",
    remedy: "Create it again where old code writes ON CONFLICT, or expects no duplicates.",
    example: {
      shipped: "CREATE TABLE orders (id int, code text UNIQUE);",
      ahead: "ALTER TABLE orders DROP CONSTRAINT orders_code_key;",
    },
  },
  {
    id: "check-dropped",
    verdict: "conditional",
    title: "A CHECK was dropped",
    remedy: "See that old code can read what it used to forbid.",
    example: {
      shipped: "CREATE TABLE orders (id int, amount int CHECK (amount > 0));",
      ahead: "ALTER TABLE orders DROP CONSTRAINT orders_amount_check;",
    },
  },
  {
    id: "foreign-key-dropped",
    verdict: "conditional",
    title: "A foreign key was dropped",
    remedy: "See that old code can read references to nothing, and relies on no cascade.",
    example: {
      shipped:
        "CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE orders (id int, customer int REFERENCES customers);",
      ahead: "ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey;",
    },
  },
  {
    id: "exclusion-dropped",
    verdict: "conditional",
    title: "An exclusion constraint was dropped",
    remedy: "See that old code can read rows that used to exclude each other.",
    example: {
      shipped: "CREATE TABLE bookings (during int4range, EXCLUDE USING gist (during WITH &&));",
      ahead: "ALTER TABLE bookings DROP CONSTRAINT bookings_during_excl;",
    },
  },
  {
    id: "constraint-changed",
    verdict: "conditional",
    title: "A constraint acts in another way",
    remedy: "Compare both definitions: when it is checked, and what a delete or an update does.",
    example: {
      shipped:
        "CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE orders (id int, customer int CONSTRAINT c REFERENCES customers ON DELETE CASCADE);",
      ahead:
        "ALTER TABLE orders DROP CONSTRAINT c; ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (customer) REFERENCES customers;",
    },
  },
  {
    id: "constraint-renamed",
    verdict: "conditional",
    title: "A constraint that statements can name has another name",
    remedy:
      "Rename it back where old code writes ON CONFLICT ON CONSTRAINT or SET CONSTRAINTS with its name.",
    example: {
      shipped: "CREATE TABLE orders (id int CONSTRAINT orders_key UNIQUE);",
      ahead: "ALTER TABLE orders RENAME CONSTRAINT orders_key TO orders_id_key;",
    },
  },
] as const satisfies readonly Rule[];
