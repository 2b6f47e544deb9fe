import { expect } from "chai";
import { displayName } from "../../../schema/objectName";
import {
  judgeOnScratch,
  type ScratchJudgement,
  type ScratchOptions,
} from "../../../schema/scratch/judgeOnScratch";
import { gravest } from "../../../schema/verdict";
import { Server } from "../../migrations/server";
import { triedGaps } from "./gaps";

const server = new Server();

const judge = (
  shipped: string,
  ahead: string,
  options: Partial<ScratchOptions> = {},
): Promise<ScratchJudgement> =>
  judgeOnScratch(
    { shipped: [{ name: "shipped", sql: shipped }], ahead: [{ name: "ahead", sql: ahead }] },
    { scratch: "embedded", ...options },
  );

const reasonOf = (judgement: ScratchJudgement) => (judgement.ran ? "it ran" : judgement.reason);

describe("a gap on a scratch database", function () {
  this.timeout(120_000);
  before("start PostgreSQL", () => server.start());

  const left = () =>
    server.ask(
      server.postgres.adminUrl,
      "SELECT datname FROM pg_database WHERE datname LIKE 'knowngood%' UNION SELECT rolname FROM pg_roles WHERE rolname LIKE 'shop_app%'",
    );

  for (const where of ["embedded", "on a real server"])
    describe(where, () => {
      for (const { name, shipped, ahead, verdict, findings } of triedGaps)
        it(`${name}: ${verdict}`, async () => {
          const scratch = where === "embedded" ? where : { url: server.postgres.adminUrl };
          const judgement = await judge(shipped, ahead, { scratch });
          if (!judgement.ran) throw new Error(judgement.reason);
          const past = judgement.findings.filter((finding) => finding.verdict !== "compatible");
          expect(past.map(({ rule, object }) => `${rule} ${displayName(object)}`)).to.deep.equal(findings);
          expect(gravest(judgement.findings.map((finding) => finding.verdict))).to.equal(verdict);
          expect(judgement.told.filter((line) => !line.startsWith("role shop_app"))).to.deep.equal([]);
        });
    });

  it("leaves nothing on the server", async () => {
    expect(await left()).to.deep.equal([]);
  });

  it("ends a migration that never ends, within its limit", async () => {
    const begin = Date.now();
    const loop = "DO $$ BEGIN LOOP END LOOP; END $$;";
    expect(reasonOf(await judge("", loop, { timeLimit: 10 }))).to.equal("it took longer than 10 s");
    const scratch = { url: server.postgres.adminUrl };
    expect(reasonOf(await judge(loop, "", { timeLimit: 4, scratch }))).to.equal("it took longer than 4 s");
    expect(Date.now() - begin).to.be.below(30_000);
    expect(await left()).to.deep.equal([]);
  });

  it("goes on without calls where a function never ends", async () => {
    const judgement = await judge(
      "CREATE TABLE t (id int); CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN LOOP END LOOP; END $$;",
      "ALTER TABLE t RENAME TO u;",
      { timeLimit: 40 },
    );
    if (!judgement.ran) throw new Error(judgement.reason);
    expect(judgement.findings.map(({ rule }) => rule)).to.deep.equal(["table-renamed"]);
    expect(judgement.limits).to.deep.equal(["functions were not called: a call did not come to an end"]);
  });

  const unfillable = `CREATE TABLE odd (id int, CHECK (false)); CREATE TABLE plain (id int PRIMARY KEY, n int);
    CREATE TABLE child (id int, of_odd int); CREATE FUNCTION tidy() RETURNS void LANGUAGE sql AS 'DELETE FROM odd';`;
  for (const [what, ahead, limited] of [
    ["names it", "ALTER TABLE odd ADD extra int;", true],
    ["calls a function of the old schema", "SELECT tidy();", true],
    ["goes through the catalogs", "DO $$ BEGIN PERFORM relname FROM pg_class; END $$;", true],
    ["does not come near it", "ALTER TABLE plain ADD extra int;", false],
  ] as const)
    it(`is ${limited ? "limited" : "whole"} where a table could not be filled and the gap ${what}`, async () => {
      const judgement = await judge(unfillable, ahead);
      if (!judgement.ran) throw new Error(judgement.reason);
      const empty = "no row could be made up for odd, so nothing shows whether its rows survive";
      expect(judgement.limits).to.deep.equal(limited ? [empty] : []);
      expect(judgement.told).to.deep.equal(limited ? [] : [empty]);
    });

  it("is limited where the gap does not run on rows that were made up", async () => {
    const judgement = await judge(
      "CREATE TABLE codes (id int PRIMARY KEY, code text NOT NULL);",
      "DO $$ BEGIN IF EXISTS (SELECT FROM codes) THEN RAISE EXCEPTION 'not empty'; END IF; END $$; ALTER TABLE codes ADD x int;",
    );
    if (!judgement.ran) throw new Error(judgement.reason);
    expect(judgement.limits).to.deep.equal([
      "the gap does not run on rows that were made up for codes, so it was tried without them",
    ]);
  });

  it("survives a recursion without end", async () => {
    const judgement = await judge(
      "CREATE TABLE t (id int); CREATE FUNCTION f(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN f(n + 1); END $$;",
      "SELECT 1;",
      { timeLimit: 40 },
    );
    if (!judgement.ran) throw new Error(judgement.reason);
    expect(judgement.findings).to.deep.equal([]);
  });

  it("names the statement that does not run", async () => {
    const shipped = [{ name: "0001_shop", sql: "CREATE TABLE t (id int);" }];
    const ahead = [
      { name: "0002_bad", sql: "-- a line\nSELECT 1;\n\nALTER TABLE absent ADD x int;\n", firstLine: 2 },
    ];
    expect(reasonOf(await judgeOnScratch({ shipped, ahead }, { scratch: "embedded" }))).to.equal(
      'the gap does not run on what was shipped: 0002_bad line 5: relation "absent" does not exist',
    );
  });

  it("makes roles that nobody made, and tells", async () => {
    const judgement = await judge(
      "CREATE TABLE t (id int); GRANT SELECT ON t TO reader;",
      "ALTER TABLE t OWNER TO chief;",
    );
    if (!judgement.ran) throw new Error(judgement.reason);
    expect(judgement.told).to.deep.equal([
      "role reader was made, since the migrations name it and do not make it",
      "role chief was made, since the migrations name it and do not make it",
    ]);
  });

  it("says that it does not know the role to try as, unless the migrations or the server do", async () => {
    const shipped = "CREATE TABLE t (id int);";
    const limitsAs = async (role: string, ahead: string) => {
      const judgement = await judge(shipped, ahead, { role });
      return judgement.ran ? judgement.limits : [judgement.reason];
    };
    expect(await limitsAs("tpyo", "ALTER TABLE t ADD note text;")).to.deep.equal([
      "the role tpyo is unknown to the migrations and to the scratch server, so what it may do could not be tried; see that its name is right",
    ]);
    expect(await limitsAs("tpyo", "GRANT SELECT ON t TO tpyo;")).to.deep.equal([]);
    expect(await limitsAs("pg_monitor", "ALTER TABLE t ADD note text;")).to.deep.equal([]);
  });

  it("loads extensions that are named, and says which can't be had", async () => {
    const uses =
      'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"; CREATE TABLE t (id uuid DEFAULT uuid_generate_v4(), c citext);';
    const judgement = await judge(`CREATE EXTENSION citext; ${uses}`, "ALTER TABLE t ADD x int;");
    expect(judgement.ran, reasonOf(judgement)).to.equal(true);
    expect(reasonOf(await judge("CREATE EXTENSION postgis;", "SELECT 1;"))).to.match(
      /^the extension postgis is not to be had in PGlite .*; set schema\.scratch to the URL of a server that has it$/,
    );
  });

  it("never changes roles that a server has", async () => {
    const scratch = { url: server.postgres.adminUrl };
    const reason = reasonOf(await judge("", `ALTER ROLE ${server.postgres.user} NOLOGIN;`, { scratch }));
    expect(reason).to.match(/^ahead: ALTER ROLE .* reaches beyond a throwaway database/);
    const made = await judge("CREATE ROLE shop_app_own; ALTER ROLE shop_app_own NOINHERIT;", "SELECT 1;", {
      scratch,
    });
    expect(made.ran, reasonOf(made)).to.equal(true);
    expect(await left()).to.deep.equal([]);
  });

  it("does not show a password where a server can't be reached", async () => {
    const scratch = { url: "postgres://someone:geheim@127.0.0.1:9/postgres" };
    const reason = reasonOf(await judge("", "SELECT 1;", { scratch }));
    expect(reason).to.match(/^the scratch server 127\.0\.0\.1:9 can't be used/);
    expect(reason).not.to.include("geheim");
  });

  it("runs what no transaction can hold", async () => {
    const judgement = await judge(
      "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int, m mood);",
      "ALTER TYPE mood ADD VALUE 'b'; INSERT INTO t VALUES (1, 'b'); CREATE INDEX CONCURRENTLY i ON t (id); BEGIN; SELECT 1; COMMIT;",
    );
    if (!judgement.ran) throw new Error(judgement.reason);
    expect(judgement.findings.map(({ rule }) => rule)).to.deep.equal(["enum-value-added"]);
  });

  it("takes a dump in place of the migrations", async () => {
    const sql = [
      "SET statement_timeout = 0;",
      "SET transaction_timeout_of_tomorrow = 0;",
      "SELECT pg_catalog.set_config('search_path', '', false);",
      "\\restrict abc",
      "CREATE TABLE public.t (id integer NOT NULL, note text);",
      "ALTER TABLE public.t OWNER TO shop_app_owner;",
      "COPY public.t (id, note) FROM stdin;",
      "1\tit's; here",
      "\\.",
      "ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);",
      "\\unrestrict abc",
    ].join("\n");
    const judgement = await judgeOnScratch(
      {
        shipped: [{ name: "gone", sql: "nonsense" }],
        ahead: [{ name: "ahead", sql: "ALTER TABLE t DROP note;" }],
      },
      { scratch: "embedded", dump: { name: "dump.sql", sql } },
    );
    if (!judgement.ran) throw new Error(judgement.reason);
    expect(judgement.findings.map(({ rule }) => rule)).to.deep.equal(["column-dropped"]);
  });
});
