import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { Client } from "pg";
import { databaseIdentity } from "../../migrations/databaseIdentity";
import type { MigrationRequest } from "../../migrations/request";
import { Server, table } from "./server";
import { databaseName } from "../../migrations/connection";

interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

const server = new Server();

describe("the process that runs migrations", function () {
  this.timeout(30_000);
  before("start PostgreSQL", () => server.start());
  const started: ChildProcess[] = [];

  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  function start(action: string, request: MigrationRequest, env: NodeJS.ProcessEnv = {}) {
    const child = spawn(
      process.execPath,
      ["--require", "./toolchain/loadTypescript.cjs", "migrations/run.ts", action],
      {
        // A process that is killed leaves its folder behind.
        env: { ...process.env, TMPDIR: server.folder, ...env },
        stdio: "pipe",
      },
    );
    started.push(child);
    child.stdin.end(JSON.stringify(request));
    const ended: Promise<Ended> = Promise.all([
      once(child, "close"),
      text(child.stdout),
      text(child.stderr),
    ]).then(([, stdout, stderr]) => ({ exitCode: child.exitCode, stdout, stderr }));
    return { child, ended };
  }
  const run = (...args: Parameters<typeof start>) => start(...args).ended;

  it("answers with one line of JSON on standard output, nothing on standard error, exit 0", async () => {
    const url = await server.newDatabase();
    expect(await run("migrate", server.request(url, [["1", table("one")]]))).to.deep.equal({
      exitCode: 0,
      // With which database it was, for other stacks that share it.
      stdout: `{"ran":["1"],"applied":["1"],"database":${JSON.stringify(await databaseIdentity(url))}}\n`,
      stderr: "",
    });
  });

  it("says why on standard error, nothing on standard output, exit 1", async () => {
    const url = await server.newDatabase();
    const { exitCode, stdout, stderr } = await run("migrate", server.request(url, [["1", "nonsense;"]]));
    expect([exitCode, stdout]).to.deep.equal([1, ""]);
    expect(stderr).to.match(/^Migration 1_m1 failed: /);
    expect(stderr).to.contain("\n  line 2: nonsense");
    expect(stderr).not.to.contain("    at ");
  });

  it("knows its four actions and no other", async () => {
    expect(await run("up", server.request(await server.newDatabase(), []))).to.deep.equal({
      exitCode: 1,
      stdout: "",
      stderr: "migrations/run.ts: found up; write ensure, migrate, stepDown or drop\n",
    });
  });

  it("makes a database, and drops it only when its making is what the deletion was handed", async () => {
    const name = server.newName();
    const request = server.request(server.postgres.url(name), []);
    const isThere = async () =>
      server.ask(server.postgres.adminUrl, `SELECT datname FROM pg_database WHERE datname = '${name}'`);
    const report = (created: boolean) =>
      `${JSON.stringify({ created, database: databaseName(request.url) })}\n`;
    expect(await run("ensure", request)).to.deep.equal({ exitCode: 0, stdout: report(true), stderr: "" });
    expect((await run("ensure", request)).stdout).to.equal(report(false));
    const remembered = await run("ensure", request, { PULUMI_COMMAND_STDOUT: report(true) });
    expect(remembered.stdout).to.equal(report(true));
    for (const handed of [undefined, "", "nonsense", "null", '{"created":true}', report(false)]) {
      const { exitCode, stdout } = await run("drop", request, { PULUMI_COMMAND_STDOUT: handed });
      expect([exitCode, stdout]).to.deep.equal([0, "{}\n"]);
    }
    expect(await isThere()).to.deep.equal([name]);
    await run("drop", request, { PULUMI_COMMAND_STDOUT: report(true) });
    expect(await isThere()).to.deep.equal([]);
  });

  it("runs a migration once when three are started together", async () => {
    const url = await server.newDatabase();
    const request = server.request(url, [
      ["1", `${table("one")}\nSELECT pg_sleep(0.5);`],
      ["2", "INSERT INTO one VALUES (1);"],
    ]);
    const ended = await Promise.all([1, 2, 3].map(() => run("migrate", request)));
    expect(ended.map(({ exitCode }) => exitCode)).to.deep.equal([0, 0, 0]);
    expect(ended.map(({ stdout }) => (JSON.parse(stdout) as { ran: string[] }).ran).sort()).to.deep.equal([
      [],
      [],
      ["1", "2"],
    ]);
    expect(await server.ask(url, "SELECT count(*) FROM one")).to.deep.equal(["1"]);
  });

  it("gives up on a lock after its time, and says how to find who holds it", async () => {
    const url = await server.newDatabase();
    const slow = start("migrate", server.request(url, [["1", "SELECT pg_sleep(20);"]]));
    await server.untilRunning(url, "pg_sleep(20)");
    const began = Date.now();
    const { exitCode, stderr } = await run("migrate", {
      ...server.request(url, [["1", table("one")]]),
      lockTimeout: 1,
    });
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(
      /^Another run of migrations still holds this database after 1 s\. Nothing was changed\./,
    );
    expect(Date.now() - began).to.be.within(1000, 5000);
    const holders = await server.ask(url, stderr.slice(stderr.indexOf("SELECT pid")).trim());
    expect(holders).to.have.length(2);
    slow.child.kill("SIGTERM");
    expect(await slow.ended).to.deep.equal({
      exitCode: 1,
      stdout: "",
      stderr:
        "The migrations were interrupted (SIGTERM).\nThe database is as it was: no migration is applied.\n" +
        "The running services were not touched. To go on: pulumi up\n",
    });
  });

  it("leaves the database at the last good version on SIGTERM, and nothing running in it", async () => {
    const url = await server.newDatabase();
    const { child, ended } = start(
      "migrate",
      server.request(url, [
        ["1", table("one")],
        ["2", `${table("two")}\nSELECT pg_sleep(15);`],
      ]),
    );
    await server.untilRunning(url, "pg_sleep");
    const began = Date.now();
    child.kill("SIGTERM");
    const { exitCode, stdout, stderr } = await ended;
    expect([exitCode, stdout]).to.deep.equal([1, ""]);
    expect(stderr).to.contain("The database is at 1, the last migration that was applied whole.");
    const mended = server.request(url, [
      ["1", table("one")],
      ["2", table("other")],
    ]);
    expect((await run("migrate", mended)).stdout).to.match(/^\{"ran":\["2"\],"applied":\["1","2"\],/);
    // The statement itself would have gone on for 15 s.
    expect(Date.now() - began).to.be.lessThan(14_000);
    expect(await server.ask(url, "SELECT to_regclass('two')")).to.deep.equal(["null"]);
  });

  it("waits, after a kill -9, for what the dead run left under way, and runs nothing twice", async () => {
    const url = await server.newDatabase();
    const request = server.request(url, [
      ["1", table("one")],
      ["2", "-- migrate:up transaction:false\nSELECT pg_sleep(2);\n-- migrate:down\n"],
      ["3", "INSERT INTO one VALUES (1);"],
    ]);
    const killed = start("migrate", request);
    await server.untilRunning(url, "pg_sleep");
    killed.child.kill("SIGKILL");
    const { stdout } = await run("migrate", request);
    expect((JSON.parse(stdout) as { applied: string[] }).applied).to.deep.equal(["1", "2", "3"]);
    expect(await server.ask(url, "SELECT count(*) FROM one")).to.deep.equal(["1"]);
  });

  describe("with a password of all kinds of characters", () => {
    const password = "p@ss/w%rd:?#'$ ü";
    const forms = [password, encodeURIComponent(password), encodeURIComponent(password).toLowerCase()];
    const role = "guarded";
    let url: string;

    before(async () => {
      const name = server.newName();
      await server.ask(server.postgres.adminUrl, `CREATE DATABASE ${name}`);
      const literal = new Client().escapeLiteral(password);
      await server.ask(server.postgres.adminUrl, `CREATE ROLE ${role} LOGIN PASSWORD ${literal}`);
      await server.ask(server.postgres.adminUrl, `ALTER DATABASE ${name} OWNER TO ${role}`);
      const socket = encodeURIComponent(server.postgres.socketFolder);
      url = `postgres://${role}:${encodeURIComponent(password)}@/${name}?host=${socket}`;
    });

    const seen = ({ stdout, stderr }: Ended) => forms.filter((form) => `${stdout}${stderr}`.includes(form));

    it("migrates", async () => {
      expect((await run("migrate", server.request(url, [["1", table("one")]]))).stderr).to.equal("");
    });

    it("prints it in no error of a migration that names it", async () => {
      const literal = new Client().escapeLiteral(password);
      const ended = await run(
        "migrate",
        server.request(url, [
          [
            "2",
            `DO $$ BEGIN RAISE EXCEPTION 'no %, %', ${literal}, '${encodeURIComponent(password)}'; END $$;`,
          ],
        ]),
      );
      expect(ended.exitCode).to.equal(1);
      expect(ended.stderr).to.contain("[secret]");
      expect(seen(ended)).to.deep.equal([]);
    });

    it("prints it in no error of a connection", async () => {
      for (const wrong of [
        url.replace(role, "nobody"),
        url.replace("?host=", "?host=%2Fnowhere&x="),
        url.replace("@/", "@127.0.0.1:1/"),
        url.replace("%3A", "%zz"),
      ]) {
        const ended = await run("ensure", server.request(wrong, []));
        expect(ended.exitCode, wrong).to.equal(1);
        expect(ended.stderr, wrong).not.to.equal("");
        expect(seen(ended), wrong).to.deep.equal([]);
        expect(ended.stderr).not.to.contain("p%40ss");
      }
    });
  });
});
