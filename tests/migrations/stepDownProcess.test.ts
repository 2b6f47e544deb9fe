import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { StepDownRequest } from "../../migrations/request";
import { stepDown } from "../../migrations/stepDown";
import { dropNote, migrated as migratedDatabase, now, versionsIn } from "./migratedDatabase";
import { Server } from "./server";

const server = new Server();

describe("a step-down of a database, as a process", function () {
  this.timeout(30_000);
  before("start PostgreSQL", () => server.start());

  const migrated = (down: string) => migratedDatabase(server, down);
  const versions = (url: string) => versionsIn(server, url);
  const columns = (url: string) =>
    server.ask(
      url,
      "SELECT attname FROM pg_attribute WHERE attrelid = 'one'::regclass AND attnum > 0 AND NOT attisdropped",
    );

  function start(request: StepDownRequest) {
    const child = spawn(
      process.execPath,
      ["--require", "./toolchain/loadTypescript.cjs", "migrations/run.ts", "stepDown"],
      { stdio: "pipe" },
    );
    child.stdin.end(JSON.stringify(request));
    const ended = Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]).then(
      ([, stdout, stderr]) => ({ exitCode: child.exitCode, stdout, stderr }),
    );
    return { child, ended };
  }
  const slow = `${dropNote} SELECT pg_sleep(4);`;

  it("changes nothing when it is stopped, says so, and is done by the next run", async () => {
    const { url, request } = await migrated(slow.replace("4", "1"));
    const { child, ended } = start(request);
    await server.untilRunning(url, "pg_sleep");
    child.kill("SIGTERM");
    const { exitCode, stdout, stderr } = await ended;
    expect([exitCode, stdout]).to.deep.equal([1, ""]);
    expect(stderr).to.match(/^The step-down of 2 was interrupted \(SIGTERM\)/);
    expect(await versions(url)).to.deep.equal(["1", "2"]);
    expect((await stepDown(request, now)).applied).to.deep.equal(["1"]);
  });

  it("goes on telling of the backup that was made last, where it needs none itself", async () => {
    const lastBackup = { place: "b.dump", madeAt: "2026-01-01T00:00:00.000Z", head: "1", seconds: 2 };
    const { request } = await migrated(dropNote);
    const { stdout } = await start({ ...request, lastBackup }).ended;
    expect(JSON.parse(stdout)).to.deep.include({ steppedDown: "2", backup: lastBackup });
  });

  it("takes back once, and whole, after a kill -9 in the middle", async () => {
    const { url, request } = await migrated(slow.replace("4", "2"));
    const { child, ended } = start(request);
    await server.untilRunning(url, "pg_sleep");
    child.kill("SIGKILL");
    await ended;
    expect((await stepDown(request, now)).applied).to.deep.equal(["1"]);
    expect([await versions(url), await columns(url)]).to.deep.equal([["1"], ["id"]]);
  });

  it("takes back once when two are started together", async () => {
    const { url, request } = await migrated(slow.replace("4", "1"));
    const both = [start(request), start(request)];
    for (const { ended } of both) {
      expect((await ended).stdout).to.match(/^\{"ran":\[\],"applied":\["1"\],"steppedDown":"2",/);
    }
    expect(await versions(url)).to.deep.equal(["1"]);
  });
});
