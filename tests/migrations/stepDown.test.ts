import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { migrate } from "../../migrations/migrate";
import type { StepDownRequest } from "../../migrations/request";
import { stepDown } from "../../migrations/stepDown";
import { dropNote, failureOf, migrated as migratedDatabase, now, versionsIn } from "./migratedDatabase";
import { Server, table } from "./server";

const server = new Server();

describe("a step-down of a database", function () {
  this.timeout(30_000);
  before("start PostgreSQL", () => server.start());

  const migrated = (down: string, more = {}) => migratedDatabase(server, down, more);
  const versions = (url: string) => versionsIn(server, url);
  const columns = (url: string) =>
    server.ask(
      url,
      "SELECT attname FROM pg_attribute WHERE attrelid = 'one'::regclass AND attnum > 0 AND NOT attisdropped",
    );
  const withChecks = (request: StepDownRequest, checks: StepDownRequest["stepDown"]["checks"]) => ({
    ...request,
    stepDown: { ...request.stepDown, checks },
  });

  it("takes back one migration with its version, and once only", async () => {
    const { url, all, request } = await migrated(dropNote);
    const report = { ran: [], applied: ["1"], steppedDown: "2" };
    expect(await stepDown(request, now)).to.deep.equal(report);
    expect([await versions(url), await columns(url)]).to.deep.equal([["1"], ["id"]]);
    expect(await stepDown(request, now)).to.deep.equal(report);
    expect(await versions(url)).to.deep.equal(["1"]);
    expect((await migrate(all)).ran).to.deep.equal(["2"]);
    expect(await columns(url)).to.deep.equal(["id", "note"]);
  });

  it("takes back the first of all, and applies what the target ships and the database lacks", async () => {
    const { url, all, request } = await migrated(dropNote);
    const [first] = all.migrations;
    if (first === undefined) throw new Error("a migration was asked for");
    await stepDown(request, now);
    const [other] = server.request(url, [["3", table("three")]]).migrations;
    if (other === undefined) throw new Error("a migration was asked for");
    writeFileSync(first.file, "-- migrate:up\nSELECT 1;\n-- migrate:down\nDROP TABLE one;\n");
    const report = await stepDown(
      { ...all, migrations: [other], stepDown: { migration: first, checks: { empty: [] } } },
      now,
    );
    expect(report).to.deep.equal({ ran: ["3"], applied: ["3"], steppedDown: "1" });
  });

  it("refuses when the database has moved on, also under another one, and changes nothing", async () => {
    const { url, request } = await migrated(dropNote);
    await server.ask(url, "INSERT INTO schema_migrations VALUES ('3') RETURNING version");
    expect(await failureOf(request)).to.equal(
      "The database has moved on since it was looked at: its newest migration is 3, where 2 on 1 was to be taken back. " +
        "Nothing was changed. To look at it again: pulumi preview",
    );
    await server.ask(url, "DELETE FROM schema_migrations WHERE version IN ('1', '3') RETURNING version");
    expect(await failureOf(request)).to.contain("its newest migration is 2, where 2 on 1");
    await server.ask(url, "DELETE FROM schema_migrations RETURNING version");
    expect(await failureOf(request)).to.contain("no migration is applied");
    expect(await columns(url)).to.deep.equal(["id", "note"]);
  });

  it("tells the failing statement with its line in the file, and leaves everything as it was", async () => {
    const { url, request } = await migrated(`DROP TABLE one;\n\n-- gone already\nDROP TABLE one;`);
    expect((await failureOf(request)).split("\n")).to.deep.equal([
      'The way down of 2_m2 failed: table "one" does not exist',
      "  line 8: DROP TABLE one",
      "Nothing was changed: the migration is still applied.",
      "The services that would have met the older schema are stopped. To bring them back without the step-down: " +
        "pulumi config rm stepDown, imageTag set to the release that is to run, and pulumi up",
    ]);
    expect([await versions(url), await columns(url)]).to.deep.equal([
      ["1", "2"],
      ["id", "note"],
    ]);
  });

  it("tells what fails only when it is committed", async () => {
    const { url, request } = await migrated(
      "ALTER TABLE one ADD up int REFERENCES one DEFERRABLE INITIALLY DEFERRED; INSERT INTO one (id, up) VALUES (1, 7);",
    );
    expect(await failureOf(request)).to.match(
      /^The way down of 2_m2 failed when it was committed: .*violates/,
    );
    expect(await versions(url)).to.deep.equal(["1", "2"]);
  });

  it("runs outside of a transaction what asks for it, statement by statement", async () => {
    const concurrently = "DROP INDEX CONCURRENTLY at_note; ALTER TABLE one DROP note;";
    const up = "ALTER TABLE one ADD note text; CREATE INDEX at_note ON one (note);";
    const good = await migrated(concurrently, { up, options: " transaction:false" });
    expect((await stepDown(good.request, now)).applied).to.deep.equal(["1"]);
    expect(await columns(good.url)).to.deep.equal(["id"]);
    const bad = await migrated(`${concurrently} DROP TABLE two;`, { up, options: " transaction:false" });
    expect(await failureOf(bad.request)).to.contain(
      "The 2 statements before it have taken effect, since it asks for no transaction: the migration counts as applied.",
    );
    expect(await versions(bad.url)).to.deep.equal(["1", "2"]);
  });

  it("finds its table, wherever the way down leads the search path", async () => {
    const { url, request } = await migrated("SET search_path = ''; ALTER TABLE public.one DROP note;");
    expect((await stepDown(request, now)).applied).to.deep.equal(["1"]);
    expect(await versions(url)).to.deep.equal(["1"]);
  });

  it("refuses a migration without a way down", async () => {
    const { url, request } = await migrated("-- nothing to do");
    expect(await failureOf(request)).to.contain("Migration 2_m2 has no way down. Nothing was changed.");
    expect(await versions(url)).to.deep.equal(["1", "2"]);
  });

  it("refuses to lose what was empty when it was judged, and is no longer", async () => {
    const { url, request } = await migrated(dropNote);
    const sql = "SELECT count(note) AS count FROM one";
    const checked = withChecks(request, { empty: [{ object: "one.note", relation: "one", sql }] });
    await server.ask(url, "INSERT INTO one VALUES (1, 'kept'), (2, NULL) RETURNING id");
    expect(await failureOf(checked)).to.match(
      /^one\.note held no data when the step-down was judged, and holds 1 now, which would be lost\. Nothing was changed\./,
    );
    expect(await columns(url)).to.deep.equal(["id", "note"]);
    await server.ask(url, "UPDATE one SET note = NULL RETURNING id");
    expect((await stepDown(checked, now)).applied).to.deep.equal(["1"]);
  });

  it("refuses to change more than it did where it was tried, such as a view of somebody's own", async () => {
    const { url, request } = await migrated("ALTER TABLE one DROP note CASCADE;");
    const checked = withChecks(request, { empty: [], changes: ["one.note"] });
    await server.ask(url, "CREATE VIEW mine AS SELECT id, note FROM one");
    const failure = await failureOf(checked);
    expect(failure).to.match(
      /^The way down of 2_m2 changes more here than it did where it was tried:\n {2}mine: /,
    );
    expect(failure).to.contain("Nothing was changed: the migration is still applied.");
    expect([await versions(url), await columns(url)]).to.deep.equal([
      ["1", "2"],
      ["id", "note"],
    ]);
    await server.ask(url, "DROP VIEW mine");
    expect((await stepDown(checked, now)).applied).to.deep.equal(["1"]);
  });

  describe("without a transaction", () => {
    const inSteps = (down: string, up?: string) =>
      migrated(down, { options: " transaction:false", ...(up !== undefined && { up }) });

    it("refuses to lose what was empty when it was judged, before its first statement", async () => {
      const { url, request } = await inSteps(`CREATE TABLE begun (); ${dropNote}`);
      const sql = "SELECT count(note) AS count FROM one";
      const checked = withChecks(request, { empty: [{ object: "one.note", relation: "one", sql }] });
      await server.ask(url, "INSERT INTO one VALUES (1, 'kept') RETURNING id");
      expect(await failureOf(checked)).to.match(
        /^one\.note held no data .* holds 1 now.*Nothing was changed\./,
      );
      expect(await columns(url)).to.deep.equal(["id", "note"]);
      expect(await server.ask(url, "SELECT to_regclass('begun')")).to.deep.equal(["null"]);
      await server.ask(url, "DELETE FROM one RETURNING id");
      expect((await stepDown(checked, now)).applied).to.deep.equal(["1"]);
    });

    it("tells what changed beyond what it did where it was tried, and that it has taken effect", async () => {
      const { url, request } = await inSteps("ALTER TABLE one DROP note CASCADE;");
      const checked = withChecks(request, { empty: [], changes: ["one.note"] });
      await server.ask(url, "CREATE VIEW mine AS SELECT id, note FROM one");
      const failure = await failureOf(checked);
      expect(failure).to.match(
        /^The way down of 2_m2 changes more here than it did where it was tried:\n {2}mine: /,
      );
      expect(failure).to.contain("the migration is taken back").and.not.to.contain("Nothing was changed");
      expect(await versions(url)).to.deep.equal(["1"]);
      expect((await stepDown(checked, now)).applied).to.deep.equal(["1"]);
    });

    it("may have transactions of its own, of which an open one does not take the version along", async () => {
      const { url, request } = await inSteps(`BEGIN; ${dropNote}`);
      expect((await stepDown(request, now)).applied).to.deep.equal(["1"]);
      expect([await versions(url), await columns(url)]).to.deep.equal([["1"], ["id"]]);
      const failing = await inSteps(`BEGIN; ${dropNote} DROP TABLE two; COMMIT;`);
      expect(await failureOf(failing.request)).to.contain("What it committed before that has taken effect");
      expect(await columns(failing.url)).to.deep.equal(["id", "note"]);
    });
  });

  it("does not begin a way down that would leave its transaction", async () => {
    for (const word of ["COMMIT", "ROLLBACK", "BEGIN"]) {
      const { url, request } = await migrated(`${dropNote}\n${word}; DROP TABLE two;`);
      const failure = await failureOf(request);
      expect(failure).to.contain(`line 6 of its file (${word}) would leave the transaction`);
      expect(failure).to.contain("Nothing was changed.");
      expect([await versions(url), await columns(url)]).to.deep.equal([
        ["1", "2"],
        ["id", "note"],
      ]);
    }
  });

  describe("looks again at what was empty", () => {
    it("as a role that may not see every row: refused, not counted in part", async () => {
      const { url, request } = await migrated("DELETE FROM one;");
      await server.ask(url, "INSERT INTO one VALUES (1, 'hidden') RETURNING id");
      await server.ask(url, "ALTER TABLE one ENABLE ROW LEVEL SECURITY");
      await server.ask(url, "ALTER TABLE one FORCE ROW LEVEL SECURITY");
      const empty = [{ object: "one.note", relation: "one", sql: "SELECT count(note) AS count FROM one" }];
      const failure = await failureOf(withChecks(request, { empty }));
      expect(failure).to.contain(
        "could not be looked at again: query would be affected by row-level security",
      );
      expect(failure).to.contain("Nothing was changed.");
      expect(await versions(url)).to.deep.equal(["1", "2"]);
    });

    it("and leaves the way down to the row security that the session has", async () => {
      const { url, request } = await migrated("DELETE FROM one;");
      await server.ask(url, "ALTER TABLE one ENABLE ROW LEVEL SECURITY");
      await server.ask(url, "ALTER TABLE one FORCE ROW LEVEL SECURITY");
      await server.ask(url, "CREATE TABLE other ()");
      const empty = [{ object: "other", relation: "other", sql: "SELECT count(*) AS count FROM other" }];
      expect((await stepDown(withChecks(request, { empty }), now)).applied).to.deep.equal(["1"]);
    });

    it("though nobody can lock it by name, such as a materialized view", async () => {
      const { url, request } = await migrated("DROP MATERIALIZED VIEW seen;", {
        up: "CREATE MATERIALIZED VIEW seen AS SELECT id FROM one;",
      });
      const sql = "SELECT count(*) AS count FROM seen";
      const checked = withChecks(request, { empty: [{ object: "seen", relation: "seen", sql }] });
      expect((await stepDown(checked, now)).applied).to.deep.equal(["1"]);
      expect(await versions(url)).to.deep.equal(["1"]);
    });
  });

  it("does not wait for ever for a table that somebody else holds", async () => {
    const { url, request } = await migrated(dropNote);
    const holding = server.ask(url, "BEGIN; LOCK TABLE one; SELECT pg_sleep(3)").catch(() => []);
    await server.untilRunning(url, "pg_sleep");
    expect(await failureOf({ ...request, lockTimeout: 1 })).to.contain(
      "canceling statement due to lock timeout",
    );
    await holding;
    expect(await versions(url)).to.deep.equal(["1", "2"]);
  });
});
