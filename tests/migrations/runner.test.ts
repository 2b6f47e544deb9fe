import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { migrate } from "../../migrations/migrate";
import type { MigrationRequest } from "../../migrations/request";
import type { RunnerRequest } from "../../migrations/runner/request";
import { splitPassword } from "../../migrations/password";
import { Server, table } from "./server";

const server = new Server();
const hidden = "hunter2-of-a-runner";

/** Runs statements in the database that DATABASE_URL names, as a runner of the user's would. */
const program = (statements: string, more = "") => [
  process.execPath,
  "-e",
  `const { Client } = require("pg");
   const { appendFileSync } = require("node:fs");
   appendFileSync(process.env.RUNS, "run\\n");
   (async () => {
     const client = new Client(process.env.DATABASE_URL);
     await client.connect();
     ${more}
     await client.query(${JSON.stringify(statements)});
     await client.end();
   })().catch((error) => { console.error(error.message); process.exit(3); });`,
];
const versions = "CREATE TABLE IF NOT EXISTS schema_migrations (version varchar PRIMARY KEY)";
const insert = (version: string) => `INSERT INTO schema_migrations VALUES ('${version}')`;

describe("migrations that the user's own command applies", function () {
  this.timeout(60_000);
  before("start PostgreSQL", () => server.start());

  const shipped: [string, string][] = [
    ["1", table("one")],
    ["2", table("two")],
  ];

  async function asked(up: string[], more: Partial<RunnerRequest> = {}) {
    const url = await server.newDatabase();
    const runs = join(server.folder, `${server.newName()}-runs`);
    const runner: RunnerRequest = {
      ...{ up, within: 60, where: { kind: "here" }, redact: [hidden] },
      ...more,
      env: { DATABASE_URL: url, RUNS: runs, TOKEN: hidden, ...more.env },
    };
    const request: MigrationRequest = { ...server.request(url, shipped), runner };
    const ran = () => (existsSync(runs) ? readFileSync(runs, "utf8").split("\n").length - 1 : 0);
    return { url, request, ran };
  }
  const failureOf = (request: MigrationRequest) =>
    migrate(request).then(
      () => "it did not fail",
      (error: unknown) => (error as Error).message,
    );

  it("are applied by it once, and never while nothing is pending", async () => {
    const { request, ran } = await asked(program([versions, insert("1"), insert("2")].join(";")));
    expect(await migrate(request)).to.deep.equal({ ran: ["1", "2"], applied: ["1", "2"] });
    expect(await migrate(request)).to.deep.equal({ ran: [], applied: ["1", "2"] });
    // An older release ships a part of what is applied.
    const older = { ...request, migrations: request.migrations.slice(0, 1) };
    expect(await migrate(older)).to.deep.equal({ ran: [], applied: ["1", "2"] });
    expect(ran()).to.equal(1);
  });

  it("say what it printed and how the database stands where it fails, without secrets", async () => {
    const { url, request } = await asked(
      program(
        "nonsense",
        `for (let line = 1; line <= 60; line += 1) console.log("line " + line);
         console.log(process.env.TOKEN, process.env.DATABASE_URL);
         await client.query(${JSON.stringify(`${versions}; ${insert("1")}`)});`,
      ),
    );
    const said = await failureOf(request);
    expect(said).to.match(/^The migrations failed: exit code 3, after [\d.]+ s\.\nRan: /);
    expect(said).to.contain("(in the project's folder)\nLast 50 lines that it printed:\n  line 13\n");
    expect(said).to.match(
      /\n {2}syntax error at or near "nonsense"\nThe database is at 1; not applied: 2_m2\.\n/,
    );
    expect(said).to.contain("The running services were not touched.");
    expect(said).not.to.contain(hidden);
    const { password } = splitPassword(url);
    if (password !== undefined && password !== "") expect(said).not.to.contain(password);
  });

  it("fail where it ends well and the table lacks what is shipped", async () => {
    const { request } = await asked(program(`${versions}; ${insert("1")}`));
    expect(await failureOf(request)).to.match(
      /^The migrations are not through: their runner ended well .*\n.*\n.*\nThe database is at 1; not applied: 2_m2\./s,
    );
  });

  it("fail where it is not there", async () => {
    const { request } = await asked(["no-such-program"]);
    expect(await failureOf(request)).to.contain("The migrations failed: it was not found (exit code 127)");
  });

  it("are stopped with its children and their statements at its limit", async () => {
    const { url, request } = await asked(
      ["sh", "-c", '"$0" "$@" & wait', ...program("SELECT pg_sleep(1000)")],
      {
        within: 3,
      },
    );
    const said = failureOf(request);
    expect(await said).to.contain("The migrations failed: it did not end within 3 s and was stopped");
    expect(await said).to.contain("No migration is applied in the database; not applied: 1_m1, 2_m2.");
    expect(await sleeping(url)).to.deep.equal([]);
  });

  it("are applied on a host, in its folder, and stopped there at their limit", async () => {
    const where = { kind: "host" as const, folder: join(__dirname, "..", "..") };
    const { request } = await asked(program([versions, insert("1"), insert("2")].join(";")), { where });
    expect((await migrate(request)).ran).to.deep.equal(["1", "2"]);
    const lines = await asked(["sh", "-c", "pwd; echo wrong >&2; exit 4"], {
      where: { ...where, folder: "/" },
    });
    expect(await failureOf(lines.request)).to.match(
      /^The migrations failed: exit code 4, .*\(in \/ on this machine\)\nLast 2 lines that it printed:\n {2}(\/\n {2}wrong|wrong\n {2}\/)\n/s,
    );
    const slow = await asked(program("SELECT pg_sleep(1000)"), { where, within: 3 });
    expect(await failureOf(slow.request)).to.contain("did not end within 3 s and was stopped");
    expect(await sleeping(slow.url)).to.deep.equal([]);
  });

  it("are stopped by an interruption, and go on afterwards", async () => {
    const { url, request } = await asked(program("SELECT pg_sleep(1000)"));
    const child = spawn(
      process.execPath,
      ["--require", "./toolchain/loadTypescript.cjs", "migrations/run.ts", "migrate"],
      { stdio: "pipe" },
    );
    try {
      child.stdin.end(JSON.stringify(request));
      const said = text(child.stderr);
      await server.untilRunning(url, "pg_sleep(1000)");
      child.kill("SIGINT");
      await once(child, "close");
      expect(child.exitCode).to.equal(1);
      expect(await said).to.equal(
        "The migrations were interrupted (SIGINT); their runner was stopped.\n" +
          "No migration is applied in the database; not applied: 1_m1, 2_m2.\n" +
          "The running services were not touched. To go on: pulumi up\n",
      );
    } finally {
      child.kill("SIGKILL");
    }
    expect(await sleeping(url)).to.deep.equal([]);
    const runner = { ...request.runner, up: program(`${versions}; ${insert("1")}; ${insert("2")}`) };
    expect((await migrate({ ...request, runner: runner as RunnerRequest })).ran).to.deep.equal(["1", "2"]);
  });

  /** What sleeps in the server, once what was ended has ended. */
  async function sleeping(url: string): Promise<string[]> {
    const ask = () =>
      server.ask(
        url,
        "SELECT query FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(1000)%' AND datname = current_database()",
      );
    for (let attempt = 0; attempt < 400 && (await ask()).length > 0; attempt += 1) await sleep(25);
    return ask();
  }
});
