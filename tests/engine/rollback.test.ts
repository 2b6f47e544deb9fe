import { expect } from "chai";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "./freePorts";
import { answering, servicePort, unhealthy, working } from "./images";
import { Workspace } from "./workspace";

describe("a stack by its image tag", function () {
  // Up to thirteen commands of Pulumi a test: minutes on a busy machine.
  this.timeout(480_000);
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

    const image = `${api1.repository}@${api1.digest}`;
    const removed = await workspace.docker("image", "rm", image);
    expect(removed.exitCode, removed.text).to.equal(0);
    expect((await workspace.preview("prod")).text).to.contain(
      `The way back to v1 has to be pulled first: the image of api in v1 is not on the host: docker pull ${image}`,
    );

    await workspace.target("prod", "v1");
    const preview = await workspace.preview("prod");
    expect(preview.text).to.contain("knowngood/prod: rollback from v2 to v1");
    expect(preview.text).to.contain("v2 is quarantined from then on, as the stack is rolled back from it");
    const back = await workspace.up("prod");
    expect(back.exitCode, back.text).to.equal(0);
    expect(await healthText()).to.equal("v1");
    const after = await workspace.containers();
    expect(after["prod-api"]?.Id).not.to.equal(before["prod-api"]?.Id);
    // The worker's image is the same in both releases: its container was never touched.
    expect(after["prod-worker"]?.Id).to.equal(before["prod-worker"]?.Id);

    // A checkout from before the rollback, on another machine: all that is left is the state.
    await workspace.target("prod", "v2");
    rmSync(join(workspace.folder, ".knowngood"), { recursive: true, force: true });
    const stale = await workspace.up("prod");
    expect(stale.exitCode).to.equal(1);
    expect(stale.text).to.match(
      /Refused; nothing was touched\.\n\s*v2 is quarantined: the stack was rolled back from it at 20\S+Z\. What mends it is a newer release\./,
    );
    expect(await healthText()).to.equal("v1");

    const [, typed = ""] = /pulumi config set retry '(.*)' --stack prod/.exec(stale.text) ?? [];
    const retry = await workspace.pulumi("config", "set", "retry", typed, "--stack", "prod");
    expect(retry.exitCode, retry.text).to.equal(0);
    const tried = await workspace.up("prod");
    expect(tried.exitCode, tried.text).to.equal(0);
    expect(await healthText()).to.equal("v2");
    expect((await workspace.up("prod")).text).to.match(/Resources:\n\s+\d+ unchanged\n/);

    await workspace.target("prod", "v1");
    const backAgain = await workspace.up("prod");
    expect(backAgain.exitCode, backAgain.text).to.equal(0);
    await workspace.target("prod", "v2");
    const spent = await workspace.preview("prod");
    expect(spent.exitCode).to.equal(1);
    expect(spent.text).to.contain("The reason in the setting retry has served for one try already: WHY");
  });

  it("fails when the gate does, names the way back, and runs the earlier release's gate again", async () => {
    const [port = 0] = await freePorts(1);
    workspace.release("v1", { services: { api: await answering(workspace, "api", "v1") } });
    const sick = await unhealthy(workspace, "api", "v2");
    workspace.release("v2", { services: { api: sick } });
    workspace.release("v2-again", { services: { api: sick } });
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

    expect((await workspace.preview("prod")).text).to.match(
      /v2 is quarantined: its gates failed at 20\S+Z\. It runs already, so this is a warning only\./,
    );
    await workspace.target("prod", "v2-again");
    const renamed = await workspace.preview("prod");
    expect(renamed.exitCode).to.equal(1);
    expect(renamed.text).to.contain(
      "v2-again is quarantined: it has exactly the images of v2, whose gates failed at ",
    );

    await workspace.target("prod", "v1");
    const back = await workspace.up("prod");
    expect(back.exitCode, back.text).to.equal(0);
    expect(back.text).to.contain("knowngood/prod: rollback from v2 to v1");
    const passedAgain = (await workspace.outputs("prod")).knownGood as { tag: string; passedAt: string }[];
    expect(passedAgain.map(({ tag }) => tag)).to.deep.equal(["v1"]);
    expect(passedAgain[0]?.passedAt).not.to.equal(passedFirst[0]?.passedAt);
  });
});
