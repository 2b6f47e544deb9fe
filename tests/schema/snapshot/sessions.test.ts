import { expect } from "chai";
import { Embedded } from "./embedded";

/** A gap, and what it comes to: `rule object verdict`, sorted. The role is that of old code, where it is known. */
interface Case {
  shipped: string;
  ahead: string;
  told: string[];
  role?: string;
}

const shop = "CREATE ROLE shop LOGIN PASSWORD 'x';";
const orders = "CREATE TABLE orders (id int);";
const own = "CREATE SCHEMA shop AUTHORIZATION shop;";

const concerns: Record<string, Record<string, Case>> = {
  "names without a schema": {
    "a table in the schema of the role's name": {
      shipped: `${shop} ${orders} ${own}`,
      ahead: "CREATE TABLE shop.orders (id int);",
      told: ["name-shadowed orders breaking"],
    },
    "a view there": {
      shipped: `${shop} ${orders} ${own}`,
      ahead: "CREATE VIEW shop.orders AS SELECT 1 AS id;",
      told: ["name-shadowed orders breaking"],
    },
    "a table in a schema that nobody's path has": {
      shipped: `${shop} ${orders}`,
      ahead: "CREATE SCHEMA archive; CREATE TABLE archive.orders (id int);",
      told: [],
    },
    "a table in a schema that the role may not use": {
      shipped: `${shop} ${orders}`,
      ahead: "CREATE SCHEMA shop; CREATE TABLE shop.orders (id int);",
      told: [],
    },
    "a schema that the role may use now": {
      shipped: `${shop} ${orders} CREATE SCHEMA shop; CREATE TABLE shop.orders (id int);`,
      ahead: "GRANT USAGE ON SCHEMA shop TO shop;",
      told: ["name-shadowed orders breaking"],
    },
    "a table in a schema of the database's path": {
      shipped: `${orders} CREATE SCHEMA first; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = first, public', current_database()); END $$;`,
      ahead: "CREATE TABLE first.orders (id int);",
      told: ["name-shadowed orders breaking"],
    },
    "a table in a schema after the old one's": {
      shipped: `${shop} ${orders} CREATE SCHEMA last; GRANT USAGE ON SCHEMA last TO shop; ALTER ROLE shop SET search_path = public, last;`,
      ahead: "CREATE TABLE last.orders (id int);",
      told: [],
    },
    "a path that leads to a new schema": {
      shipped: `${shop} ${orders}`,
      ahead:
        "CREATE SCHEMA next AUTHORIZATION shop; CREATE TABLE next.orders (id int); ALTER ROLE shop SET search_path = next, public;",
      told: ["search-path-changed shop breaking"],
    },
    "a type": {
      shipped: `${shop} ${own} CREATE TYPE mood AS ENUM ('low');`,
      ahead: "CREATE TYPE shop.mood AS ENUM ('high');",
      told: ["name-shadowed mood breaking"],
    },
    "a function that takes the same": {
      shipped: `${shop} ${own} CREATE FUNCTION price(int) RETURNS int LANGUAGE sql AS 'SELECT 1';`,
      ahead: "CREATE FUNCTION shop.price(int) RETURNS int LANGUAGE sql AS 'SELECT 2';",
      told: ["name-shadowed price breaking"],
    },
    "a function that takes something else": {
      shipped: `${shop} ${own} CREATE FUNCTION price(int) RETURNS int LANGUAGE sql AS 'SELECT 1';`,
      ahead: "CREATE FUNCTION shop.price(text) RETURNS int LANGUAGE sql AS 'SELECT 2';",
      told: ["function-overload-added price conditional"],
    },
    "a function where nobody finds both": {
      shipped: "CREATE FUNCTION price(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      ahead: "CREATE SCHEMA other; CREATE FUNCTION other.price(text) RETURNS int LANGUAGE sql AS 'SELECT 2';",
      told: [],
    },
    "a table that only another role meets": {
      shipped: `${shop} ${orders} ${own} CREATE ROLE web LOGIN;`,
      ahead: "CREATE TABLE shop.orders (id int);",
      role: "web",
      told: ["name-shadowed orders conditional"],
    },
  },
  logins: {
    "none any more": {
      shipped: shop,
      ahead: "ALTER ROLE shop NOLOGIN;",
      told: ["login-refused shop breaking"],
    },
    "none any more, of another role": {
      shipped: `${shop} CREATE ROLE web LOGIN;`,
      ahead: "ALTER ROLE shop NOLOGIN;",
      role: "web",
      told: ["login-refused shop conditional"],
    },
    "none, of a role that never had one": {
      shipped: "CREATE ROLE readers;",
      ahead: "ALTER ROLE readers CONNECTION LIMIT 0; ALTER ROLE readers PASSWORD 'y';",
      told: [],
    },
    "taken and given back": {
      shipped: shop,
      ahead: "ALTER ROLE shop NOLOGIN; ALTER ROLE shop LOGIN;",
      told: [],
    },
    "another password": {
      shipped: shop,
      ahead: "ALTER ROLE shop PASSWORD 'y';",
      told: ["login-refused shop breaking"],
    },
    "no password": {
      shipped: shop,
      ahead: "ALTER ROLE shop PASSWORD NULL;",
      told: ["login-refused shop breaking"],
    },
    "a password that is over": {
      shipped: shop,
      ahead: "ALTER ROLE shop VALID UNTIL '2001-01-01';",
      told: ["login-refused shop breaking"],
    },
    "a password that will be over": {
      shipped: shop,
      ahead: "ALTER ROLE shop VALID UNTIL '9001-01-01';",
      told: ["login-limited shop conditional"],
    },
    "no session": {
      shipped: shop,
      ahead: "ALTER ROLE shop CONNECTION LIMIT 0;",
      told: ["login-refused shop breaking"],
    },
    "more sessions": {
      shipped: "CREATE ROLE shop LOGIN CONNECTION LIMIT 2;",
      ahead: "ALTER ROLE shop CONNECTION LIMIT 3;",
      told: [],
    },
    "a role that row security held not": {
      shipped: `CREATE ROLE shop LOGIN BYPASSRLS; ${orders} ALTER TABLE orders ENABLE ROW LEVEL SECURITY;`,
      ahead: "ALTER ROLE shop NOBYPASSRLS;",
      told: ["role-attribute-lost shop breaking"],
    },
    "a superuser that is none any more": {
      shipped: `CREATE ROLE shop LOGIN SUPERUSER; ${orders}`,
      ahead: "ALTER ROLE shop NOSUPERUSER;",
      told: [
        "privilege-revoked database breaking",
        "privilege-revoked orders breaking",
        "privilege-revoked public breaking",
        "role-attribute-lost shop conditional",
      ],
    },
    "CONNECT of everyone": {
      shipped: shop,
      ahead:
        "DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); END $$;",
      told: ["privilege-revoked database breaking"],
    },
    "CONNECT of everyone but those who need it": {
      shipped: `${shop} CREATE ROLE readers;`,
      ahead:
        "DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC; GRANT CONNECT, TEMPORARY ON DATABASE %1$I TO shop', current_database()); END $$;",
      told: ["privilege-revoked database conditional"],
    },
    "CONNECT of another role": {
      shipped: `${shop} CREATE ROLE web LOGIN;`,
      ahead:
        "DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC; GRANT CONNECT ON DATABASE %1$I TO web', current_database()); END $$;",
      role: "web",
      told: ["privilege-revoked database conditional"],
    },
    "an owner's rights, written out": {
      shipped: `${shop} CREATE SCHEMA s AUTHORIZATION shop; CREATE ROLE web;`,
      ahead: "GRANT USAGE ON SCHEMA s TO web;",
      told: [],
    },
  },
  settings: {
    "read only": {
      shipped: shop,
      ahead: "ALTER ROLE shop SET default_transaction_read_only = 'yes';",
      told: ["session-read-only shop breaking"],
    },
    "read only, for the database": {
      shipped: "",
      ahead:
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$;",
      told: ["session-read-only database breaking"],
    },
    "read only, for another role": {
      shipped: `${shop} CREATE ROLE web LOGIN;`,
      ahead: "ALTER ROLE shop SET default_transaction_read_only = on;",
      role: "web",
      told: ["session-read-only shop conditional"],
    },
    "read only no longer": {
      shipped: `${shop} ALTER ROLE shop SET default_transaction_read_only = on;`,
      ahead: "ALTER ROLE shop RESET default_transaction_read_only;",
      told: ["setting-changed shop conditional"],
    },
    "a statement's time, 20 ms": {
      shipped: shop,
      ahead: "ALTER ROLE shop SET statement_timeout = 20;",
      told: ["session-cut-short shop breaking"],
    },
    "a statement's time, 21 ms": {
      shipped: shop,
      ahead: "ALTER ROLE shop SET statement_timeout = '21ms';",
      told: ["setting-changed shop conditional"],
    },
    "a lock's time": {
      shipped: shop,
      ahead: "ALTER ROLE shop SET lock_timeout = '1ms';",
      told: ["setting-changed shop conditional"],
    },
    "what only makes faster": { shipped: shop, ahead: "ALTER ROLE shop SET work_mem = '64MB';", told: [] },
  },
};

describe("what sessions of old code meet", () => {
  const embedded = new Embedded();
  before(() => embedded.start());
  after(() => embedded.stop());

  for (const [concern, cases] of Object.entries(concerns))
    describe(concern, () => {
      for (const [name, { shipped, ahead, role, told }] of Object.entries(cases))
        it(name, async () => {
          const findings = await embedded.findings(shipped, ahead, role);
          expect(
            findings.map(({ rule, object, verdict }) => `${rule} ${object.name} ${verdict}`).sort(),
          ).to.deep.equal(told);
        });
    });
});
