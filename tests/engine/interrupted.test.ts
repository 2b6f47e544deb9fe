import { expect } from "chai";
import { start } from "./command";
import { databaseState, locks } from "./endState";
import { answering, unhealthy } from "./images";
import { endSurvivors, processTree, stillRunning } from "./processTree";
import { answerOf, buildImages, migrations, twoReleases } from "./twoReleases";
import { Workspace } from "./workspace";

describe("an up that is interrupted by Ctrl-C", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  /**
   * Starts an `up` as a terminal does, in a process group of its own, and interrupts the whole group once the output
   * says what it is waited for.
   * @returns seconds from the interrupt to the end
   */
  async function interruptedUp(stack: string, at: RegExp): Promise<{ seconds: number; text: string }> {
    const args = ["up", "--yes", "--skip-preview", "--stack", stack, "--non-interactive", "--color", "never"];
    const up = start("pulumi", args, { cwd: workspace.folder, env: workspace.env, detached: true });
    const tree = await up.saw(at).then(() => processTree(up.pid));
    try {
      const before = Date.now();
      process.kill(-up.pid, "SIGINT");
      const { exitCode, text } = await up.ended;
      expect(exitCode, text).not.to.equal(0);
      expect(await stillRunning(tree, 3)).to.deep.equal([]);
      return { seconds: (Date.now() - before) / 1000, text };
    } finally {
      await endSurvivors(tree);
    }
  }

  async function expectNothingPending(stack: string): Promise<void> {
    expect(locks(workspace)).to.deep.equal([]);
    expect((await workspace.state(stack)).pending).to.deep.equal([]);
  }

  it("ends at once while a gate waits, and the next up converges", async () => {
    const images = await buildImages(workspace);
    const sick = await unhealthy(workspace, "api", "sick");
    const port = await twoReleases(workspace, "prod", { images: { ...images, api1: sick } });
    // The first release's gate waits for its whole time; nobody is to wait with it.
    const { seconds } = await interruptedUp("prod", /release-api-health-check creating/);
    expect(seconds).to.be.below(6);
    await expectNothingPending("prod");
    const stopped = await workspace.containers();
    expect(Object.keys(stopped).sort()).to.deep.equal(["prod-api", "prod-worker"]);

    workspace.release("v3", {
      services: { api: await answering(workspace, "api", "v3"), worker: images.worker },
      migrations: [migrations.first, migrations.second],
    });
    await workspace.target("prod", "v3");
    const next = await workspace.up("prod");
    expect(next.exitCode, next.text).to.equal(0);
    expect(await answerOf(port)).to.equal("v3");
    expect((await workspace.containers())["prod-worker"]?.Id).to.equal(stopped["prod-worker"]?.Id);
  });

  it("ends at once while a migration runs, leaves services and schema as they were, and the next up converges", async () => {
    const port = await twoReleases(workspace, "prod", { slow: { second: 4 } });
    const first = await workspace.up("prod");
    expect(first.exitCode, first.text).to.equal(0);
    const [services, schema] = [await workspace.containers(), await databaseState(workspace)];

    await workspace.target("prod", "v2");
    const { seconds } = await interruptedUp("prod", /release-database-schema updating/);
    expect(seconds).to.be.below(6);
    await expectNothingPending("prod");
    const after = await workspace.containers();
    for (const name of ["prod-api", "prod-worker"]) {
      expect(after[name]?.Id).to.equal(services[name]?.Id);
      expect(after[name]?.State).to.deep.equal(services[name]?.State);
    }
    expect(await databaseState(workspace)).to.deep.equal(schema);
    expect(await answerOf(port)).to.equal("v1");

    const next = await workspace.up("prod");
    expect(next.exitCode, next.text).to.equal(0);
    expect(await answerOf(port)).to.equal("v2");
    expect(await databaseState(workspace)).to.deep.include({
      versions: [migrations.first.version, migrations.second.version],
      orders: [1, 2],
    });
  });
});
