import { expect } from "chai";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { locksInFiles } from "../../updates/locksInFiles";
import { run, start } from "./command";
import { locks } from "./endState";
import { answerOf, twoReleases } from "./twoReleases";
import { Workspace } from "./workspace";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");

describe("a rollback that is interrupted, and what its last line says to type", function () {
  // Eight commands of Pulumi: minutes on a busy machine.
  this.timeout(480_000);
  let workspace: Workspace;
  let port: number;
  before(async () => {
    workspace = new Workspace();
    // Each waits until a test lets it pass, so that it is under way when it is interrupted.
    const waiting = (file: string) => ({
      command: ["sh", "-c", `test -e '${join(workspace.folder, file)}' || exec tail -f /dev/null`],
    });
    port = await twoReleases(workspace, "prod", {
      database: false,
      settings: {
        hooks: { before: [{ name: "drain", ...waiting("drained") }] },
        gates: { health: { every: 1, successes: 1 }, commands: { smoke: waiting("smoked") } },
      },
    });
    allow("drained", "smoked");
    for (const tag of ["v1", "v2"]) {
      await workspace.target("prod", tag);
      const up = await workspace.up("prod");
      expect(up.exitCode, up.text).to.equal(0);
    }
  });
  after(() => workspace.dispose());

  const options = () => ({ cwd: workspace.folder, env: workspace.env });
  const allow = (...files: string[]) =>
    files.forEach((file) => writeFileSync(join(workspace.folder, file), ""));
  const hold = (file: string) => rmSync(join(workspace.folder, file));

  /** Interrupts the command as a terminal does, and types what it says then. */
  async function interruptedAt(
    at: RegExp,
    typed: string,
    { stopped, to, meanwhile }: { stopped: RegExp; to: string; meanwhile?: () => void },
  ): Promise<void> {
    const words = typed.split(" ");
    const moving = start(process.execPath, [command, ...words], { ...options(), detached: true });
    await moving.saw(at);
    meanwhile?.();
    process.kill(-moving.pid, "SIGINT");
    const ended = await moving.ended;
    expect(ended.exitCode, ended.text).to.equal(130);
    expect(ended.stderr).to.match(stopped);
    expect(locks(workspace)).to.deep.equal([]);
    expect((await workspace.state("prod")).pending).to.deep.equal([]);

    allow("drained", "smoked");
    const [, again = ""] = /To go on: npx knowngood (.*)\n$/.exec(ended.stderr) ?? [];
    const next = await run(process.execPath, [command, ...again.split(" ")], options());
    expect(next.exitCode, next.text).to.equal(0);
    expect(await answerOf(port)).to.equal(to);
    expect((await workspace.outputs("prod")).knownGood).to.have.nested.property("[0].tag", to);
  }

  it("goes back though it ended in a hook, before anything had changed", async () => {
    hold("drained");
    await interruptedAt(/prod: hooks before, after/, "rollback v1 --stack prod --yes", {
      stopped: /It stopped at hooks before \(.*\)/,
      to: "v1",
    });
  });

  it("goes on though services were changing", async () => {
    hold("smoked");
    await interruptedAt(/prod: services, after/, "deploy v2 --stack prod --retry again --yes", {
      stopped: /It stopped at [a-z ]+ \(.*\); what was under way has ended in order\./,
      to: "v2",
    });
  });

  it("goes back though it ended in a gate, whose update held the stack under its name", async () => {
    hold("smoked");
    await interruptedAt(/prod: other gates, after/, "rollback v1 --stack prod --yes", {
      stopped: /It stopped at other gates \(.*\); what was under way has ended in order\./,
      to: "v1",
      meanwhile: () => {
        const found = locksInFiles(workspace.env.PULUMI_BACKEND_URL, "knowngood/prod");
        expect(
          found.map(({ pid, text }) => [typeof pid, text.split("/").at(-1)?.split(":")[0]]),
        ).to.deep.equal(locks(workspace).map((name) => ["number", name]));
        expect(found).to.have.length(1);
      },
    });
  });
});
