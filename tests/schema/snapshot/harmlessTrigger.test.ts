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
  "a trigger that runs afterwards": { body: "RETURN NEW;", when: "AFTER INSERT" },
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
  }: Trigger) => {
    const findings = await embedded.findings(
      `${table} ${also}`,
      `${columns} CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql ${options} AS $body$ BEGIN ${body} END $body$;
       CREATE TRIGGER touch ${when} ON orders FOR EACH ROW ${condition} EXECUTE FUNCTION touch();`,
    );
    const added = findings.find(({ rule }) => rule === "trigger-added");
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
