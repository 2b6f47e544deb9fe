import type { Rule } from "./rule";

/** What statements do to rows, and what no catalog shows. */
export const dataRules: readonly Rule[] = [
  {
    id: "rows-deleted",
    verdict: "destructive",
    title: "Rows were deleted",
    remedy: "Going back does not bring the rows back: restore them from a backup before old code needs them.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY, total int);",
      ahead: "DELETE FROM orders WHERE total = 0;",
    },
  },
  {
    id: "rows-changed",
    verdict: "destructive",
    title: "Values that old code reads were changed",
    remedy:
      "Keep new values in a new column, so that old code goes on reading its own; else restore them from a backup.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY, total int);",
      ahead: "UPDATE orders SET total = total * 100;",
    },
  },
  {
    id: "table-truncated",
    verdict: "destructive",
    title: "A table was emptied",
    remedy: "Going back does not bring the rows back: restore them from a backup before old code needs them.",
    example: { shipped: "CREATE TABLE orders (id int PRIMARY KEY);", ahead: "TRUNCATE orders;" },
  },
  {
    id: "lossy-cast",
    verdict: "destructive",
    title: "A change of type cut, rounded or replaced values",
    remedy:
      "Put the converted values into a new column and leave the old one; else restore them from a backup.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY, note text);",
      ahead: "ALTER TABLE orders ALTER COLUMN note TYPE varchar(10) USING left(note, 10);",
    },
  },
  {
    id: "sequence-restarted",
    verdict: "conditional",
    title: "A sequence counts on from another number",
    remedy: "Set it past the largest number in use before old code inserts.",
    example: {
      shipped: "CREATE SEQUENCE order_number;",
      ahead: "ALTER SEQUENCE order_number RESTART WITH 1;",
    },
  },
  {
    id: "unread-statement",
    verdict: "conditional",
    title: "A statement could not be read",
    remedy:
      "Look at what it does; write SQL that is built while it runs as plain statements where that is possible.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY);",
      ahead:
        "DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD note text', current_setting('app.tables')); END $$;",
    },
  },
];
