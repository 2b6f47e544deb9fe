import { expect } from "chai";
import { join } from "node:path";
import type { Deployment } from "../../history/deployments";
import { run, start, type Ended } from "./command";
import { freePorts } from "./freePorts";
import { servicePort } from "./images";
import { endSurvivors, killTree, processTree } from "./processTree";
import { running, serve } from "./programs";
import { Workspace } from "./workspace";

const knowngood = join(__dirname, "..", "..", "cli", "knowngood.cjs");

/** Serves at /health, or not; says its release first. */
const program = (release: string, healthy: boolean) => ({
  script: `echo "${release} says hello"; ${serve}; exec sleep 100000`,
  files: { [healthy ? "/www/health" : "/www/index.html"]: release },
});

interface Printed {
  running: { tag?: string };
  lastKnownGood?: { tag: string };
  deployments: Deployment[];
  problems: string[];
}

describe("what was deployed, and what the services say", () => {
  let workspace: Workspace;
  let survivors: ReturnType<typeof processTree>;
  before(() => {
    workspace = new Workspace();
    survivors = [];
  });
  after(async () => {
    await endSurvivors(survivors);
    await workspace.dispose();
  });

  /** The command of a person who has no passphrase at hand. */
  const asPerson = () => ({
    cwd: workspace.folder,
    env: { ...workspace.env, PULUMI_CONFIG_PASSPHRASE: undefined },
  });
  const ask = (...words: string[]): Promise<Ended> =>
    run(process.execPath, [knowngood, ...words], asPerson());
  const history = async () => {
    const { stdout, stderr, exitCode } = await ask("history", "--stack", "prod", "--json");
    expect(exitCode, stderr).to.equal(0);
    return JSON.parse(stdout) as Printed;
  };
  const rows = ({ deployments }: Printed) =>
    deployments.map(({ tag, direction, outcome, runs, lastKnownGood, known }) =>
      [
        tag,
        direction,
        outcome,
        runs && "runs",
        lastKnownGood && "last",
        known.pulumi ? "" : "unknown to Pulumi",
      ]
        .filter(Boolean)
        .join(" "),
    );
  async function up(tag: string, exitCode: number): Promise<void> {
    await workspace.target("prod", tag);
    const ended = await workspace.up("prod", "--message", `try ${tag}`);
    expect(ended.exitCode, ended.text).to.equal(exitCode);
  }

  it("is told of a good, a failed, a refused, a killed update and a rollback, each once, and of what is known good", async function () {
    this.timeout(300_000);
    const [port = 0] = await freePorts(1);
    for (const [tag, healthy] of [
      ["v1", true],
      ["v2", false],
      ["v3", false],
    ] as const) {
      const api = await running(workspace, "api", tag, program(tag, healthy));
      const worker = await running(workspace, "worker", "v1", {
        script: 'echo "worker works"; exec sleep 100000',
      });
      workspace.release(tag, { services: { api, worker } });
    }
    const services = (within: number) => ({
      api: { ports: [{ container: servicePort, host: port }], health: { path: "/health", within } },
      worker: { kind: "worker", health: { successes: 1 } },
    });
    await workspace.stack("prod", { imageTag: "v1", services: services(60) });
    await workspace.secret("prod", "hush", "a secret that nobody needs");
    // The one that is selected from here on.
    await workspace.stack("other", {});

    await up("v1", 0);
    workspace.settings("prod", { services: services(2), record: { reason: "new prices" } });
    await up("v2", 1);
    const afterFailure = await history();
    expect(rows(afterFailure)).to.deep.equal(["v2 forward failed runs", "v1 forward passed last"]);
    expect(afterFailure.lastKnownGood?.tag).to.equal("v1");
    workspace.settings("prod", { services: services(60), record: {} });
    await up("v1", 0);
    // Quarantined: Pulumi calls it failed, and no record tells of it.
    await up("v2", 1);

    workspace.settings("prod", { services: services(280) });
    await workspace.target("prod", "v3");
    const killed = workspace.startPulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    await killed.saw(/release-api-health-check creating replacement/);
    expect(rows(await history())[0]).to.equal("v3 forward under way runs unknown to Pulumi");
    survivors = processTree(killed.pid);
    killTree(killed.pid);
    await killed.ended;
    await endSurvivors(survivors);
    const afterKill = await history();
    expect(rows(afterKill)).to.deep.equal([
      "v3 forward unfinished runs unknown to Pulumi",
      "v2 failed",
      "v1 rollback passed last",
      "v2 forward failed",
      "v1 forward passed",
    ]);
    await workspace.pulumi("cancel", "prod", "--yes");
    await up("v1", 0);

    const told = await history();
    expect(rows(told)).to.deep.equal([
      "v1 rollback passed runs",
      "v3 forward unfinished unknown to Pulumi",
      "v2 failed",
      "v1 rollback passed",
      "v2 forward failed",
      "v1 forward passed",
    ]);
    expect(told.problems).to.deep.equal([]);
    expect([told.running.tag, told.lastKnownGood]).to.deep.equal(["v1", undefined]);
    const [, , refused, , failed, first] = told.deployments;
    expect(refused).to.deep.include({ changed: false, gates: [], reason: "try v2" });
    expect(failed).to.deep.include({ changed: true, reason: "new prices" });
    expect(failed?.gates.map(({ name, outcome }) => [name, outcome])).to.deep.include([
      "api health",
      "failed",
    ]);
    expect(first?.by?.name).to.be.a("string");
    expect(first?.services.api?.digest).to.match(/^sha256:/);
    expect(JSON.stringify(told)).not.to.contain("a secret that nobody needs");

    const table = await ask("history", "--stack", "prod", "--limit", "3");
    expect(table.stdout.split("\n")[0]).to.equal("knowngood/prod: v1 runs; no other release is known good");
    expect(table.stdout.trimEnd().split("\n")).to.have.length(5);
    const all = await ask("history", "--all-stacks", "--limit", "1");
    expect([all.exitCode, all.stdout.includes("knowngood/prod: v1 runs")]).to.deep.equal([0, true]);
    expect(all.stderr).to.contain("warning: other: ");
    const selected = await workspace.pulumi("stack", "--show-name");
    expect(selected.stdout.trim()).to.equal("other");
  });

  it("is told by logs, of one service or all, of a stopped container too, and followed until Ctrl-C", async () => {
    const all = await ask("logs", "--stack", "prod");
    expect(all.exitCode, all.stderr).to.equal(0);
    expect(all.stdout.split("\n").sort()).to.deep.equal([
      "",
      "api    | v1 says hello",
      "worker | worker works",
    ]);
    await workspace.docker("stop", "--time", "0", `${workspace.prefix}-prod-worker`);
    const stopped = await ask("logs", "worker", "--stack", "prod", "--tail", "1");
    expect([stopped.exitCode, stopped.stdout]).to.deep.equal([0, "worker | worker works\n"]);
    const followed = start(
      process.execPath,
      [knowngood, "logs", "api", "--stack", "prod", "--follow"],
      asPerson(),
    );
    await followed.saw(/api \| v1 says hello/);
    followed.kill("SIGINT");
    const { exitCode, signal } = await followed.ended;
    expect([exitCode, signal]).to.deep.equal([0, null]);
  });

  it("names the kept lines where a container is gone, and a service that is none", async () => {
    await workspace.docker("rm", "--force", `${workspace.prefix}-prod-worker`);
    const some = await ask("logs", "--stack", "prod", "--since", "1h");
    expect([some.exitCode, some.stdout]).to.deep.equal([0, "api | v1 says hello\n"]);
    expect(some.stderr).to.match(
      /There is no container of worker on the host\. Its last lines, kept before an `up`: \.knowngood\/evidence\/knowngood-prod\/[^/]+\/worker\.log/,
    );
    expect((await ask("logs", "worker", "--stack", "prod")).exitCode).to.equal(1);
    const wrong = await ask("logs", "wroker", "--stack", "prod");
    expect([wrong.exitCode, wrong.stderr.includes("did you mean worker?")]).to.deep.equal([2, true]);
  });
});
