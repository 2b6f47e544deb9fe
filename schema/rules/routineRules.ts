import type { Rule } from "./rule";

/** Functions, procedures, aggregates, operators, casts and what runs by itself. */
export const routineRules = [
  {
    id: "function-dropped",
    verdict: "breaking",
    title: "A function was dropped",
    remedy: "Create it again.",
    example: {
      shipped: "CREATE FUNCTION next_id() RETURNS int LANGUAGE sql AS 'SELECT 1';",
      ahead: "DROP FUNCTION next_id();",
    },
  },
  {
    id: "function-renamed",
    verdict: "breaking",
    title: "A function was renamed or moved to another schema",
    remedy: "Rename it back, or keep a function under the old name that calls it.",
    example: {
      shipped: "CREATE FUNCTION next_id() RETURNS int LANGUAGE sql AS 'SELECT 1';",
      ahead: "ALTER FUNCTION next_id() RENAME TO new_id;",
    },
  },
  {
    id: "function-changed",
    verdict: "breaking",
    title: "A function takes or returns something else",
    remedy: "Keep the old signature beside the new one.",
    example: {
      shipped: "CREATE FUNCTION next_id() RETURNS int LANGUAGE sql AS 'SELECT 1';",
      ahead:
        "DROP FUNCTION next_id(); CREATE FUNCTION next_id() RETURNS text LANGUAGE sql AS $$ SELECT 'a'::text $$;",
    },
  },
  {
    id: "function-body-changed",
    verdict: "conditional",
    title: "A function of the same signature does something else",
    remedy: "Compare both bodies: old code calls the new one.",
    example: {
      shipped: "CREATE FUNCTION next_id() RETURNS int LANGUAGE sql AS 'SELECT 1';",
      ahead: "CREATE OR REPLACE FUNCTION next_id() RETURNS int LANGUAGE sql AS 'SELECT 2';",
    },
  },
  {
    id: "function-overloaded",
    verdict: "breaking",
    title: "A new function makes old calls ambiguous",
    remedy: "Give the new function another name, or take the defaults from its parameters.",
    example: {
      shipped: "CREATE FUNCTION price(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      ahead: "CREATE FUNCTION price(int, int DEFAULT 0) RETURNS int LANGUAGE sql AS 'SELECT 2';",
    },
  },
  {
    id: "function-overload-added",
    verdict: "conditional",
    title: "A new function can be chosen where old code calls another of its name",
    remedy: "See that old code casts its arguments, or give the new function another name.",
    example: {
      shipped: "CREATE FUNCTION price(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      ahead: "CREATE FUNCTION price(text) RETURNS int LANGUAGE sql AS 'SELECT 2';",
    },
  },
  {
    id: "operator-dropped",
    verdict: "breaking",
    title: "An operator was dropped",
    remedy: "Create it again.",
    example: {
      shipped: "CREATE OPERATOR @@@ (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);",
      ahead: "DROP OPERATOR @@@ (int, int);",
    },
  },
  {
    id: "cast-dropped",
    verdict: "breaking",
    title: "A cast was dropped",
    remedy: "Create it again.",
    example: {
      shipped: "CREATE TYPE mood AS ENUM ('fine'); CREATE CAST (mood AS varchar) WITH INOUT AS ASSIGNMENT;",
      ahead: "DROP CAST (mood AS varchar);",
    },
  },
  {
    id: "cast-changed",
    verdict: "conditional",
    title: "A cast was added that applies by itself, or one applies in another way",
    remedy: "Look for old expressions that become ambiguous or choose another operator.",
    example: {
      shipped: "CREATE TYPE mood AS ENUM ('fine');",
      ahead: "CREATE CAST (mood AS varchar) WITH INOUT AS IMPLICIT;",
    },
  },
  {
    id: "trigger-added",
    verdict: "conditional",
    title: "A trigger runs when old code writes",
    remedy: "Look at what its function does with rows that old code writes; disable it if it must not.",
    example: {
      shipped:
        "CREATE TABLE orders (id int); CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';",
      ahead: "CREATE TRIGGER stamped BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION stamp();",
    },
  },
  {
    id: "trigger-dropped",
    verdict: "conditional",
    title: "A trigger no longer runs when old code writes",
    remedy: "Create or enable it again where old code relies on what it filled in, checked or recorded.",
    example: {
      shipped:
        "CREATE TABLE orders (id int); CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER stamped BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION stamp();",
      ahead: "DROP TRIGGER stamped ON orders;",
    },
  },
  {
    id: "trigger-changed",
    verdict: "conditional",
    title: "A trigger runs at other times or does something else",
    remedy: "Compare both definitions.",
    example: {
      shipped:
        "CREATE TABLE orders (id int); CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER stamped BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION stamp();",
      ahead:
        "DROP TRIGGER stamped ON orders; CREATE TRIGGER stamped BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION stamp();",
    },
  },
  {
    id: "rewrite-rule-changed",
    verdict: "conditional",
    title: "A rule that rewrites statements was added, changed or dropped",
    remedy: "Look at what old statements become under it.",
    example: {
      shipped: "CREATE TABLE orders (id int);",
      ahead: "CREATE RULE quiet AS ON DELETE TO orders DO INSTEAD NOTHING;",
    },
  },
  {
    id: "event-trigger-changed",
    verdict: "conditional",
    title: "An event trigger was added, changed or dropped",
    remedy: "Look at what it does when old code creates or alters something, or logs in.",
    example: {
      shipped:
        "CREATE FUNCTION seen() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'closed'; END $$;",
      ahead: "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION seen();",
    },
  },
] as const satisfies readonly Rule[];
