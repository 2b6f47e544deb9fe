import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { text } from "node:stream/consumers";
import type { ScratchJudgement } from "../../../schema/scratch/judgeOnScratch";
import { Server } from "../../migrations/server";

const server = new Server();
const loop = "DO $$ BEGIN LOOP END LOOP; END $$;";
const table = "CREATE TABLE t (id int);";

describe("scratch databases of several processes", function () {
  this.timeout(120_000);
  before("start PostgreSQL", () => server.start());

  let cache = "";
  const started: ChildProcess[] = [];
  beforeEach("make a folder for caches", () => {
    cache = mkdtempSync(join(tmpdir(), "knowngood-scratch-test-"));
  });
  afterEach("end processes, and remove the folder", () => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
    rmSync(cache, { recursive: true, force: true });
  });

  function start(where: string, shipped: string, ahead: string): ChildProcess {
    const loader = join(__dirname, "../../../toolchain/loadTypescript.cjs");
    const file = join(__dirname, "judgeInProcess.ts");
    const child = spawn(process.execPath, ["--require", loader, file, where, shipped, ahead], {
      env: { ...process.env, KNOWNGOOD_CACHE: cache },
      stdio: ["ignore", "pipe", "inherit"],
    });
    started.push(child);
    return child;
  }

  async function judged(child: ChildProcess): Promise<ScratchJudgement> {
    if (child.stdout === null) throw new Error("no output");
    return JSON.parse(await text(child.stdout)) as ScratchJudgement;
  }

  const clusters = () => readdirSync(cache).filter((name) => name.startsWith("pglite-"));

  it("make the empty cluster once, all at the same time, and anew where it is broken", async () => {
    const first = await Promise.all([0, 1].map(() => judged(start("embedded", table, "DROP TABLE t;"))));
    expect(first.map(({ ran }) => ran)).to.deep.equal([true, true]);
    const [cluster = "", ...others] = clusters();
    expect(others).to.deep.equal([]);
    rmSync(join(cache, cluster, "global"), { recursive: true });
    mkdirSync(join(cache, cluster, "global"));
    writeFileSync(join(cache, cluster, "global", "pg_control"), "nonsense");
    expect((await judged(start("embedded", table, "DROP TABLE t;"))).ran).to.equal(true);
    expect(clusters()).to.have.length(1);
  });

  it("leave nothing on a server when a signal ends them", async () => {
    const left = () =>
      server.ask(
        server.postgres.adminUrl,
        `SELECT datname FROM pg_database WHERE datname LIKE 'knowngood%'
          UNION SELECT rolname FROM pg_roles WHERE rolname = 'killed_role'`,
      );
    const child = start(server.postgres.adminUrl, `${table} ALTER TABLE t OWNER TO killed_role;`, loop);
    const busy =
      "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'knowngood%' AND query LIKE '%LOOP%'";
    for (let tries = 0; (await server.ask(server.postgres.adminUrl, busy))[0] === "0"; tries += 1) {
      if (tries > 200) throw new Error("the gap never ran");
      await wait(100);
    }
    expect(await left()).to.have.length(2);
    const ended = new Promise<string | null>((resolve) => child.on("exit", (_, signal) => resolve(signal)));
    child.kill("SIGTERM");
    expect(await ended).to.equal("SIGTERM");
    expect(await left()).to.deep.equal([]);
  });
});
