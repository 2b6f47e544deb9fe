import type { Verdict } from "../../../schema/verdict";

/** A gap, and what trying it must show: the findings past `compatible`, as rule and object. */
export interface TriedGap {
  name: string;
  shipped: string;
  ahead: string;
  role?: string;
  verdict: Verdict;
  findings: readonly string[];
}

const orders = "CREATE TABLE orders (id serial PRIMARY KEY, note text, total int NOT NULL);";
const trigger = (body: string, when = "BEFORE INSERT") => `
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
  CREATE TRIGGER touch ${when} ON orders FOR EACH ROW EXECUTE FUNCTION touch();`;

/** What only running a gap shows, on any server alike. */
export const triedGaps: readonly TriedGap[] = [
  {
    name: "a nullable column",
    shipped: orders,
    ahead: "ALTER TABLE orders ADD sent date;",
    verdict: "compatible",
    findings: [],
  },
  {
    name: "a renamed column",
    shipped: orders,
    ahead: "ALTER TABLE orders RENAME note TO remark;",
    verdict: "breaking",
    findings: ["column-renamed orders.note"],
  },
  {
    name: "a column whose values were copied before it was dropped",
    shipped: orders,
    ahead:
      "ALTER TABLE orders ADD remark text; UPDATE orders SET remark = note; ALTER TABLE orders DROP note;",
    verdict: "breaking",
    findings: ["values-moved orders.note"],
  },
  {
    name: "a column whose values were copied in part before it was dropped",
    shipped: orders,
    ahead:
      "ALTER TABLE orders ADD remark text; UPDATE orders SET remark = left(note, 3); ALTER TABLE orders DROP note;",
    verdict: "destructive",
    findings: ["column-dropped orders.note"],
  },
  {
    name: "a table copied to another before it was dropped",
    shipped: orders,
    ahead: "CREATE TABLE sales AS SELECT * FROM orders; DROP TABLE orders;",
    verdict: "breaking",
    findings: ["values-moved orders"],
  },
  {
    name: "rows moved to an archive of the old schema",
    shipped: `${orders} CREATE TABLE archive (id int, note text, total int);`,
    ahead: "WITH gone AS (DELETE FROM orders RETURNING *) INSERT INTO archive SELECT * FROM gone;",
    verdict: "breaking",
    findings: ["values-moved orders.id", "values-moved orders.note", "values-moved orders.total"],
  },
  {
    name: "rows deleted beside an archive that looks alike",
    shipped: `${orders} CREATE TABLE archive (LIKE orders INCLUDING ALL);`,
    ahead: "DELETE FROM orders;",
    verdict: "destructive",
    findings: ["rows-lost orders"],
  },
  {
    name: "values moved to a new column by one statement",
    shipped: orders,
    ahead: "ALTER TABLE orders ADD remark text; UPDATE orders SET remark = note, note = NULL;",
    verdict: "breaking",
    findings: ["values-moved orders.note"],
  },
  {
    name: "a table dropped and made again, empty",
    shipped: orders,
    ahead: `DROP TABLE orders; ${orders}`,
    verdict: "destructive",
    findings: ["table-recreated orders"],
  },
  {
    name: "rows deleted by text that is put together",
    shipped: orders,
    ahead: "DO $$ BEGIN EXECUTE 'DELETE FROM ' || 'orders'; END $$;",
    verdict: "destructive",
    findings: ["rows-lost orders"],
  },
  {
    name: "values changed by text that is put together",
    shipped: orders,
    ahead: "DO $$ BEGIN EXECUTE 'UPDATE orders SET total = total + 1'; END $$;",
    verdict: "destructive",
    findings: ["values-changed orders.total"],
  },
  {
    name: "values changed, and changed back",
    shipped: orders,
    ahead: "UPDATE orders SET total = total + 1; UPDATE orders SET total = total - 1;",
    verdict: "compatible",
    findings: [],
  },
  {
    name: "a trigger that refuses every row",
    shipped: orders,
    ahead: trigger("RAISE EXCEPTION 'closed';"),
    verdict: "breaking",
    findings: ["trigger-added orders.touch", "statement-fails orders"],
  },
  {
    name: "a trigger that swallows every row",
    shipped: orders,
    ahead: trigger("RETURN NULL;"),
    verdict: "breaking",
    findings: ["trigger-added orders.touch", "statement-fails orders"],
  },
  {
    name: "a required column that a trigger fills",
    shipped: orders,
    ahead: `ALTER TABLE orders ADD place text NOT NULL; ${trigger("NEW.place = coalesce(NEW.place, 'here'); RETURN NEW;")}`,
    verdict: "compatible",
    findings: [],
  },
  {
    name: "a required column that nothing fills",
    shipped: orders,
    ahead: "ALTER TABLE orders ADD place text NOT NULL;",
    verdict: "breaking",
    findings: ["column-added-required orders.place"],
  },
  {
    name: "a check that some values pass",
    shipped: orders,
    ahead: "ALTER TABLE orders ADD CONSTRAINT few CHECK (total BETWEEN 5 AND 7);",
    verdict: "conditional",
    findings: ["check-added orders.few"],
  },
  {
    name: "a check that the least insert never passes",
    shipped: orders,
    ahead: "ALTER TABLE orders ADD CONSTRAINT noted CHECK (note IS NOT NULL);",
    verdict: "breaking",
    findings: ["check-added orders.noted", "statement-fails orders"],
  },
  {
    name: "a reference to rows that are there",
    shipped: `CREATE TABLE buyers (id serial PRIMARY KEY, mail text UNIQUE); CREATE TABLE sales (id serial PRIMARY KEY, buyer int NOT NULL);`,
    ahead: "ALTER TABLE sales ADD CONSTRAINT of_buyer FOREIGN KEY (buyer) REFERENCES buyers;",
    verdict: "conditional",
    findings: ["foreign-key-added sales.of_buyer", "edge-statement-fails buyers"],
  },
  {
    name: "a table renamed behind a view of its name, where ON CONFLICT ON CONSTRAINT no longer works",
    shipped: orders,
    ahead: "ALTER TABLE orders RENAME TO sales; CREATE VIEW orders AS SELECT * FROM sales;",
    verdict: "conditional",
    findings: ["edge-statement-fails orders"],
  },
  {
    name: "a function that reads a column that collides with its variable",
    shipped: `${orders} CREATE FUNCTION sum_of(n int) RETURNS bigint LANGUAGE plpgsql AS $$
      DECLARE amount bigint; BEGIN SELECT sum(total) INTO amount FROM orders WHERE amount IS NULL; RETURN amount; END $$;`,
    ahead: "ALTER TABLE orders ADD amount bigint;",
    verdict: "breaking",
    findings: ["statement-fails sum_of(integer)"],
  },
  {
    name: "a privilege revoked from the application's role",
    shipped: `${orders} GRANT SELECT, INSERT, UPDATE ON orders TO shop_app; GRANT USAGE ON SEQUENCE orders_id_seq TO shop_app;`,
    ahead: "REVOKE UPDATE ON orders FROM shop_app;",
    verdict: "breaking",
    findings: ["privilege-revoked orders"],
  },
  {
    name: "a role that nobody's SQL makes and that may not log in any more",
    shipped: orders,
    ahead: "ALTER ROLE shop_app NOLOGIN;",
    verdict: "breaking",
    findings: ["login-refused shop_app"],
  },
  {
    name: "a database, by whatever name, that the application's role may not connect to any more",
    shipped: `${orders} GRANT SELECT ON orders TO shop_app;`,
    ahead: "REVOKE CONNECT ON DATABASE shop FROM PUBLIC;",
    verdict: "breaking",
    findings: ["privilege-revoked database"],
  },
  {
    name: "a setting of a role in a database by whatever name",
    shipped: `${orders} GRANT SELECT ON orders TO shop_app;`,
    ahead: "ALTER ROLE shop_app IN DATABASE shop SET default_transaction_read_only = on;",
    verdict: "breaking",
    findings: ["session-read-only shop_app"],
  },
  {
    name: "a referenced key, which only edge statements change",
    shipped:
      "CREATE TABLE buyers (id int PRIMARY KEY, name text); CREATE TABLE sales (id int PRIMARY KEY, buyer int NOT NULL); INSERT INTO buyers VALUES (1, 'a'); INSERT INTO sales VALUES (1, 1);",
    ahead: "ALTER TABLE sales ADD CONSTRAINT of_buyer FOREIGN KEY (buyer) REFERENCES buyers;",
    verdict: "conditional",
    findings: ["foreign-key-added sales.of_buyer", "edge-statement-fails buyers"],
  },
  {
    name: "rows of every kind of type, kept",
    shipped: `CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE DOMAIN code AS text CHECK (VALUE ~ '^[A-Z]{3}-\\d{2,4}$');
      CREATE TYPE place AS (x int, label text);
      CREATE TABLE things (id uuid PRIMARY KEY, m mood NOT NULL, c code NOT NULL, p place, a text[], n numeric(8,2), f float8,
        r int4range, j jsonb, b bytea, t timestamptz, i inet, v varbit(9), g point, l varchar(12) NOT NULL CHECK (l <> ''),
        w int GENERATED ALWAYS AS IDENTITY, d date, CHECK (d > '2020-01-01'), EXCLUDE USING gist (r WITH &&));`,
    ahead: "ALTER TABLE things ADD extra text;",
    verdict: "compatible",
    findings: [],
  },
  {
    name: "a trigger that keeps a column as it is",
    shipped: orders,
    ahead: trigger("NEW.total = OLD.total; RETURN NEW;", "BEFORE UPDATE"),
    verdict: "breaking",
    findings: ["trigger-added orders.touch", "statement-fails orders.total"],
  },
  {
    name: "a view's trigger that puts rows nowhere",
    shipped: `${orders} CREATE VIEW notes AS SELECT id, note, total FROM orders;`,
    ahead: `CREATE FUNCTION nowhere() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER nowhere INSTEAD OF INSERT ON notes FOR EACH ROW EXECUTE FUNCTION nowhere();`,
    verdict: "breaking",
    findings: ["trigger-added notes.nowhere", "statement-fails notes"],
  },
  {
    name: "a view that picks rows by a number beside a flag",
    shipped: `CREATE TABLE posts (id serial PRIMARY KEY, shown boolean NOT NULL, reads int NOT NULL);
      CREATE VIEW shown_posts AS SELECT id, reads FROM posts WHERE shown;`,
    ahead: "CREATE OR REPLACE VIEW shown_posts AS SELECT id, reads FROM posts WHERE shown AND reads >= 6;",
    verdict: "breaking",
    findings: ["view-changed shown_posts"],
  },
  {
    name: "a row put in under a number of its own",
    shipped: orders,
    ahead: "INSERT INTO orders (id, total) VALUES (500, 1);",
    verdict: "conditional",
    findings: ["numbers-taken orders.id"],
  },
  {
    name: "a row put in under a number that the sequence is set past",
    shipped: orders,
    ahead: "INSERT INTO orders (id, total) VALUES (500, 1); SELECT setval('orders_id_seq', 500);",
    verdict: "compatible",
    findings: [],
  },
  {
    name: "rows of a partition put into others",
    shipped: `CREATE TABLE logs (at date NOT NULL, line text) PARTITION BY RANGE (at);
      CREATE TABLE logs_25 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');`,
    ahead: `ALTER TABLE logs DETACH PARTITION logs_25;
      CREATE TABLE logs_all PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2027-01-01');
      INSERT INTO logs SELECT * FROM logs_25; DROP TABLE logs_25;`,
    verdict: "breaking",
    findings: ["values-moved logs_25"],
  },
  {
    name: "a flag made a number",
    shipped: "CREATE TABLE flags (id int PRIMARY KEY, up boolean NOT NULL);",
    ahead: "ALTER TABLE flags ALTER up TYPE smallint USING up::int;",
    verdict: "breaking",
    findings: ["type-changed flags.up"],
  },
];
