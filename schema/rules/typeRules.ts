import type { Rule } from "./rule";

/** Types and extensions. */
export const typeRules = [
  {
    id: "type-dropped",
    verdict: "breaking",
    title: "A type was dropped",
    remedy: "Create it again.",
    example: { shipped: "CREATE TYPE mood AS ENUM ('fine');", ahead: "DROP TYPE mood;" },
  },
  {
    id: "type-renamed",
    verdict: "breaking",
    title: "A type was renamed or moved to another schema",
    remedy: "Rename it back, or make a domain under the old name.",
    example: {
      shipped: "CREATE TYPE mood AS ENUM ('fine');",
      ahead: "ALTER TYPE mood RENAME TO feeling;",
    },
  },
  {
    id: "type-redefined",
    verdict: "breaking",
    title: "A type of the same name is something else",
    remedy: "Change it back, or give the new one another name.",
    example: {
      shipped: "CREATE TYPE point_in_time AS (at int, zone text);",
      ahead: "ALTER TYPE point_in_time DROP ATTRIBUTE zone;",
    },
  },
  {
    id: "type-attribute-dropped",
    verdict: "destructive",
    title: "A composite type that tables use lost an attribute",
    remedy: "Its values come back from a backup only.",
    example: {
      shipped: "CREATE TYPE spot AS (hall text, seat int); CREATE TABLE tickets (id int, place spot);",
      ahead: "ALTER TYPE spot DROP ATTRIBUTE seat;",
    },
  },
  {
    id: "type-recreated",
    verdict: "conditional",
    title: "A type was made anew, the same as before",
    remedy:
      "Restart old code that stays connected: drivers and prepared statements remember a type by its number.",
    example: {
      shipped: "CREATE TYPE mood AS ENUM ('fine');",
      ahead: "DROP TYPE mood; CREATE TYPE mood AS ENUM ('fine');",
    },
  },
  {
    id: "type-extended",
    verdict: "breaking",
    title: "A composite type has more attributes",
    remedy: "Take the attribute away again, or see that old code never writes values of the type.",
    example: {
      shipped: "CREATE TYPE point_in_time AS (at int);",
      ahead: "ALTER TYPE point_in_time ADD ATTRIBUTE zone text;",
    },
  },
  {
    id: "enum-value-dropped",
    verdict: "breaking",
    title: "A value of an enum is gone",
    remedy: "Add the value again: ALTER TYPE … ADD VALUE ….",
    example: {
      shipped: "CREATE TYPE mood AS ENUM ('fine', 'low');",
      ahead: "DROP TYPE mood; CREATE TYPE mood AS ENUM ('fine');",
    },
  },
  {
    id: "enum-value-renamed",
    verdict: "breaking",
    title: "A value of an enum was renamed",
    remedy: "Rename it back: ALTER TYPE … RENAME VALUE … TO ….",
    example: {
      shipped: "CREATE TYPE mood AS ENUM ('fine', 'low');",
      ahead: "ALTER TYPE mood RENAME VALUE 'low' TO 'sad';",
    },
  },
  {
    id: "enum-value-added",
    verdict: "conditional",
    title: "An enum has a new value",
    remedy: "See that old code can read a value that it doesn't know.",
    example: {
      shipped: "CREATE TYPE mood AS ENUM ('fine');",
      ahead: "ALTER TYPE mood ADD VALUE 'low';",
    },
  },
  {
    id: "enum-order-changed",
    verdict: "conditional",
    title: "The values of an enum stand in another order",
    remedy: "Look whether old code sorts by it or compares with < and >.",
    example: {
      shipped: "CREATE TYPE mood AS ENUM ('fine', 'low');",
      ahead: "DROP TYPE mood; CREATE TYPE mood AS ENUM ('low', 'fine');",
    },
  },
  {
    id: "domain-narrowed",
    verdict: "conditional",
    title: "A domain forbids more values",
    remedy: "Look whether old code writes what it forbids.",
    example: {
      shipped: "CREATE DOMAIN email AS text;",
      ahead: "ALTER DOMAIN email ADD CHECK (value <> '');",
    },
  },
  {
    id: "domain-widened",
    verdict: "conditional",
    title: "A domain allows more values",
    remedy: "See that old code can read what it used to forbid.",
    example: {
      shipped: "CREATE DOMAIN email AS text CONSTRAINT filled CHECK (value <> '');",
      ahead: "ALTER DOMAIN email DROP CONSTRAINT filled;",
    },
  },
  {
    id: "domain-not-null-set",
    verdict: "breaking",
    title: "A domain can no longer be NULL",
    remedy: "Let it be NULL again: ALTER DOMAIN … DROP NOT NULL.",
    example: { shipped: "CREATE DOMAIN email AS text;", ahead: "ALTER DOMAIN email SET NOT NULL;" },
  },
  {
    id: "domain-default-changed",
    verdict: "conditional",
    title: "A domain has another default",
    remedy: "Look whether old code relies on the value that it had.",
    example: {
      shipped: "CREATE DOMAIN email AS text DEFAULT '';",
      ahead: "ALTER DOMAIN email DROP DEFAULT;",
    },
  },
  {
    id: "lookup-dropped",
    verdict: "breaking",
    title: "A text search configuration, a dictionary or a collation is gone",
    remedy: "Create it again under its old name.",
    example: {
      shipped: "CREATE TEXT SEARCH CONFIGURATION shop (COPY = english);",
      ahead: "DROP TEXT SEARCH CONFIGURATION shop;",
    },
  },
  {
    id: "extension-dropped",
    verdict: "breaking",
    title: "An extension was dropped",
    remedy: "Create it again: CREATE EXTENSION ….",
    example: { shipped: "CREATE EXTENSION IF NOT EXISTS plpgsql;", ahead: "DROP EXTENSION plpgsql;" },
  },
  {
    id: "extension-changed",
    verdict: "conditional",
    title: "An extension has another version or schema",
    remedy: "Read what changed between the versions; old code that names its schema needs the old one.",
    example: {
      shipped: "CREATE EXTENSION pg_trgm SCHEMA public;",
      ahead: "CREATE SCHEMA tools; ALTER EXTENSION pg_trgm SET SCHEMA tools;",
    },
  },
] as const satisfies readonly Rule[];
