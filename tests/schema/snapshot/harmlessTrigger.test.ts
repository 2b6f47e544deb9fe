import { expect } from "chai";
import { Embedded } from "./embedded";

const table = 'CREATE TABLE orders (id int PRIMARY KEY, note text, total int, "Odd" text);';
const columns = "ALTER TABLE orders ADD slug text, ADD seen timestamptz, ADD share numeric, ADD state jsonb;";

/** A body and what stands round it. */
interface Trigger {
  body: string;
  when?: string;
  condition?: string;
  options?: string;
  also?: string;
  made?: string;
}

const sets = (value: string): Trigger => ({ body: `NEW.slug := ${value}; RETURN NEW;` });

const harmless: Record<string, Trigger> = {
  "a new column set": sets("lower(NEW.note)"),
  "a new column set by a case": sets("CASE WHEN NEW.total > 3 THEN 'many' ELSE coalesce(NEW.note, '-') END"),
  "a new column set at the first write only": {
    body: "IF TG_OP = 'INSERT' AND NEW.seen IS NULL THEN NEW.seen = now(); END IF; RETURN NEW;",
    when: "BEFORE INSERT OR UPDATE",
  },
  "both branches give the row back": {
    body: "IF NEW.total > 1 THEN NEW.slug = 'a'; RETURN NEW; ELSE RETURN NEW; END IF;",
  },
  "text that reads like harm": sets("'RAISE EXCEPTION; DELETE FROM orders' /* PERFORM x() */"),
  "a share by a number": { body: "NEW.share := NEW.total / 100.0; RETURN NEW;" },
  "a change seen by the whole row": {
    body: "IF NEW IS DISTINCT FROM OLD THEN NEW.seen := clock_timestamp(); END IF; RETURN NEW;",
    when: "BEFORE UPDATE",
  },
  "an old column set to the new one, which old code leaves as it is": {
    body: "IF NEW.slug IS DISTINCT FROM OLD.slug THEN NEW.note := NEW.slug; ELSE NEW.slug := NEW.note; END IF; RETURN NEW;",
    when: "BEFORE UPDATE",
  },
  "an old column set to the new one, where that was written": {
    body: "NEW.slug := coalesce(NEW.slug, NEW.note); NEW.note := coalesce(NEW.note, NEW.slug); RETURN NEW;",
  },
  "a trigger that runs afterwards": { body: "RETURN NULL;", when: "AFTER INSERT OR DELETE" },
  "a notice": { body: "RAISE NOTICE '% %', TG_OP, NEW.id; RETURN NULL;", when: "AFTER UPDATE" },
  "a log of the gap's own": {
    body: "INSERT INTO log (op, orders, note) VALUES (TG_OP, to_jsonb(NEW), NEW.note); RETURN NULL;",
    when: "AFTER INSERT OR UPDATE",
    made: "CREATE TABLE log (id serial PRIMARY KEY, op text NOT NULL, orders jsonb, note text);",
  },
  "a condition that can't fail": { ...sets("NEW.note"), condition: "WHEN (NEW.note IS NOT NULL)" },
};

const harmful: Record<string, Trigger> = {
  "a refusal in a branch": { body: "IF NEW.total < 0 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW;" },
  "an old column set": { body: "NEW.note := lower(NEW.note); RETURN NEW;" },
  "an old column set in quotes": { body: `NEW."Odd" := 'x'; NEW.slug := 'a'; RETURN NEW;` },
  "an old column set through brackets": { body: `NEW . note = 'x'; RETURN NEW;` },
  "the whole row set": { body: "NEW := OLD; RETURN NEW;" },
  "a row that is swallowed": { body: "IF NEW.total > 0 THEN RETURN NULL; END IF; RETURN NEW;" },
  "a row that stays as it was": { body: "NEW.slug := 'a'; RETURN OLD;", when: "BEFORE UPDATE" },
  "a way on which nothing is given back": {
    body: "IF NEW.total > 0 THEN NEW.slug := 'a'; RETURN NEW; END IF;",
  },
  "a deleted row, of which the new one is none": { body: "RETURN NEW;", when: "BEFORE DELETE" },
  "a division by what can be 0": { body: "NEW.share := 100 / NEW.total; RETURN NEW;" },
  "a division by 0": { body: "NEW.share := NEW.total / 0; RETURN NEW;" },
  "a cast that can fail": { body: "NEW.share := NEW.note::numeric; RETURN NEW;" },
  "a cast that can fail, in other words": { body: "NEW.share := CAST(NEW.note AS numeric); RETURN NEW;" },
  "a query": sets("(SELECT min(note) FROM orders)"),
  "a query that is assigned": { body: "SELECT 'a' INTO NEW.slug; RETURN NEW;" },
  "a statement": { body: "DELETE FROM orders; RETURN NEW;" },
  "text that is run": { body: "EXECUTE 'DELETE FROM orders'; RETURN NEW;" },
  "a handler of errors": {
    body: "BEGIN NEW.slug := 'a'; EXCEPTION WHEN others THEN RAISE; END; RETURN NEW;",
  },
  "a variable": { body: "<<b>> DECLARE x text := 'a'; BEGIN NEW.slug := x; END; RETURN NEW;" },
  "a pattern that the row gives": {
    body: "IF NEW.note ~ NEW.slug THEN NEW.slug := 'a'; END IF; RETURN NEW;",
  },
  "a part that is counted from nothing": sets("split_part(NEW.note, '-', NEW.total)"),
  "a key that can be NULL": { body: "NEW.state := jsonb_build_object(NEW.note, 1); RETURN NEW;" },
  "a function of the migrations' own under a known name": {
    ...sets("lower(NEW.total)"),
    also: "CREATE FUNCTION lower(int) RETURNS text LANGUAGE sql AS 'SELECT (1 / $1)::text';",
  },
  "an unknown function": sets("pg_catalog.convert_from('\\xff'::bytea, 'UTF8')"),
  "a column that is not there": { body: "NEW.slug := NEW.nothing; RETURN NEW;" },
  "a condition that can fail": { ...sets("'a'"), condition: "WHEN (100 / NEW.total > 1)" },
  "a loop": { body: "WHILE NEW.total > 0 LOOP NEW.slug := 'a'; END LOOP; RETURN NEW;" },
  "a search path of its own": { ...sets("'a'"), options: "SET search_path = ''" },
  "an old column set to a new one that has a default": {
    body: "NEW.note := coalesce(NEW.kind, NEW.note); RETURN NEW;",
    made: "ALTER TABLE orders ADD kind text DEFAULT 'x';",
  },
  "an old column set to the new one, after that was set": {
    body: "NEW.slug := 'a'; IF NEW.slug IS DISTINCT FROM OLD.slug THEN NEW.note := NEW.slug; END IF; RETURN NEW;",
    when: "BEFORE UPDATE",
  },
  "an old column set to the new one, which another trigger may have set": {
    body: "IF NEW.slug IS NOT NULL THEN NEW.note := NEW.slug; END IF; RETURN NEW;",
    made: "CREATE TRIGGER a_first BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger();",
  },
  "a refusal afterwards": { body: "RAISE EXCEPTION 'no'; RETURN NULL;", when: "AFTER INSERT" },
  "a log that was there": {
    body: "INSERT INTO log (op) VALUES (TG_OP); RETURN NULL;",
    when: "AFTER INSERT",
    also: "CREATE TABLE log (op text);",
  },
  "a log that has no room for every value": {
    body: "INSERT INTO log (note) VALUES (NEW.note); RETURN NULL;",
    when: "AFTER INSERT",
    made: "CREATE TABLE log (note varchar(20));",
  },
  "a log that wants a value": {
    body: "INSERT INTO log (note) VALUES (NEW.note); RETURN NULL;",
    when: "AFTER INSERT",
    made: "CREATE TABLE log (note text NOT NULL);",
  },
  "a log that wants a value of a row that is gone": {
    body: "INSERT INTO log (number) VALUES (NEW.id); RETURN NULL;",
    when: "AFTER INSERT OR DELETE",
    made: "CREATE TABLE log (number int NOT NULL);",
  },
  "a log that takes each value once": {
    body: "INSERT INTO log (note) VALUES (NEW.note); RETURN NULL;",
    when: "AFTER INSERT",
    made: "CREATE TABLE log (note text UNIQUE);",
  },
  "a log with a condition of its own": {
    body: "INSERT INTO log (note) VALUES (NEW.note); RETURN NULL;",
    when: "AFTER INSERT",
    made: "CREATE TABLE log (note text CHECK (note <> ''));",
  },
};

describe("a trigger that is read", () => {
  const embedded = new Embedded();
  before(() => embedded.start());
  after(() => embedded.stop());

  const isHarmless = async ({
    body,
    when = "BEFORE INSERT",
    condition = "",
    options = "",
    also = "",
    made = "",
  }: Trigger) => {
    const findings = await embedded.findings(
      `${table} ${also}`,
      `${columns} ${made} CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql ${options} AS $body$ BEGIN ${body} END $body$;
       CREATE TRIGGER touch ${when} ON orders FOR EACH ROW ${condition} EXECUTE FUNCTION touch();`,
    );
    const added = findings.find(({ rule, object }) => rule === "trigger-added" && object.part === "touch");
    expect(added).not.to.equal(undefined);
    return added?.settledByTrial !== undefined;
  };

  for (const [name, trigger] of Object.entries(harmless))
    it(`does no harm: ${name}`, async () => {
      expect(await isHarmless(trigger)).to.equal(true);
    });

  for (const [name, trigger] of Object.entries(harmful))
    it(`may do harm: ${name}`, async () => {
      expect(await isHarmless(trigger)).to.equal(false);
    });
});
