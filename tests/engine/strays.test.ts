import { expect } from "chai";
import { labels } from "../../history/running";
import { reclaimType } from "../../components/reclaim";
import { start } from "./command";
import { databaseExists, lines, namesOf } from "./endState";
import { endSurvivors, processTree } from "./processTree";
import { answerOf, buildImages, twoReleases } from "./twoReleases";
import { Workspace } from "./workspace";

describe("what the engine has under a stack's names", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  /** Kills the CLI the moment the engine tells that something of this name was created. */
  async function killedAtCreation(kind: "container" | "network", name: string): Promise<void> {
    const words = [
      "events",
      "--filter",
      `type=${kind}`,
      "--filter",
      "event=create",
      "--format",
      "{{.Actor.Attributes.name}}",
    ];
    const events = start("docker", words, { env: workspace.env });
    const up = workspace.startPulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    await events.saw(new RegExp(`^${name}$`, "m"));
    const tree = processTree(up.pid);
    up.kill("SIGKILL");
    events.kill("SIGKILL");
    expect((await up.ended).signal).to.equal("SIGKILL");
    await events.ended;
    await endSurvivors(tree);
  }

  async function cancel(): Promise<void> {
    const cancelled = await workspace.pulumi("cancel", "prod", "--yes");
    expect(cancelled.exitCode, cancelled.text).to.equal(0);
  }

  const holds = async (id: string | undefined) =>
    (await workspace.state("prod")).resources.some((resource) => resource.id === id);

  it("its own, made by an up that was killed before it could write that down, is told and reclaimed", async () => {
    const port = await twoReleases(workspace, "prod");
    const network = `${workspace.prefix}-prod`;
    await killedAtCreation("network", network);
    await cancel();
    expect(await namesOf(workspace, "network")).to.deep.equal(["prod"]);

    await killedAtCreation("container", `${network}-api`);
    await cancel();
    const stray = (await workspace.containers())["prod-api"];
    expect(stray?.Config.Labels[labels.stack]).to.equal("knowngood/prod");
    expect(await holds(stray?.Id)).to.equal(false);
    expect((await workspace.state("prod")).pending.map(({ operation }) => operation)).to.include("creating");

    const preview = await workspace.preview("prod");
    expect(preview.text).to.contain(`${network}-api (${stray?.Id.slice(0, 12)}) is of this stack`);
    expect((await workspace.containers())["prod-api"]?.Id).to.equal(stray?.Id);
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).to.equal(0);
    const containers = await workspace.containers();
    expect(Object.keys(containers).sort()).to.deep.equal(["prod-api", "prod-worker"]);
    expect(containers["prod-api"]?.Id).not.to.equal(stray?.Id);
    expect(await holds(containers["prod-api"]?.Id)).to.equal(true);
    expect((await workspace.state("prod")).resources.map(({ type }) => type)).to.include(reclaimType);
    expect(await answerOf(port)).to.equal("v1");

    const again = await workspace.up("prod");
    expect(again.text).to.match(/Resources:\n\s+\d+ unchanged\n/);
    expect((await workspace.containers())["prod-api"]?.Id).to.equal(containers["prod-api"]?.Id);
  });

  it("somebody else's is left alone: preview and up say whose name is taken, before anything is touched", async () => {
    const images = await buildImages(workspace);
    const port = await twoReleases(workspace, "prod", { images });
    const name = (service: string) => `${workspace.prefix}-prod-${service}`;
    const image = `${images.worker.repository}@${images.worker.digest}`;
    await workspace.docker("create", "--name", name("api"), image);
    await workspace.docker("create", "--name", name("worker"), "--label", `${labels.stack}=shop/test`, image);
    await workspace.docker("network", "create", `${workspace.prefix}-prod`);
    const before = await workspace.containers();

    for (const ended of [await workspace.preview("prod"), await workspace.up("prod")]) {
      expect(ended.exitCode, ended.text).not.to.equal(0);
      expect(ended.text).to.contain("Refused; nothing was touched.");
      expect(ended.text).to.contain(
        `The name ${name("api")} is taken by a container (${before["prod-api"]?.Id.slice(0, 12)}) that is left alone: this stack did not make it`,
      );
      expect(ended.text).to.contain(`docker rename ${name("api")} OTHER`);
      expect(ended.text).to.contain(`it is labelled as of the stack shop/test`);
      expect(ended.text).to.contain(`The name ${workspace.prefix}-prod is taken by a network`);
    }
    expect(await workspace.containers()).to.deep.equal(before);
    expect(await databaseExists(workspace)).to.equal(false);

    await workspace.docker("rm", name("api"), name("worker"));
    await workspace.docker("network", "rm", `${workspace.prefix}-prod`);
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).to.equal(0);

    // The same in a stack that runs: one of its own was moved away, and another container has its name.
    await workspace.docker("rm", "--force", name("worker"));
    await workspace.docker("create", "--name", name("worker"), image);
    const [own, foreign] = await ids(["prod-api", "prod-worker"]);
    await workspace.target("prod", "v2");
    const refused = await workspace.up("prod");
    expect(refused.exitCode, refused.text).not.to.equal(0);
    expect(refused.text).to.contain(`The name ${name("worker")} is taken by a container`);
    expect(await ids(["prod-api", "prod-worker"])).to.deep.equal([own, foreign]);
    expect(await answerOf(port)).to.equal("v1");
    const destroyed = await workspace.pulumi("destroy", "--yes", "--skip-preview", "--stack", "prod");
    expect(destroyed.exitCode, destroyed.text).to.equal(0);
    expect(
      lines(
        (await workspace.docker("ps", "-aq", "--no-trunc", "--filter", `name=${workspace.prefix}`)).stdout,
      ),
    ).to.deep.equal([foreign]);
  });

  it("its own label without a trace in the state is another state's of the same name, and left alone", async () => {
    const images = await buildImages(workspace);
    await twoReleases(workspace, "prod", { images, database: false });
    const name = `${workspace.prefix}-prod-api`;
    const label = `${labels.stack}=knowngood/prod`;
    await workspace.docker(
      "create",
      "--name",
      name,
      "--label",
      label,
      `${images.worker.repository}@${images.worker.digest}`,
    );
    const [id] = await ids(["prod-api"]);
    const refused = await workspace.preview("prod");
    expect(refused.exitCode, refused.text).not.to.equal(0);
    expect(refused.text).to.contain(
      "it is labelled as of the stack knowngood/prod, and this stack's state knows nothing of it",
    );
    expect(await ids(["prod-api"])).to.deep.equal([id]);
  });

  async function ids(names: readonly string[]): Promise<(string | undefined)[]> {
    const containers = await workspace.containers();
    return names.map((name) => containers[name]?.Id);
  }
});
