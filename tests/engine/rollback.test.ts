import { expect } from "chai";
import { freePorts } from "./freePorts";
import { answering, servicePort, unhealthy, working } from "./images";
import { Workspace } from "./workspace";

describe("a stack by its image tag", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  it("goes forward, changes nothing the second time, and goes back by the tag alone", async () => {
    const [port = 0] = await freePorts(1);
    const [api1, api2, worker] = await Promise.all([
      answering(workspace, "api", "v1"),
      answering(workspace, "api", "v2"),
      working(workspace, "worker", "v1"),
    ]);
    workspace.release("v1", { services: { api: api1, worker } });
    workspace.release("v2", { services: { api: api2, worker } });
    await workspace.stack("prod", {
      imageTag: "v1",
      services: {
        api: { ports: [{ container: servicePort, host: port }], health: { path: "/health" } },
        worker: { kind: "worker" },
      },
    });
    const healthText = async () => (await fetch(`http://127.0.0.1:${port}/health`)).text();

    const first = await workspace.up("prod");
    expect(first.exitCode, first.text).to.equal(0);
    expect(await healthText()).to.equal("v1");
    const before = await workspace.containers();
    expect(before["prod-api"]?.Config.Image).to.equal(`${api1.repository}@${api1.digest}`);

    const again = await workspace.up("prod");
    expect(again.text).to.match(/Resources:\n\s+\d+ unchanged\n/);

    await workspace.target("prod", "v2");
    const forward = await workspace.up("prod");
    expect(forward.exitCode, forward.text).to.equal(0);
    expect(await healthText()).to.equal("v2");

    await workspace.target("prod", "v1");
    const preview = await workspace.preview("prod");
    expect(preview.text).to.contain("knowngood/prod: rollback from v2 to v1");
    const back = await workspace.up("prod");
    expect(back.exitCode, back.text).to.equal(0);
    expect(await healthText()).to.equal("v1");
    const after = await workspace.containers();
    expect(after["prod-api"]?.Id).not.to.equal(before["prod-api"]?.Id);
    // The worker's image is the same in both releases: its container was never touched.
    expect(after["prod-worker"]?.Id).to.equal(before["prod-worker"]?.Id);
  });

  it("fails when the gate does, names the way back, and runs the earlier release's gate again", async () => {
    const [port = 0] = await freePorts(1);
    workspace.release("v1", { services: { api: await answering(workspace, "api", "v1") } });
    workspace.release("v2", { services: { api: await unhealthy(workspace, "api", "v2") } });
    await workspace.stack("prod", {
      imageTag: "v1",
      services: {
        api: { ports: [{ container: servicePort, host: port }], health: { path: "/health", within: 2 } },
      },
    });
    expect((await workspace.up("prod")).exitCode).to.equal(0);
    const passedFirst = (await workspace.outputs("prod")).knownGood as { tag: string; passedAt: string }[];

    await workspace.target("prod", "v2");
    const bad = await workspace.up("prod");
    expect(bad.exitCode).not.to.equal(0);
    expect(bad.text).to.contain("Health gate failed: api v2");
    expect(bad.text).to.contain("Last known-good: v1");
    expect(bad.text).to.contain("pulumi config set imageTag v1 --stack prod");

    await workspace.target("prod", "v1");
    const back = await workspace.up("prod");
    expect(back.exitCode, back.text).to.equal(0);
    expect(back.text).to.contain("knowngood/prod: rollback from v2 to v1");
    const passedAgain = (await workspace.outputs("prod")).knownGood as { tag: string; passedAt: string }[];
    expect(passedAgain.map(({ tag }) => tag)).to.deep.equal(["v1"]);
    expect(passedAgain[0]?.passedAt).not.to.equal(passedFirst[0]?.passedAt);
  });
});
