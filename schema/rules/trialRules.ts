import type { Rule } from "./rule";

/** What only trying shows: rows before and after, and statements that no longer run. */
export const trialRules: readonly Rule[] = [
  {
    id: "values-lost",
    verdict: "destructive",
    title: "Values are gone",
    remedy:
      "They come back from a backup only. Keep the old column until no release that reads it can return.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY, note text);",
      ahead: "DO $$ BEGIN EXECUTE 'UPDATE orders SET note = NULL'; END $$;",
    },
  },
  {
    id: "values-changed",
    verdict: "destructive",
    title: "Values are others than before",
    remedy:
      "Write new values to a new column, so that old code goes on reading its own; else restore a backup.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY, total int);",
      ahead: "DO $$ BEGIN EXECUTE 'UPDATE orders SET total = total * 100'; END $$;",
    },
  },
  {
    id: "rows-lost",
    verdict: "destructive",
    title: "Rows are gone",
    remedy: "Going back does not bring the rows back: restore them from a backup before old code needs them.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY);",
      ahead: "DO $$ BEGIN EXECUTE 'DELETE FROM orders'; END $$;",
    },
  },
  {
    id: "values-moved",
    verdict: "breaking",
    title: "Values are under another name",
    remedy: "Keep the old name beside the new one until no release that uses it can return.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY, note text);",
      ahead:
        "ALTER TABLE orders ADD remark text; UPDATE orders SET remark = note; ALTER TABLE orders DROP note;",
    },
  },
  {
    id: "statement-fails",
    verdict: "breaking",
    title: "A statement that any code could write fails",
    remedy: "Make the schema accept it again before old code runs on it.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY, note text);",
      ahead:
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$; CREATE TRIGGER refuse BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION refuse();",
    },
  },
  {
    id: "edge-statement-fails",
    verdict: "conditional",
    title: "A statement that some code could write fails",
    remedy: "Look whether the older release writes such statements or values.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY, note text);",
      ahead:
        "CREATE FUNCTION want_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.note = '' THEN RAISE EXCEPTION 'note is empty'; END IF; RETURN NEW; END $$; CREATE TRIGGER want_note BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION want_note();",
    },
  },
  {
    id: "answer-changed",
    verdict: "conditional",
    title: "A statement answers otherwise",
    remedy: "Look whether the older release relies on what it wrote being read back alike.",
    example: {
      shipped: "CREATE TABLE orders (id int PRIMARY KEY, note text);",
      ahead:
        "CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note = upper(NEW.note); RETURN NEW; END $$; CREATE TRIGGER tidy BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION tidy();",
    },
  },
  {
    id: "numbers-taken",
    verdict: "conditional",
    title: "Rows bear numbers that a sequence has yet to give out",
    remedy: "Set the sequence past the highest number before old code inserts.",
    example: {
      shipped: "CREATE TABLE orders (id serial PRIMARY KEY, note text);",
      ahead: "INSERT INTO orders (id, note) VALUES (100, 'first');",
    },
  },
];
