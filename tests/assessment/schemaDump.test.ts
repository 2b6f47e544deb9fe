import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readSchemaDump, standIn, standsOn, whyLeftAside } from "../../assessment/schemaDump";
import { gatherSchema, type SchemaEvidence, type SchemaRequest } from "../../assessment/schemaEvidence";
import { readCatalog } from "../../catalog/catalog";
import { emptyState } from "../../history/stackState";
import { findPostgresPrograms } from "../../backups/postgresPrograms";
import { releaseOf, sha256, testFolder, writeCatalog, type TestFolder } from "../catalog/catalogFolder";
import { Server } from "../migrations/server";

const server = new Server();
const source = { name: "schema.sql", sql: "CREATE TABLE orders (id int);" };
const versions = (...all: string[]) => all.map((version) => ({ version }));

describe("a dump of the schema", () => {
  const held = standIn({ source, upTo: "9" }, ["8", "9", "10"]);
  if (held === undefined) throw new Error("9 is applied");

  it("holds what was applied up to its newest migration, in the database's order", () => {
    expect(held.holds).to.deep.equal(["8", "9"]);
    expect(standIn({ source, upTo: "11" }, ["8", "9", "10"])).to.equal(undefined);
    expect(standIn(undefined, ["8"])).to.equal(undefined);
  });

  it("is what a release was made for that ships its newest, or newer ones alone", () => {
    expect(standsOn(held, versions("8", "9"))).to.equal(true);
    expect(standsOn(held, versions("9"))).to.equal(true);
    expect(standsOn(held, versions("10"))).to.equal(true);
    expect(standsOn(held, versions("8"))).to.equal(false);
    expect(standsOn(held, versions("8", "10"))).to.equal(false);
    expect(standsOn(held, [])).to.equal(false);
  });

  it("that is not there stands in for nothing, and says why", () => {
    const unread = readSchemaDump({ file: "no.sql", upTo: "9" });
    expect(unread).to.deep.equal({ unread: 'no such file: "no.sql"' });
    expect(standIn(unread, ["8", "9", "10"])).to.equal(undefined);
    expect(whyLeftAside(unread)).to.equal(
      'no such file: "no.sql". Name a dump in SQL, from the project\'s folder: pg_dump --schema-only --file FILE',
    );
    expect(readSchemaDump({ file: ".", upTo: "9" }))
      .to.have.property("unread")
      .that.contains("EISDIR");
  });
});

describe("a squashed history", function () {
  this.timeout(120_000);
  let folder: TestFolder;
  let url: string;
  const migrationOf = (version: string, name: string, up: string, down: string) => {
    const sql = `-- migrate:up\n${up}\n\n-- migrate:down\n${down}\n`;
    folder.write(`releases/migrations/${sha256(sql)}.sql`, sql);
    return { version, name, sha256: sha256(sql) };
  };

  before("start PostgreSQL, and make a schema whose first migrations no release ships any more", async () => {
    await server.start();
    folder = testFolder();
    url = await server.newDatabase();
    const run = (sql: string) => server.ask(url, `${sql} RETURNING version`);
    await server.ask(url, "CREATE TABLE schema_migrations (version text PRIMARY KEY)");
    await server.ask(url, "CREATE TYPE state AS ENUM ('new', 'paid')");
    await server.ask(url, "CREATE TABLE orders (id serial PRIMARY KEY, state state NOT NULL, note text)");
    await server.ask(
      url,
      `CREATE FUNCTION paid() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM orders WHERE state = 'paid' $$`,
    );
    for (const version of ["1", "2"]) await run(`INSERT INTO schema_migrations VALUES ('${version}')`);
    const major = Number((await server.ask(url, "SHOW server_version_num"))[0]?.slice(0, -4));
    const { dump } = await findPostgresPrograms(major, url);
    folder.write("schema.sql", execFileSync(dump[0] ?? "", ["--schema-only", url], { encoding: "utf8" }));
    await server.ask(url, "ALTER TABLE orders ADD COLUMN total int");
    await server.ask(url, "ALTER TABLE orders DROP COLUMN note");
    for (const version of ["3", "4"]) await run(`INSERT INTO schema_migrations VALUES ('${version}')`);

    const total = migrationOf(
      "3",
      "total",
      "ALTER TABLE orders ADD COLUMN total int;",
      "ALTER TABLE orders DROP COLUMN total;",
    );
    const note = migrationOf(
      "4",
      "drop_note",
      "ALTER TABLE orders DROP COLUMN note;",
      "ALTER TABLE orders ADD COLUMN note text;",
    );
    writeCatalog(folder, [
      releaseOf("v5", 5, { migrations: [total] }),
      releaseOf("v6", 6, { migrations: [total, note] }),
    ]);
  });
  after(() => folder?.remove());

  const gathered = async (dump: SchemaRequest["dump"]): Promise<SchemaEvidence> => {
    const catalog = readCatalog(join(folder.path, "releases"));
    const [target] = catalog.releases;
    if (target === undefined) throw new Error("there are releases");
    const request = {
      stack: "prod",
      target,
      catalog,
      url,
      tool: "dbmate" as const,
      table: undefined,
      scratch: "embedded" as const,
      role: undefined,
      dump,
      stepDown: undefined,
      backup: { when: "never", stack: "shop/prod", folder: "none", command: false } as const,
      countUpTo: 1000,
    };
    return gatherSchema(request, Promise.resolve(emptyState));
  };
  const dump = (upTo: string) => readSchemaDump({ file: join(folder.path, "schema.sql"), upTo });

  it("is judged on the dump that pg_dump wrote: the gap is what came after, tried and confirmed", async () => {
    const evidence = await gathered(dump("2"));
    expect([evidence.gap, evidence.dumped, evidence.unshipped]).to.deep.equal([["4"], ["1", "2"], []]);
    expect(evidence.judgement).to.deep.include({ verdict: "destructive", confirmed: true, unconfirmed: [] });
    expect(evidence.judgement?.findings.map(({ rule, object }) => `${rule} ${object}`)).to.deep.equal([
      "column-dropped orders.note",
    ]);
    expect(evidence.stepDown).to.include({ version: "4", verdict: "lossless", confirmed: true });
    expect(evidence.wayBack.map(({ version, left }) => `${version} ${left}`)).to.deep.equal(["4 compatible"]);
  });

  it("is in doubt without it, or with one of which nobody knows what it holds", async () => {
    const without = await gathered(undefined);
    expect([without.gap, without.unshipped]).to.deep.equal([
      ["4", "1", "2"],
      ["1", "2"],
    ]);
    expect(without.judgement?.confirmed).to.equal(false);
    const unknown = await gathered(dump("20260101000000"));
    expect([unknown.gap, unknown.dumped, unknown.dumpUnused]).to.deep.equal([
      without.gap,
      undefined,
      "20260101000000, up to which it is to stand, is not applied in the database. " +
        "Name the newest migration that was applied when the dump was taken.",
    ]);
    const gone = await gathered(readSchemaDump({ file: join(folder.path, "gone.sql"), upTo: "2" }));
    expect([gone.gap, gone.dumped, gone.judgement?.confirmed]).to.deep.equal([without.gap, undefined, false]);
    expect(gone.dumpUnused).to.match(/^no such file: ".*gone\.sql"\. Name a dump/);
  });
});
