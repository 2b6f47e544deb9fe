import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRecords } from "../../records/readRecords";
import { run, start, type Ended } from "./command";
import { locks } from "./endState";
import { unhealthy } from "./images";
import { endSurvivors, processTree } from "./processTree";
import { answerOf, buildImages, twoReleases } from "./twoReleases";
import { Workspace } from "./workspace";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");

describe("knowngood rollback and deploy", () => {
  let workspace: Workspace;
  let port: number;
  before(() => (workspace = new Workspace()));
  after(() => workspace.dispose());

  const options = () => ({ cwd: workspace.folder, env: workspace.env });
  const knowngood = (...args: string[]): Promise<Ended> =>
    run(process.execPath, [command, ...args], options());
  const startKnowngood = (...args: string[]) =>
    start(process.execPath, [command, ...args], { ...options(), detached: true });
  const file = () => join(workspace.folder, "Pulumi.prod.yaml");
  const stackText = () => readFileSync(file(), "utf8");
  const lastRecord = () =>
    readRecords(join(workspace.folder, ".knowngood", "records.jsonl"), "knowngood/prod").at(-1);

  it("go forward and back with one line of diff, and record why", async () => {
    const images = await buildImages(workspace);
    port = await twoReleases(workspace, "prod", { images, database: false });
    workspace.release("v3", {
      services: { api: await unhealthy(workspace, "api", "v3"), worker: images.worker },
    });
    writeFileSync(
      file(),
      stackText().replace("knowngood:imageTag: v1", "knowngood:imageTag: v1 # the release"),
    );
    const first = await knowngood("deploy", "v1", "--stack", "prod", "--yes");
    expect(first.exitCode, first.text).to.equal(0);
    const before = stackText();

    const deployed = await knowngood("deploy", "v2", "--stack", "prod", "--yes");
    expect(deployed.exitCode, deployed.text).to.equal(0);
    expect(deployed.stdout).to.match(/^knowngood\/prod runs v2 \(forward from v1\); its gates have passed/);
    expect(deployed.stderr).to.match(/prod: health gates, after \d+ s/);
    expect(stackText()).to.equal(before.replace("imageTag: v1 #", "imageTag: v2 #"));
    expect(await answerOf(port)).to.equal("v2");

    const back = await knowngood(
      "rollback",
      "--yes",
      "--json",
      "--stack",
      "prod",
      "--reason",
      "payments fail",
    );
    expect(back.exitCode, back.text).to.equal(0);
    expect(JSON.parse(back.stdout)).to.deep.include({
      direction: "rollback",
      from: "v2",
      to: "v1",
      end: "passed",
    });
    expect(lastRecord()).to.deep.include({
      direction: "rollback",
      reason: "payments fail",
      outcome: "passed",
    });
    expect(await answerOf(port)).to.equal("v1");
    expect(stackText().replace(/ {2}knowngood:record:\n {4}reason: payments fail\n/, "")).to.equal(before);
  });

  it("leave the stack file as it was where a guard refuses, and go on without it by break-glass", async () => {
    workspace.settings("prod", { hold: "a decision is open" });
    const before = stackText();
    const refused = await knowngood("deploy", "v2", "--stack", "prod", "--yes");
    expect(refused.exitCode, refused.text).to.equal(3);
    expect(refused.stderr).to.contain("npx knowngood deploy v2 --stack prod --retry WHY");
    expect(refused.stderr).to.contain("To go on without hold, quarantine, which is recorded");
    expect(stackText()).to.equal(before);

    const why = ["--retry", "the network was down", "--break-glass", "the shop is down"];
    const broken = await knowngood("deploy", "v2", "--stack", "prod", "--yes", ...why);
    expect(broken.exitCode, broken.text).to.equal(0);
    expect(broken.stderr).to.contain("break-glass goes on without hold");
    expect(lastRecord()?.breakGlass).to.deep.equal({ reason: "the shop is down", guards: ["hold"] });
    expect(stackText()).not.to.contain("breakGlass");
    expect(stackText()).not.to.contain("payments fail");
  });

  it("diagnose a failed gate in ten lines, and go back by themselves where that is set", async () => {
    const free = await workspace.pulumi("config", "rm", "hold", "--stack", "prod");
    expect(free.exitCode, free.text).to.equal(0);
    workspace.settings("prod", {
      autoRollback: true,
      gates: { health: { every: 1, successes: 1 } },
    });
    const failed = await knowngood("deploy", "v3", "--stack", "prod", "--yes");
    expect(failed.exitCode, failed.text).to.equal(1);
    const told = failed.stderr.slice(failed.stderr.indexOf("error: v3 did not pass"));
    expect(told).to.match(/Gate api health failed: \d+ attempts, the last: status 404/);
    expect(told).to.contain(
      "Going back to v2: nothing stands against it\n" +
        "autoRollback has gone back: knowngood/prod runs v2 (rollback from v3)",
    );
    expect(stackText()).to.contain("imageTag: v2");
    expect(await answerOf(port)).to.equal("v2");
  });

  it("take the lock that a killed up has left, and put the state in order", async () => {
    await workspace.target("prod", "v1");
    const killed = workspace.startPulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    await killed.saw(/release-api-container (?:creating|deleting|replacing)/);
    const tree = processTree(killed.pid);
    killed.kill("SIGKILL");
    await killed.ended;
    await endSurvivors(tree);
    expect(locks(workspace)).to.have.length(1);

    const ended = await knowngood("rollback", "v1", "--stack", "prod", "--yes");
    expect(ended.exitCode, ended.text).to.equal(0);
    expect(ended.stderr).to.contain(`process ${killed.pid}, since`).and.to.contain("so it was killed");
    expect(locks(workspace)).to.deep.equal([]);
    expect((await workspace.state("prod")).pending).to.deep.equal([]);
    expect(await answerOf(port)).to.equal("v1");
  });

  it("end in order at Ctrl-C, saying where things stand and what to type", async () => {
    workspace.settings("prod", {
      autoRollback: false,
      gates: { health: { every: 1, successes: 1 } },
    });
    const moving = startKnowngood("deploy", "v3", "--stack", "prod", "--yes", "--retry", "again");
    await moving.saw(/prod: health gates, after/);
    process.kill(-moving.pid, "SIGINT");
    const ended = await moving.ended;
    expect(ended.exitCode, ended.text).to.equal(130);
    expect(ended.stderr, ended.text).to.match(
      /error: Interrupted\. It stopped at (?:services|health gates) \(.*\); what was under way has ended in order\. .* To go on: npx knowngood deploy v3 --stack prod --retry again --yes\n$/,
    );
    expect(stackText()).to.contain("imageTag: v3");
    expect(locks(workspace)).to.deep.equal([]);
    expect((await workspace.state("prod")).pending).to.deep.equal([]);
  });
});
