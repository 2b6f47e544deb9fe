import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { owedRun } from "../../history/owedRun";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { freePorts } from "./freePorts";
import { answering, servicePort, unhealthy } from "./images";
import { livesOf } from "./lives";
import { Workspace } from "./workspace";

describe("an up by break-glass", function () {
  // Seven commands of Pulumi: minutes on a busy machine.
  this.timeout(480_000);
  let workspace: Workspace;
  after(() => workspace.dispose());

  const passed = { verdict: "passed" } as const;
  const failed = { verdict: "failed" } as const;
  const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
  const breakGlass = (until: string, guards = ["ci", "commands", "quarantine"]) =>
    workspace.settings("prod", { breakGlass: { reason: "payments fail", guards, until } });
  const linesOf = (...place: string[]) =>
    readFileSync(join(workspace.folder, ...place), "utf8")
      .trimEnd()
      .split("\n");
  /** What the smoke test was asked of, each time. */
  const asked = () => linesOf("asked");
  const lastRecord = () => JSON.parse(linesOf(".knowngood", "records.jsonl").at(-1) ?? "") as ReleaseRecord;
  const knownGood = async () =>
    ((await workspace.outputs("prod")).knownGood as { tag: string }[]).map(({ tag }) => tag);
  async function ended(running: ReturnType<Workspace["up"]>, exitCode: number): Promise<string> {
    const { exitCode: code, text } = await running;
    expect(code, text).to.equal(exitCode);
    return text;
  }

  before(async () => {
    workspace = new Workspace();
    const [port = 0] = await freePorts(1);
    const [api1, api2, api3] = await Promise.all([
      answering(workspace, "api", "v1", "glass 1"),
      answering(workspace, "api", "v2", "glass 2"),
      unhealthy(workspace, "api", "v3-glass"),
    ]);
    workspace.release("v1", { services: { api: api1 }, ci: passed });
    workspace.release("v2", { services: { api: api2 }, ci: failed });
    workspace.release("v3", { services: { api: api3 }, ci: failed });
    await workspace.stack("prod", {
      imageTag: "v1",
      services: {
        api: {
          ports: [{ container: servicePort, host: port }],
          health: { path: "/health", within: 20 },
        },
      },
      gates: { commands: { smoke: { command: ["sh", "-c", "echo $KNOWNGOOD_TO >> asked"] } } },
    });
    await ended(workspace.up("prod"), 0);
    expect(asked()).to.deep.equal(["v1"]);
  });

  it("does nothing once its time is over, but warn", async () => {
    await workspace.target("prod", "v2");
    breakGlass(hours(-1));
    const refused = await ended(workspace.up("prod"), 1);
    expect(refused).to.contain("The setting breakGlass does nothing any more: it was good until");
    expect(refused).to.contain("CI did not pass for v2");
    expect(refused).not.to.contain("BREAK-GLASS");
  });

  it("goes on without what it names, says so first, and remembers it", async () => {
    breakGlass(hours(1));
    const preview = await ended(workspace.preview("prod"), 0);
    const banner = preview.slice(preview.lastIndexOf("BREAK-GLASS until"));
    expect(banner).to.match(
      /^BREAK-GLASS until \S+Z: payments fail\n\s+without ci: CI did not pass for v2: .*\n\s+without the command gates smoke\n\s+not needed: quarantine;.*\n\s+the health gate is asked as always\n\s+owed afterwards is the proper run: pulumi config rm breakGlass --stack prod && pulumi up --stack prod\n\s+knowngood\/prod: forward from v1 to v2\n/,
    );
    const up = await ended(workspace.up("prod"), 0);
    expect(up).to.contain("BREAK-GLASS without ci, commands: payments fail");
    expect(asked()).to.deep.equal(["v1"]);
    expect(await knownGood()).to.deep.equal(["v1"]);
    const record = lastRecord();
    expect(record).to.deep.include({
      outcome: "passed",
      breakGlass: { reason: "payments fail", guards: ["ci", "commands"] },
    });
    expect(record.gates.map(({ name }) => name)).to.deep.equal(["api health"]);
    const owed = owedRun(await workspace.state("prod"));
    expect(owed).to.deep.include({ release: "v2", guards: ["ci", "commands"], reason: "payments fail" });
    expect((await workspace.outputs("prod")).owed).to.deep.equal({
      ...owed,
      command: "pulumi config rm breakGlass --stack prod && pulumi up --stack prod",
    });
  });

  it("owes the proper run, which runs the gate that was left out though no container changed", async () => {
    const removed = await workspace.pulumi("config", "rm", "breakGlass", "--stack", "prod");
    expect(removed.exitCode, removed.text).to.equal(0);
    const preview = await ended(workspace.preview("prod"), 0);
    expect(preview).to.match(
      /Owed since \S+Z: the proper run of v2, which came up by break-glass without ci, commands: payments fail/,
    );
    expect(preview).to.contain("It stays owed while ci would refuse: CI did not pass for v2");
    const file = join(workspace.folder, "releases", "v2.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("verdict: failed", "verdict: passed"));

    const lives = await livesOf(workspace);
    await ended(workspace.up("prod"), 0);
    expect(asked()).to.deep.equal(["v1", "v2"]);
    expect(await livesOf(workspace)).to.deep.equal(lives);
    expect(await knownGood()).to.deep.equal(["v2", "v1"]);
    expect((await workspace.outputs("prod")).owed).to.equal("nothing");
    expect(owedRun(await workspace.state("prod"))).to.equal(undefined);
  });

  it("still fails by the health gate, and owes the proper run of what it left running", async () => {
    await workspace.target("prod", "v3");
    breakGlass(hours(1));
    const bad = await ended(workspace.up("prod"), 1);
    expect(bad).to.contain("Health gate failed: api v3");
    expect(asked()).to.deep.equal(["v1", "v2"]);
    expect(owedRun(await workspace.state("prod"))).to.deep.include({
      release: "v3",
      guards: ["ci", "commands"],
    });
    expect(lastRecord()).to.deep.include({
      outcome: "failed",
      breakGlass: { reason: "payments fail", guards: ["ci", "commands"] },
    });
  });
});
