import { expect } from "chai";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandFailureRecord, CommandReport } from "../../gates/commandReport";
import { onlyRecord } from "../gates/runner";
import { working } from "./images";
import { livesOf } from "./lives";
import { Workspace } from "./workspace";

const token = "the-smoke-test's-token";

describe("a stack's commands", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  /** What was told to commands since the last look, as `name direction from to`. */
  function toldSince(): string[] {
    const lines = readFileSync(join(workspace.folder, "told"), "utf8").trimEnd().split("\n");
    const news = lines.slice(seen);
    seen = lines.length;
    return news;
  }
  let seen = 0;
  /** Everything that a change of services runs, in order. */
  const all = (told: string) => ["before", "warm", "open", "smoke"].map((name) => `${name} ${told}`);
  /** The one record that there is; it is removed. */
  function takeRecord(): CommandFailureRecord {
    const folder = join(workspace.folder, ".knowngood", "knowngood-prod");
    const { record } = onlyRecord<CommandFailureRecord>(folder);
    rmSync(folder, { recursive: true });
    return record;
  }
  const tells = (name: string, then = "true") => [
    "sh",
    "-c",
    `echo ${name} $KNOWNGOOD_DIRECTION $KNOWNGOOD_STACK "$KNOWNGOOD_FROM" $KNOWNGOOD_TO >> told; ${then}`,
  ];

  async function up(exitCode = 0) {
    const ended = await workspace.up("prod");
    expect(ended.exitCode, ended.text).to.equal(exitCode);
    return ended;
  }

  it("judge and accompany every change of services, in each direction, and no other update", async () => {
    for (const tag of ["v1", "v2"])
      workspace.release(tag, { services: { worker: await working(workspace, "worker", tag) } });
    await workspace.stack("prod", {
      imageTag: "v1",
      services: { worker: { kind: "worker", health: { successes: 1 } } },
      hooks: {
        before: [{ name: "drain", command: tells("before", "test ! -e refuse") }],
        after: [
          { name: "warm", command: tells("warm") },
          { name: "open", command: tells("open") },
        ],
      },
      gates: {
        commands: {
          smoke: {
            command: tells("smoke", 'echo "asked with $TOKEN"; test $KNOWNGOOD_TO = v1'),
            secrets: { TOKEN: "smokeToken" },
          },
        },
      },
    });
    await workspace.secret("prod", "smokeToken", token);

    await up();
    expect(toldSince()).to.deep.equal(all("forward knowngood/prod  v1"));
    const { resources } = await workspace.state("prod");
    const gate = resources.find(({ type }) => type === "knowngood:index:CommandGate");
    const report = gate?.outputs?.report as CommandReport;
    expect(report).to.deep.include({ outcome: "passed", name: "smoke", output: ["asked with [secret]"] });
    const outputs = await workspace.outputs("prod");
    expect(outputs.commandGates).to.deep.equal({
      smoke: `passed at ${report.passedAt}, ${report.seconds} s`,
    });
    expect(outputs.knownGood).to.deep.equal([{ tag: "v1", passedAt: report.passedAt }]);

    const again = await up();
    expect(again.text)
      .to.match(/\d+ unchanged/)
      .and.not.to.match(/updated|replaced|created/);
    expect(toldSince()).to.deep.equal([]);

    const lives = await livesOf(workspace);
    writeFileSync(join(workspace.folder, "refuse"), "");
    await workspace.target("prod", "v2");
    const refused = await up(1);
    expect(toldSince()).to.deep.equal(["before forward knowngood/prod v1 v2"]);
    expect(refused.text).to.match(
      /Hook failed: drain, before the services of knowngood\/prod change: exit code 1/,
    );
    expect(refused.text).to.contain("No service was touched.");
    expect(refused.text).to.match(
      /pulumi config set breakGlass '\{"reason":"WHY","guards":\["hooks"\],"until":"[^"]+Z"\}' --stack prod/,
    );
    expect(await livesOf(workspace)).to.deep.equal(lives);
    expect(takeRecord().kind).to.equal("hook");

    rmSync(join(workspace.folder, "refuse"));
    const failed = await up(1);
    expect(toldSince()).to.deep.equal(all("forward knowngood/prod v1 v2"));
    expect(failed.text).to.match(
      /Command gate failed: smoke says no to v2 on knowngood\/prod: exit code 1, after/,
    );
    expect(failed.text).to.match(
      /Last known-good: v1\. To go back:\n\s*pulumi config set imageTag v1 --stack prod\n\s*pulumi up --stack prod/,
    );
    const record = takeRecord();
    expect(record).to.deep.include({
      kind: "command",
      outcome: "failed",
      release: "v2",
      direction: "forward",
      from: "v1",
      output: ["asked with [secret]"],
    });
    // Its health gate has passed, and that alone makes nothing known good.
    expect((await workspace.outputs("prod")).knownGood).to.deep.equal(outputs.knownGood);

    await workspace.target("prod", "v1");
    await up();
    expect(toldSince()).to.deep.equal(all("rollback knowngood/prod v2 v1"));
    await up();
    expect(toldSince()).to.deep.equal([]);

    const { "prod-worker": worker } = await workspace.containers();
    await workspace.docker("rm", "-f", worker?.Id ?? "");
    await up();
    expect(toldSince()).to.deep.equal(all("same knowngood/prod v1 v1"));

    // What is edited runs, and not for the rollback that came last.
    const edited = "another-token-of-the-smoke-test";
    await workspace.secret("prod", "smokeToken", edited);
    workspace.settings("prod", { hooks: { before: [{ name: "drain", command: tells("edited") }] } });
    await up();
    const same = "same knowngood/prod v1 v1";
    expect(toldSince().sort()).to.deep.equal([`edited ${same}`, `smoke ${same}`]);
    await up();
    expect(toldSince()).to.deep.equal([]);
    const removed = await workspace.pulumi("config", "rm", "--path", "hooks.before[0]", "--stack", "prod");
    expect(removed.exitCode, removed.text).to.equal(0);
    await up();
    expect(toldSince()).to.deep.equal([]);

    const everything = JSON.stringify([await workspace.state("prod"), record, failed.text, again.text]);
    expect(everything).not.to.contain(token).and.not.to.contain(edited);
  });
});
