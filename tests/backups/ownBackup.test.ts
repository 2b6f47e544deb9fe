import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { migrate } from "../../migrations/migrate";
import { startTimeOf } from "../../toolchain/machine/processes";
import { Server, table } from "../migrations/server";

const server = new Server();

describe("the user's own command for a backup", function () {
  this.timeout(60_000);
  before("start PostgreSQL", () => server.start());

  it("does not outlive an `up` that is interrupted again and again, though it does not listen", async () => {
    const folder = mkdtempSync(join(server.folder, "own-"));
    const file = join(folder, "pid");
    const url = await server.newDatabase();
    const all = server.request(url, [
      ["1", table("one")],
      ["2", table("two")],
    ]);
    await migrate({ ...all, migrations: all.migrations.slice(0, 1) });
    const words = ["sh", "-c", `trap "" TERM INT; echo $$ > ${file}; while :; do sleep 1; done`];
    const backup = {
      ...{ stack: "shop/prod", folder: join(folder, "backups"), keep: 10 },
      command: { words, within: 60, secrets: {} },
    };
    const child = spawn(
      process.execPath,
      ["--require", "./toolchain/loadTypescript.cjs", "migrations/run.ts", "migrate"],
      { stdio: ["pipe", "ignore", "ignore"] },
    );
    child.stdin.end(JSON.stringify({ ...all, backup }));
    const ended = once(child, "close");
    const pid = () => (existsSync(file) ? Number(readFileSync(file, "utf8")) : 0);
    while (pid() === 0) await sleep(25);
    try {
      while (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await sleep(50);
      }
      await ended;
      // The last signal may meet it when the command is gone and nobody listens any more.
      expect(child.exitCode).not.to.equal(0);
      expect(startTimeOf(pid())).to.equal(undefined);
    } finally {
      if (startTimeOf(pid()) !== undefined) process.kill(pid(), "SIGKILL");
    }
    expect(await server.ask(url, "SELECT version FROM schema_migrations")).to.deep.equal(["1"]);
  });
});
