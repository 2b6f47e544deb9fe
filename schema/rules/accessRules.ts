import type { Rule } from "./rule";

/** Who may do what, and what a session is given. */
export const accessRules = [
  {
    id: "privilege-revoked",
    verdict: "breaking",
    title: "A role lost a privilege",
    remedy: "Grant it again.",
    example: {
      shipped: "CREATE TABLE orders (id int); CREATE ROLE shop; GRANT SELECT ON orders TO shop;",
      ahead: "REVOKE SELECT ON orders FROM shop;",
    },
  },
  {
    id: "privilege-revoked-from-public",
    verdict: "conditional",
    title: "Not every role has a privilege any more, but those that are known do",
    remedy: "See that the role that old code uses is among them, or grant it the privilege.",
    example: {
      shipped: "CREATE FUNCTION next_id() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE ROLE shop;",
      ahead: "REVOKE EXECUTE ON FUNCTION next_id() FROM PUBLIC; GRANT EXECUTE ON FUNCTION next_id() TO shop;",
    },
  },
  {
    id: "owner-changed",
    verdict: "conditional",
    title: "Something belongs to another role",
    remedy:
      "See that the old owner has been granted what old code needs, or give it back: ALTER … OWNER TO ….",
    example: {
      shipped: "CREATE TABLE orders (id int); CREATE ROLE shop;",
      ahead: "ALTER TABLE orders OWNER TO shop;",
    },
  },
  {
    id: "role-dropped",
    verdict: "breaking",
    title: "A role was dropped or renamed",
    remedy: "Create it again with its privileges.",
    example: { shipped: "CREATE ROLE shop;", ahead: "DROP ROLE shop;" },
  },
  {
    id: "login-refused",
    verdict: "breaking",
    title: "A role can no longer log in, or nobody can",
    remedy: "Let it log in again: ALTER ROLE … LOGIN, with the password that old code knows.",
    example: { shipped: "CREATE ROLE shop LOGIN;", ahead: "ALTER ROLE shop NOLOGIN;" },
  },
  {
    id: "login-limited",
    verdict: "conditional",
    title: "A role can log in less often, or only for some time",
    remedy: "See that old code needs no more sessions, and no password that works for longer.",
    example: { shipped: "CREATE ROLE shop LOGIN;", ahead: "ALTER ROLE shop CONNECTION LIMIT 2;" },
  },
  {
    id: "role-attribute-lost",
    verdict: "conditional",
    title: "A role is no superuser any more, or may not make what it could make",
    remedy: "Give it the attribute again, where old code relies on it.",
    example: { shipped: "CREATE ROLE shop CREATEDB;", ahead: "ALTER ROLE shop NOCREATEDB;" },
  },
  {
    id: "row-security-on",
    verdict: "breaking",
    title: "Row security hides rows from a role that could use them",
    remedy: "Give the role a policy, or turn it off: ALTER TABLE … DISABLE ROW LEVEL SECURITY.",
    example: {
      shipped: "CREATE TABLE orders (id int); CREATE ROLE shop; GRANT SELECT ON orders TO shop;",
      ahead: "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;",
    },
  },
  {
    id: "row-security-on-let-through",
    verdict: "conditional",
    title: "Row security is on, and nobody who had a grant is known to be stopped by it",
    remedy: "See that the role that old code uses owns the table or has a policy.",
    example: {
      shipped: "CREATE TABLE orders (id int);",
      ahead: "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;",
    },
  },
  {
    id: "row-security-off",
    verdict: "conditional",
    title: "Row security no longer hides rows",
    remedy: "Turn it on again where old code relies on it: ALTER TABLE … ENABLE ROW LEVEL SECURITY.",
    example: {
      shipped: "CREATE TABLE orders (id int); ALTER TABLE orders ENABLE ROW LEVEL SECURITY;",
      ahead: "ALTER TABLE orders DISABLE ROW LEVEL SECURITY;",
    },
  },
  {
    id: "policy-narrowed",
    verdict: "breaking",
    title: "Policies let fewer rows through, or may do so",
    remedy: "Compare the policies of before and after, and give old code's role one that lets it go on.",
    example: {
      shipped:
        "CREATE TABLE orders (id int); ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY all_rows ON orders USING (true);",
      ahead: "DROP POLICY all_rows ON orders;",
    },
  },
  {
    id: "policy-widened",
    verdict: "conditional",
    title: "Policies let more rows through",
    remedy: "See that old code may read and write the rows that were hidden from it.",
    example: {
      shipped: "CREATE TABLE orders (id int); ALTER TABLE orders ENABLE ROW LEVEL SECURITY;",
      ahead: "CREATE POLICY all_rows ON orders USING (true);",
    },
  },
  {
    id: "search-path-changed",
    verdict: "breaking",
    title: "Names without a schema lead elsewhere",
    remedy: "Set the search path back: ALTER DATABASE or ALTER ROLE … SET search_path.",
    example: {
      shipped: "CREATE ROLE shop; CREATE TABLE orders (id int); CREATE SCHEMA new;",
      ahead: "ALTER ROLE shop SET search_path = new;",
    },
  },
  {
    id: "name-shadowed",
    verdict: "breaking",
    title: "A name without a schema leads to something new",
    remedy: "Drop or rename what stands in the way, or see that old code names the schema.",
    example: {
      shipped: "CREATE ROLE shop; CREATE TABLE orders (id int);",
      ahead: "CREATE SCHEMA shop AUTHORIZATION shop; CREATE TABLE shop.orders (id int);",
    },
  },
  {
    id: "session-read-only",
    verdict: "breaking",
    title: "Sessions begin with transactions that can't write",
    remedy: "Set it back: ALTER DATABASE or ALTER ROLE … RESET default_transaction_read_only.",
    example: {
      shipped: "CREATE ROLE shop;",
      ahead: "ALTER ROLE shop SET default_transaction_read_only = on;",
    },
  },
  {
    id: "session-cut-short",
    verdict: "breaking",
    title: "Statements are ended before they can be done",
    remedy: "Set it back: ALTER DATABASE or ALTER ROLE … RESET statement_timeout.",
    example: {
      shipped: "CREATE ROLE shop;",
      ahead: "ALTER ROLE shop SET statement_timeout = '1ms';",
    },
  },
  {
    id: "setting-changed",
    verdict: "conditional",
    title: "A setting of the database or of a role changed",
    remedy: "Look whether old code relies on the value that it had.",
    example: {
      shipped: "CREATE ROLE shop;",
      ahead: "ALTER ROLE shop SET timezone = 'Asia/Tokyo';",
    },
  },
] as const satisfies readonly Rule[];
