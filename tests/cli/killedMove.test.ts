import { expect } from "chai";
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../../records/liveProcess";
import { runWith } from "./runWith";
import { StallingPulumi } from "./stallingPulumi";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");

describe("a rollback that is killed", () => {
  let project: StallingPulumi;
  let temporary: string;
  beforeEach(() => {
    project = new StallingPulumi();
    temporary = join(project.folder, "temporary");
    mkdirSync(temporary);
  });
  afterEach(() => project.dispose());

  const env = () => ({ ...project.environment, TMPDIR: temporary });
  const left = () =>
    readdirSync(temporary)
      .filter((name) => name.startsWith("knowngood-"))
      .map((name) => name.replace(/-[^-]*$/, ""));
  /** The processes that its folders name, of which the last is Pulumi, which goes on. */
  const users = () =>
    readdirSync(temporary)
      .filter((name) => name.startsWith("knowngood-"))
      .map((name) =>
        readFileSync(join(temporary, name, ".knowngood-users"), "utf8")
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as { pid: number; beginning: number }),
      );

  it("leaves folders that stay as long as its Pulumi writes there, and go with the next command", async () => {
    project.stallAt("up begun");
    const killed = spawn(process.execPath, [command, "rollback", "v1", "--stack", "prod", "--yes"], {
      ...{ cwd: project.folder, env: env(), stdio: "ignore" },
    });
    const ended = new Promise((resolve) => killed.once("close", resolve));
    await project.reached(() => killed.exitCode !== null);
    killed.kill("SIGKILL");
    await ended;
    expect(left()).to.have.members(["knowngood-move", "knowngood-up"]);
    const [pulumi, ...others] = users().map((each) => each.at(-1));
    if (pulumi === undefined) throw new Error("No folder names Pulumi.");
    expect(others).to.deep.equal([pulumi]);
    expect([pulumi.pid !== killed.pid, isAlive(pulumi.pid, pulumi.beginning)]).to.deep.equal([true, true]);

    project.stallAt("nothing");
    const look = () =>
      runWith(project.folder, ["rollback", "v1", "--stack", "prod", "--preview"], { env: env() });
    const meanwhile = await look();
    expect(meanwhile.code, meanwhile.stderr).to.equal(0);
    expect(left()).to.have.members(["knowngood-move", "knowngood-up"]);

    project.goOn();
    while (isAlive(pulumi.pid, pulumi.beginning)) await sleep(10);
    const after = await look();
    expect(after.code, after.stderr).to.equal(0);
    expect(left()).to.deep.equal([]);
  });
});
