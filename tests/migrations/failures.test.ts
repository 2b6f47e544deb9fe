import { expect } from "chai";
import { createServer, type AddressInfo } from "node:net";
import { migrate } from "../../migrations/migrate";
import type { MigrationRequest } from "../../migrations/request";
import { Server, table } from "./server";

const advice =
  "The running services were not touched. Mend the migration and release it under a new tag, or set imageTag back.";

const server = new Server();

describe("failures of migrations", function () {
  this.timeout(30_000);
  before("start PostgreSQL", () => server.start());

  describe("a migration that fails", () => {
    async function failureOf(request: MigrationRequest): Promise<string[]> {
      try {
        await migrate(request);
      } catch (error) {
        return (error as Error).message.split("\n");
      }
      throw new Error("it did not fail");
    }

    it("is told with the statement and its line, and the database stays at the last good version", async () => {
      const url = await server.newDatabase();
      const request = server.request(url, [
        ["1", table("one")],
        ["2", `${table("two")}\n\n-- what follows is wrong\nALTER TABLE one ADD COLUMN id int;`],
        ["3", table("three")],
      ]);
      const [first, second, ...rest] = await failureOf(request);
      expect(first).to.match(/^Migration 2_m2 failed: .*column "id" of relation "one" already exists/);
      expect(second).to.equal("  line 5: ALTER TABLE one ADD COLUMN id int");
      expect(rest).to.deep.equal([
        "The database is at 1, the last migration that was applied whole.",
        advice,
      ]);
      expect(await server.ask(url, "SELECT version FROM schema_migrations")).to.deep.equal(["1"]);
      expect(await server.ask(url, "SELECT to_regclass('two')")).to.deep.equal(["null"]);
      expect(await server.ask(url, "SELECT to_regclass('three')")).to.deep.equal(["null"]);
    });

    it("is told when it is no SQL at all, and the database is as it was", async () => {
      const url = await server.newDatabase();
      const lines = await failureOf(server.request(url, [["1", "SELEC 1;"]]));
      expect(lines[0]).to.match(/^Migration 1_m1 failed: .*syntax error at or near "SELEC"/);
      expect(lines.slice(1)).to.deep.equal([
        "  line 2: SELEC 1;",
        "The database is as it was: no migration is applied.",
        advice,
      ]);
    });

    it("is told with the statement where the server names no position", async () => {
      const url = await server.newDatabase();
      const lines = await failureOf(
        server.request(url, [
          ["1", `${table("one")}\nINSERT INTO one VALUES (1);`],
          ["2", "INSERT INTO one VALUES (2);\nINSERT INTO one\n  VALUES (1);"],
        ]),
      );
      expect(lines[0]).to.match(
        /^Migration 2_m2 failed: .*duplicate key value violates unique constraint "one_pkey"/,
      );
      expect(lines.slice(1, 4)).to.deep.equal([
        "  line 3: INSERT INTO one",
        "  VALUES (1)",
        "The database is at 1, the last migration that was applied whole.",
      ]);
      expect(await server.ask(url, "SELECT count(*) FROM one")).to.deep.equal(["1"]);
    });

    it("is told with the right line after text of more than one byte a letter", async () => {
      const url = await server.newDatabase();
      const lines = await failureOf(
        server.request(url, [["1", "SELECT 'größer, 時間'; -- größer\n\nDROP TABLE nowhere;"]]),
      );
      expect(lines[1]).to.equal("  line 4: DROP TABLE nowhere");
    });

    it("is cut where the statement is endless", async () => {
      const url = await server.newDatabase();
      const lines = await failureOf(server.request(url, [["1", `SELECT '${"x".repeat(5000)}'::int;`]]));
      expect(lines[1]).to.have.length("  line 2: ".length + 2000 + " …".length);
    });

    it("is not run a second time where it asks for no transaction", async () => {
      const url = await server.newDatabase();
      await migrate(server.request(url, [["1", table("one")]]));
      const up = "-- migrate:up transaction:false\nINSERT INTO one VALUES (1);\n-- migrate:down\n";
      const failing = "-- migrate:up transaction:false\nINSERT INTO one VALUES (1);\n-- migrate:down\n";
      const lines = await failureOf(
        server.request(url, [
          ["2", up],
          ["3", failing],
        ]),
      );
      expect(lines[0]).to.match(/^Migration 3_m3 failed: .*duplicate key/);
      expect(lines[1]).to.equal("The database is at 2, the last migration that was applied whole.");
      expect(await server.ask(url, "SELECT count(*) FROM one")).to.deep.equal(["1"]);
    });

    it("can be mended and run again", async () => {
      const url = await server.newDatabase();
      await failureOf(
        server.request(url, [
          ["1", table("one")],
          ["2", "nonsense"],
        ]),
      );
      const mended = server.request(url, [
        ["1", table("one")],
        ["2", table("two")],
      ]);
      expect(await migrate(mended)).to.deep.equal({ ran: ["2"], applied: ["1", "2"] });
    });

    it("leaves the advisory lock free", async () => {
      const url = await server.newDatabase();
      await failureOf(server.request(url, [["1", "nonsense"]]));
      expect(
        await server.ask(url, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
      ).to.deep.equal(["0"]);
    });
  });

  describe("a database out of reach", () => {
    const messageOf = (url: string) =>
      migrate(server.request(url, [])).then(
        () => "",
        (error: Error) => error.message,
      );

    it("that does not exist is named", async () => {
      const name = server.newName();
      expect(await messageOf(server.postgres.url(name))).to.equal(`database "${name}" does not exist`);
    });

    it("that nobody serves is told by its address", async () => {
      const closed = createServer().listen(0, "127.0.0.1");
      const { port } = await new Promise<AddressInfo>((resolve) =>
        closed.once("listening", () => resolve(closed.address() as AddressInfo)),
      );
      await new Promise((resolve) => closed.close(resolve));
      expect(await messageOf(`postgres://shop:hunter2@127.0.0.1:${port}/shop`)).to.equal(
        `The database can't be reached at 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
      );
    });

    it("that accepts and says nothing is given up after 3 s", async () => {
      const silent = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => silent.once("listening", resolve));
      const { port } = silent.address() as AddressInfo;
      try {
        const began = Date.now();
        expect(await messageOf(`postgres://shop:hunter2@127.0.0.1:${port}/shop`)).to.equal(
          `The database can't be reached at 127.0.0.1:${port}: no answer in 3 s`,
        );
        expect(Date.now() - began).to.be.within(2500, 6000);
      } finally {
        silent.close();
      }
    });

    it("that refuses the password is told without it", async () => {
      const url = await server.newDatabase();
      const message = await messageOf(url.replace(server.postgres.password, "hunter2"));
      expect(message).to.equal(`password authentication failed for user "${server.postgres.user}"`);
    });
  });
});
