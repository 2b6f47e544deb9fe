import type { Rule } from "./rule";

/** Schemas, tables, views and sequences as a whole. */
export const relationRules = [
  {
    id: "schema-dropped",
    verdict: "breaking",
    title: "A schema was dropped",
    remedy: "Create the schema again with what stood in it.",
    example: { shipped: "CREATE SCHEMA billing;", ahead: "DROP SCHEMA billing;" },
  },
  {
    id: "schema-renamed",
    verdict: "breaking",
    title: "A schema was renamed",
    remedy: "Rename it back, or keep views and functions under the old name.",
    example: { shipped: "CREATE SCHEMA billing;", ahead: "ALTER SCHEMA billing RENAME TO accounting;" },
  },
  {
    id: "table-dropped",
    verdict: "destructive",
    title: "A table was dropped",
    remedy:
      "Its rows come back from a backup only. Rename a table instead of dropping it, and drop it once no release that uses it can return.",
    example: { shipped: "CREATE TABLE orders (id int PRIMARY KEY);", ahead: "DROP TABLE orders;" },
  },
  {
    id: "table-renamed",
    verdict: "breaking",
    title: "A table was renamed or moved to another schema",
    remedy: "Put a view of all its columns under the old name, or rename it back.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY);",
      ahead: "ALTER TABLE orders RENAME TO purchases;",
    },
  },
  {
    id: "table-recreated",
    verdict: "destructive",
    title: "A table was dropped and another one made under its name",
    remedy:
      "Rows that were not copied come back from a backup only. Alter a table instead of making it anew.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY);",
      ahead: "DROP TABLE orders; CREATE TABLE orders (id int PRIMARY KEY);",
    },
  },
  {
    id: "partition-detached",
    verdict: "breaking",
    title: "A partition or a child table was taken from its parent",
    remedy: "Attach it again: old code that reads the parent no longer sees its rows.",
    example: {
      shipped:
        "CREATE TABLE logs (at int) PARTITION BY RANGE (at); CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (9);",
      ahead: "ALTER TABLE logs DETACH PARTITION logs_1;",
    },
  },
  {
    id: "child-table-added",
    verdict: "conditional",
    title: "A table got a child, whose rows are read with its own",
    remedy: "ALTER TABLE … NO INHERIT …, or see that old code can read rows twice under one key.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY);",
      ahead: "CREATE TABLE late_orders (days int) INHERITS (orders);",
    },
  },
  {
    id: "partition-attached",
    verdict: "conditional",
    title: "A table became a partition or a child of another one",
    remedy: "Look for old code that writes the table with values outside of its bounds, or reads the parent.",
    example: {
      shipped: "CREATE TABLE logs (at int) PARTITION BY RANGE (at); CREATE TABLE logs_1 (at int);",
      ahead: "ALTER TABLE logs ATTACH PARTITION logs_1 FOR VALUES FROM (0) TO (9);",
    },
  },
  {
    id: "table-unlogged",
    verdict: "compatible",
    title: "A table became unlogged",
    remedy: "Its rows don't survive a crash of the server: ALTER TABLE … SET LOGGED.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY);",
      ahead: "ALTER TABLE orders SET UNLOGGED;",
    },
  },
  {
    id: "view-dropped",
    verdict: "breaking",
    title: "A view was dropped",
    remedy: "Create the view again.",
    example: { shipped: "CREATE VIEW totals AS SELECT 1 AS n;", ahead: "DROP VIEW totals;" },
  },
  {
    id: "view-renamed",
    verdict: "breaking",
    title: "A view was renamed or moved to another schema",
    remedy: "Rename it back, or put a view under the old name.",
    example: {
      shipped: "CREATE VIEW totals AS SELECT 1 AS n;",
      ahead: "ALTER VIEW totals RENAME TO sums;",
    },
  },
  {
    id: "view-not-writable",
    verdict: "breaking",
    title: "A view that could be written no longer can",
    remedy: "Keep it a plain selection of one table, or give it INSTEAD OF triggers.",
    example: {
      shipped: "CREATE TABLE orders (id int); CREATE VIEW open_orders AS SELECT id FROM orders;",
      ahead: "CREATE OR REPLACE VIEW open_orders AS SELECT DISTINCT id FROM orders;",
    },
  },
  {
    id: "view-changed",
    verdict: "breaking",
    title: "A view selects something else",
    remedy: "Compare both definitions: old code can read other rows or values than it expects.",
    example: {
      shipped: "CREATE TABLE orders (id int, paid bool); CREATE VIEW open_orders AS SELECT id FROM orders;",
      ahead: "CREATE OR REPLACE VIEW open_orders AS SELECT id FROM orders WHERE NOT paid;",
    },
  },
  {
    id: "view-rewritten",
    verdict: "conditional",
    title: "A view is defined in another way, and is read alike as far as was tried",
    remedy:
      "Compare both definitions: whose rights it reads with, what it lets through, which rows were not tried.",
    example: {
      shipped: "CREATE TABLE orders (id int); CREATE VIEW open_orders AS SELECT id FROM orders;",
      ahead: "ALTER VIEW open_orders SET (security_invoker);",
    },
  },
  {
    id: "view-not-filled",
    verdict: "breaking",
    title: "A materialized view holds nothing yet",
    remedy: "REFRESH MATERIALIZED VIEW ….",
    example: {
      shipped: "CREATE MATERIALIZED VIEW totals AS SELECT 1 AS n;",
      ahead: "REFRESH MATERIALIZED VIEW totals WITH NO DATA;",
    },
  },
  {
    id: "view-replaced",
    verdict: "conditional",
    title: "Something else stands under the name of a table or a view",
    remedy: "See that old code reads and writes there what it did, or put back what was there.",
    example: {
      shipped: "CREATE VIEW totals AS SELECT 1 + 1 AS n;",
      ahead: "DROP VIEW totals; CREATE TABLE totals AS SELECT 2 AS n;",
    },
  },
  {
    id: "sequence-dropped",
    verdict: "breaking",
    title: "A sequence was dropped",
    remedy: "Create it again, starting past the highest number that was given out.",
    example: { shipped: "CREATE SEQUENCE numbers;", ahead: "DROP SEQUENCE numbers;" },
  },
  {
    id: "sequence-renamed",
    verdict: "breaking",
    title: "A sequence was renamed or moved to another schema",
    remedy: "Rename it back.",
    example: { shipped: "CREATE SEQUENCE numbers;", ahead: "ALTER SEQUENCE numbers RENAME TO counters;" },
  },
  {
    id: "sequence-changed",
    verdict: "conditional",
    title: "A sequence counts in another way",
    remedy: "Look whether old code can live with the numbers that it gives out now.",
    example: { shipped: "CREATE SEQUENCE numbers;", ahead: "ALTER SEQUENCE numbers MAXVALUE 100;" },
  },
] as const satisfies readonly Rule[];
