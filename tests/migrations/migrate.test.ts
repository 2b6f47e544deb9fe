import { expect } from "chai";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dropDatabase, ensureDatabase } from "../../migrations/database";
import { appliedVersions } from "../../migrations/appliedVersions";
import { migrate } from "../../migrations/migrate";
import { Server, table } from "./server";
import { connect, databaseName } from "../../migrations/connection";

const databaseCount = "SELECT count(*) FROM pg_database WHERE datname = ";

const server = new Server();

describe("migrations", function () {
  this.timeout(30_000);
  before("start PostgreSQL", () => server.start());

  describe("migrating a database", () => {
    it("applies what is pending, in order, and twice does nothing", async () => {
      const url = await server.newDatabase();
      const first = server.request(url, [
        ["1", table("one")],
        ["2", "ALTER TABLE one ADD note text;"],
      ]);
      expect(await migrate(first)).to.deep.equal({ ran: ["1", "2"], applied: ["1", "2"] });
      expect(await migrate(first)).to.deep.equal({ ran: [], applied: ["1", "2"] });
      const second = {
        ...first,
        migrations: [...first.migrations, ...server.request(url, [["3", table("three")]]).migrations],
      };
      expect(await migrate(second)).to.deep.equal({ ran: ["3"], applied: ["1", "2", "3"] });
      expect(await server.ask(url, "SELECT to_regclass('three')")).to.deep.equal(["three"]);
    });

    it("leaves a schema that is ahead as it is", async () => {
      const url = await server.newDatabase();
      await migrate(
        server.request(url, [
          ["1", table("one")],
          ["2", table("two")],
        ]),
      );
      expect(await migrate(server.request(url, [["1", table("one")]]))).to.deep.equal({
        ran: [],
        applied: ["1", "2"],
      });
      expect(await server.ask(url, "SELECT to_regclass('two')")).to.deep.equal(["two"]);
    });

    it("applies an older version that comes late, as a hotfix branch brings it", async () => {
      const url = await server.newDatabase();
      await migrate(
        server.request(url, [
          ["20260101000000", table("one")],
          ["20260301000000", table("three")],
        ]),
      );
      const report = await migrate(
        server.request(url, [
          ["20260101000000", table("one")],
          ["20260201000000", table("two")],
          ["20260301000000", table("three")],
          ["20260401000000", table("four")],
        ]),
      );
      expect(report).to.deep.equal({
        ran: ["20260201000000", "20260401000000"],
        applied: ["20260101000000", "20260201000000", "20260301000000", "20260401000000"],
      });
    });

    it("sorts versions as texts, as dbmate does", async () => {
      const url = await server.newDatabase();
      const report = await migrate(
        server.request(url, [
          ["10", table("ten")],
          ["9", table("nine")],
        ]),
      );
      expect(report.applied).to.deep.equal(["10", "9"]);
    });

    it("runs a migration without a transaction where it says so", async () => {
      const url = await server.newDatabase();
      const request = server.request(url, [
        ["1", table("one")],
        [
          "2",
          "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY by_id ON one (id);\n-- migrate:down\n",
        ],
      ]);
      expect((await migrate(request)).ran).to.deep.equal(["1", "2"]);
      expect(await server.ask(url, "SELECT to_regclass('by_id')")).to.deep.equal(["by_id"]);
    });

    it("keeps versions in the table that it is told, also in a schema", async () => {
      const url = await server.newDatabase();
      const request = { ...server.request(url, [["1", table("one")]]), table: "app.versions" };
      expect((await migrate(request)).applied).to.deep.equal(["1"]);
      expect(await server.ask(url, "SELECT version FROM app.versions")).to.deep.equal(["1"]);
      const client = await connect(url);
      try {
        expect(await appliedVersions(client, "app.versions")).to.deep.equal(["1"]);
        expect(await appliedVersions(client, "schema_migrations")).to.deep.equal([]);
      } finally {
        await client.end();
      }
    });

    it("applies 200 migrations, and then finds nothing to do", async () => {
      const url = await server.newDatabase();
      const many = Array.from({ length: 200 }, (_, index): [string, string] => {
        const version = String(index + 1).padStart(4, "0");
        return [version, table(`t${version}`)];
      });
      const request = server.request(url, many);
      expect((await migrate(request)).ran).to.have.length(200);
      expect((await migrate(request)).ran).to.deep.equal([]);
    });

    it("leaves no folder behind", async () => {
      const folders = () =>
        readdirSync(tmpdir()).filter((name) => /^knowngood-migrations-[A-Za-z0-9]{6}$/.test(name));
      const before = folders();
      const url = await server.newDatabase();
      await migrate(server.request(url, [["1", table("one")]]));
      await migrate(server.request(url, [["2", "nonsense"]])).catch(() => undefined);
      expect(folders().filter((name) => !before.includes(name) && existsSync(name))).to.deep.equal([]);
    });
  });

  describe("making and dropping a database", () => {
    const count = async (name: string) => server.ask(server.postgres.adminUrl, `${databaseCount}'${name}'`);

    it("makes one where there is none, and says that it did", async () => {
      const name = server.newName();
      const request = server.request(server.postgres.url(name), []);
      const database = databaseName(request.url);
      expect(await ensureDatabase(request)).to.deep.equal({ created: true, database });
      expect(await ensureDatabase(request)).to.deep.equal({ created: false, database });
      expect(await ensureDatabase(request, { created: true, database })).to.deep.equal({
        created: true,
        database,
      });
      const other = { created: true, database: `${database}-other` };
      expect(await ensureDatabase(request, other)).to.deep.equal({ created: false, database });
      expect(await count(name)).to.deep.equal(["1"]);
    });

    it("drops what it made, and nothing else", async () => {
      const name = server.newName();
      const request = server.request(server.postgres.url(name), []);
      await ensureDatabase(request);
      const database = databaseName(request.url);
      await dropDatabase(request, undefined);
      await dropDatabase(request, { created: false, database });
      await dropDatabase(request, { created: true, database: `${database}-other` });
      expect(await count(name)).to.deep.equal(["1"]);
      await dropDatabase(request, { created: true, database });
      expect(await count(name)).to.deep.equal(["0"]);
      await dropDatabase(request, { created: true, database });
    });
  });
});
