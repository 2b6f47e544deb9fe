import type { Rule } from "./rule";

/** Columns of tables and views. */
export const columnRules = [
  {
    id: "column-dropped",
    verdict: "destructive",
    title: "A column was dropped",
    remedy: "Its values come back from a backup only. Drop a column once no release that uses it can return.",
    example: { shipped: "CREATE TABLE orders (id int, note text);", ahead: "ALTER TABLE orders DROP note;" },
  },
  {
    id: "view-column-dropped",
    verdict: "breaking",
    title: "A view lost a column",
    remedy: "Give the view the column again.",
    example: {
      shipped: "CREATE VIEW totals AS SELECT 1 AS n, 2 AS m;",
      ahead: "DROP VIEW totals; CREATE VIEW totals AS SELECT 1 AS n;",
    },
  },
  {
    id: "column-renamed",
    verdict: "breaking",
    title: "A column was renamed",
    remedy: "Rename it back, or put a view under the table's name that has both.",
    example: {
      shipped: "CREATE TABLE orders (id int, note text);",
      ahead: "ALTER TABLE orders RENAME note TO remark;",
    },
  },
  {
    id: "column-recreated",
    verdict: "destructive",
    title: "A column was dropped and another one made under its name",
    remedy:
      "Values that were not copied come back from a backup only. Alter a column instead of making it anew.",
    example: {
      shipped: "CREATE TABLE orders (id int, note text);",
      ahead: "ALTER TABLE orders DROP note; ALTER TABLE orders ADD note text;",
    },
  },
  {
    id: "columns-swapped",
    verdict: "breaking",
    title: "Columns exchanged their names",
    remedy: "Exchange the names back: old code reads and writes the one under the name of the other.",
    example: {
      shipped: "CREATE TABLE orders (net int, gross int);",
      ahead:
        "ALTER TABLE orders RENAME net TO tmp; ALTER TABLE orders RENAME gross TO net; ALTER TABLE orders RENAME tmp TO gross;",
    },
  },
  {
    id: "column-added-required",
    verdict: "breaking",
    title: "A column was added that every insert must fill",
    remedy: "Give it a default: ALTER TABLE … ALTER COLUMN … SET DEFAULT ….",
    example: {
      shipped: "CREATE TABLE orders (id int);",
      ahead: "ALTER TABLE orders ADD customer int NOT NULL;",
    },
  },
  {
    id: "columns-added",
    verdict: "compatible",
    title: "Columns were added",
    remedy: "Nothing, unless old code reads SELECT * by position or counts its columns.",
    example: { shipped: "CREATE TABLE orders (id int);", ahead: "ALTER TABLE orders ADD note text;" },
  },
  {
    id: "column-order-changed",
    verdict: "conditional",
    title: "Columns stand in another order",
    remedy: "Look for old code that reads SELECT * by position, or inserts without a list of columns.",
    example: {
      shipped: "CREATE VIEW totals AS SELECT 1 AS n, 2 AS m;",
      ahead: "DROP VIEW totals; CREATE VIEW totals AS SELECT 2 AS m, 1 AS n;",
    },
  },
  {
    id: "not-null-set",
    verdict: "breaking",
    title: "A column that old code may leave out can no longer be NULL",
    remedy: "Give it a default, or let it be NULL again: ALTER TABLE … ALTER COLUMN … DROP NOT NULL.",
    example: {
      shipped: "CREATE TABLE orders (id int, note text);",
      ahead: "ALTER TABLE orders ALTER note SET NOT NULL;",
    },
  },
  {
    id: "not-null-set-with-default",
    verdict: "conditional",
    title: "A column with a default can no longer be NULL",
    remedy: "Look for old code that writes NULL into it outright.",
    example: {
      shipped: "CREATE TABLE orders (id int, note text DEFAULT '');",
      ahead: "ALTER TABLE orders ALTER note SET NOT NULL;",
    },
  },
  {
    id: "not-null-dropped",
    verdict: "conditional",
    title: "A column may be NULL now",
    remedy: "Fill the NULLs that newer code has written, or see that old code can read them.",
    example: {
      shipped: "CREATE TABLE orders (id int, note text NOT NULL);",
      ahead: "ALTER TABLE orders ALTER note DROP NOT NULL;",
    },
  },
  {
    id: "default-dropped",
    verdict: "breaking",
    title: "A required column lost what filled it",
    remedy: "Set its default again: ALTER TABLE … ALTER COLUMN … SET DEFAULT ….",
    example: {
      shipped: "CREATE TABLE orders (id int, state text NOT NULL DEFAULT 'new');",
      ahead: "ALTER TABLE orders ALTER state DROP DEFAULT;",
    },
  },
  {
    id: "default-changed",
    verdict: "conditional",
    title: "A column is filled with something else where old code leaves it out",
    remedy: "Look whether old code relies on the value that it had.",
    example: {
      shipped: "CREATE TABLE orders (id int, state text DEFAULT 'new');",
      ahead: "ALTER TABLE orders ALTER state SET DEFAULT 'draft';",
    },
  },
  {
    id: "generated-column",
    verdict: "breaking",
    title: "A column that old code writes is computed now",
    remedy: "Make it a plain column again, filled by a trigger where it is left out.",
    example: {
      shipped: "CREATE TABLE orders (net int, gross int);",
      ahead:
        "ALTER TABLE orders RENAME gross TO old_gross; ALTER TABLE orders ADD gross int GENERATED ALWAYS AS (net * 2) STORED;",
    },
  },
  {
    id: "generation-changed",
    verdict: "conditional",
    title: "A computed column is computed in another way, or no longer",
    remedy: "Look whether old code relies on what it computed.",
    example: {
      shipped: "CREATE TABLE orders (net int, gross int GENERATED ALWAYS AS (net * 2) STORED);",
      ahead: "ALTER TABLE orders ALTER gross DROP EXPRESSION;",
    },
  },
  {
    id: "computed-can-fail",
    verdict: "conditional",
    title: "A computed column or an index is worked out of what old code writes, and that can fail",
    remedy: "Look whether old code writes what it fails for, or let the expression take everything.",
    example: {
      shipped: "CREATE TABLE orders (id int, code text);",
      ahead: "CREATE INDEX ON orders ((code::int));",
    },
  },
  {
    id: "identity-always",
    verdict: "conditional",
    title: "A column that filled itself where it was left out always fills itself now",
    remedy: "Where old code writes its own numbers: ALTER TABLE … ALTER COLUMN … SET GENERATED BY DEFAULT.",
    example: {
      shipped: "CREATE TABLE orders (id int GENERATED BY DEFAULT AS IDENTITY);",
      ahead: "ALTER TABLE orders ALTER id SET GENERATED ALWAYS;",
    },
  },
  {
    id: "identity-always-on-written",
    verdict: "breaking",
    title: "A column that old code must write fills itself now and refuses values",
    remedy: "Let it take values: ALTER TABLE … ALTER COLUMN … SET GENERATED BY DEFAULT.",
    example: {
      shipped: "CREATE TABLE orders (id int NOT NULL);",
      ahead: "ALTER TABLE orders ALTER id ADD GENERATED ALWAYS AS IDENTITY;",
    },
  },
  {
    id: "type-changed",
    verdict: "breaking",
    title: "A column has a type that old code can't use",
    remedy: "Change the type back, or keep the old column beside a new one.",
    example: {
      shipped: "CREATE TABLE orders (id int, code text);",
      ahead: "ALTER TABLE orders ALTER code TYPE int USING code::int;",
    },
  },
  {
    id: "type-narrowed",
    verdict: "conditional",
    title: "A column holds less than it did",
    remedy: "Widen it again, or see that old code writes no longer or larger value.",
    example: {
      shipped: "CREATE TABLE orders (id int, code varchar(20));",
      ahead: "ALTER TABLE orders ALTER code TYPE varchar(10);",
    },
  },
  {
    id: "type-widened",
    verdict: "conditional",
    title: "A column holds more than it did, and is read as another type",
    remedy:
      "See that old code can read larger values, and that its driver gives them in a form that it expects.",
    example: {
      shipped: "CREATE TABLE orders (id int);",
      ahead: "ALTER TABLE orders ALTER id TYPE bigint;",
    },
  },
  {
    id: "type-converted",
    verdict: "conditional",
    title: "A column has a kindred type, read and written in another form",
    remedy: "Look at what old code does with its values: their form, their zone, their operators.",
    example: {
      shipped: "CREATE TABLE orders (id int, at timestamp);",
      ahead: "ALTER TABLE orders ALTER at TYPE timestamptz;",
    },
  },
  {
    id: "collation-changed",
    verdict: "conditional",
    title: "A column is sorted and compared in another way",
    remedy: "Look whether old code relies on the order, or on which texts are equal.",
    example: {
      shipped: "CREATE TABLE orders (id int, code text);",
      ahead: 'ALTER TABLE orders ALTER code TYPE text COLLATE "C";',
    },
  },
] as const satisfies readonly Rule[];
