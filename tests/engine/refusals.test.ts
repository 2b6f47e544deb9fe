import { expect } from "chai";
import { createHash } from "node:crypto";
import type { ReleasedImage } from "../../catalog/build";
import { freePorts } from "./freePorts";
import { startGitHub } from "../github/github";
import { startHalfRegistry, type HalfRegistry } from "./halfRegistry";
import { answering, servicePort, working } from "./images";
import { livesOf } from "./lives";
import { Workspace } from "./workspace";

/** What a stack trace looks like. */
const trace = /^\s+at .+:\d+/m;

describe("an up that can't be carried out", function () {
  // Up to eight commands of Pulumi a test: minutes on a busy machine.
  this.timeout(480_000);
  let workspace: Workspace;
  /** Has the manifest of an image of v3, and nothing else of it. */
  let broken: HalfRegistry | undefined;
  let running: Record<string, string>;
  let services: Record<string, object>;
  let api2: ReleasedImage;
  let worker1: ReleasedImage;
  const nowhere = `sha256:${createHash("sha256").update("never pushed").digest("hex")}`;

  before(async () => {
    workspace = new Workspace();
    broken = await startHalfRegistry(workspace.machine.registry);
    const [port = 0] = await freePorts(1);
    const [api1, api3, worker3] = await Promise.all([
      answering(workspace, "api", "v1"),
      answering(workspace, "api", "v3"),
      // Of no other test: what is on the engine already needs nothing of a registry but its manifest.
      working(workspace, "worker", "v3-half"),
    ]);
    [api2, worker1] = await Promise.all([
      answering(workspace, "api", "v2"),
      working(workspace, "worker", "v1"),
    ]);
    workspace.release("v1", { services: { api: api1, worker: worker1 } });
    workspace.release("v2-api-only", { services: { api: api2 } });
    workspace.release("v2-lost", {
      services: { api: api2, worker: { repository: worker1.repository, digest: nowhere } },
    });
    const path = worker3.repository.slice(worker3.repository.indexOf("/"));
    workspace.release("v3", {
      services: { api: api3, worker: { repository: `${broken.address}${path}`, digest: worker3.digest } },
    });
    services = {
      api: {
        ports: [{ container: servicePort, host: port }],
        health: { path: "/health", within: 30 },
      },
      worker: { kind: "worker", health: { within: 30 } },
    };
    await workspace.stack("prod", { imageTag: "v1", services });
    const first = await workspace.up("prod");
    expect(first.exitCode, first.text).to.equal(0);
    running = await livesOf(workspace);
    expect(Object.keys(running).sort()).to.deep.equal(["prod-api", "prod-worker"]);
  });
  after(async () => {
    await broken?.stop();
    await workspace.dispose();
  });
  afterEach(async () => {
    workspace.settings("prod", { imageTag: "v1", services, gates: {} });
    expect(await livesOf(workspace)).to.deep.equal(running);
  });

  it("names the nearest tags where the catalog does not have the one that is set", async () => {
    const resources = async () =>
      (await workspace.state("prod")).resources.map(({ urn, id }) => `${urn} ${id}`).sort();
    const state = await resources();
    await workspace.target("prod", "v2-lots");
    for (const ended of [await workspace.preview("prod"), await workspace.up("prod")]) {
      expect(ended.exitCode).to.equal(1);
      expect(ended.text).to.contain(
        "The release v2-lots is not in the catalog, so nothing was touched (1 problem):\n" +
          "      Pulumi.prod.yaml: knowngood:imageTag\n" +
          '        found "v2-lots"; name a release of the catalog, such as v2-lost, v1, v3; ' +
          "all: npx knowngood release list; to add this one: npx knowngood release add v2-lots --help",
      );
      expect(ended.text).not.to.match(trace);
    }
    expect(await resources()).to.deep.equal(state);
  });

  it("tells everything that is wrong with the settings at once, without a stack trace", async () => {
    workspace.settings("prod", {
      services: {
        api: { ports: [{ container: 0, host: 80 }], health: { path: "health" }, restart: "sometimes" },
        worker: { kind: "worker", env: { LEVEL: 3 }, memory: 64 },
      },
      gates: { health: { within: 0 } },
    });
    const refused = await workspace.up("prod");
    expect(refused.exitCode).to.equal(1);
    expect(refused.text).to.match(/The settings of stack prod can't be used \(6 problems\):/);
    for (const where of [
      "services.api.ports[0].container",
      "services.api.health.path",
      "services.api.restart",
      "services.worker.env.LEVEL",
      "services.worker.memory",
      "gates.health.within",
    ])
      expect(refused.text).to.contain(`Pulumi.prod.yaml: knowngood:${where}\n`);
    expect(refused.text).to.contain("found 0; write a port from 1 to 65535");
    expect(refused.text).to.contain("found 64; no such setting: remove it, or ");
    expect(refused.text).not.to.match(trace);
  });

  it("says what holds the stack, after the whole assessment, also where nothing would change", async () => {
    const hold = "whether the orders are restored is being decided";
    const set = await workspace.pulumi("config", "set", "hold", hold, "--stack", "prod");
    expect(set.exitCode, set.text).to.equal(0);
    for (const held of [await workspace.preview("prod"), await workspace.up("prod")]) {
      expect(held.exitCode).to.equal(1);
      expect(held.text).to.match(
        /knowngood\/prod: v1 stays\n[^]* v1 is known good[^]*Refused; nothing was touched\./,
      );
      expect(held.text).to.contain(`The stack is on hold, so nothing is deployed in any direction: ${hold}`);
      expect(held.text).not.to.match(trace);
    }
    const lift = /pulumi (config rm hold --stack prod)/.exec((await workspace.up("prod")).text)?.[1] ?? "";
    expect((await workspace.pulumi(...lift.split(" "))).exitCode).to.equal(0);
    const lifted = await workspace.up("prod");
    expect(lifted.exitCode, lifted.text).to.equal(0);
  });

  it("goes forward to no release that CI did not let pass, by the catalog's word or by GitHub's", async () => {
    const github = await startGitHub();
    try {
      const images = { api: api2, worker: worker1 };
      workspace.release("red", {
        services: images,
        ci: { verdict: "failed", url: "https://ci.example/17" },
      });
      workspace.release("asked", { services: images, commit: github.commit });
      workspace.settings("prod", {
        imageTag: "asked",
        guards: {
          ci: { repository: "acme/shop", api: github.url, token: "githubToken", names: ["build"] },
          disk: { limit: 100 },
        },
      });
      await workspace.secret("prod", "githubToken", github.token);

      await github.run("build");
      const pending = await workspace.preview("prod");
      expect(pending.exitCode).to.equal(1);
      expect(pending.text).to.contain("CI is still pending for asked: build has not ended (http");
      await github.run("build", "failure");
      const refused = await workspace.up("prod");
      expect(refused.exitCode).to.equal(1);
      expect(refused.text).to.contain("CI did not pass for asked: build did not pass (http");
      await github.run("build", "success");
      const passed = await workspace.preview("prod");
      expect(passed.exitCode, passed.text).to.equal(0);
      expect(passed.text).not.to.contain("whether CI passed");
      for (const { text } of [pending, refused, passed]) expect(text).not.to.contain(github.token);
    } finally {
      await github.close();
    }
    const unknown = await workspace.preview("prod");
    expect(unknown.exitCode, unknown.text).to.equal(0);
    expect(unknown.text).to.match(
      /warning: Unconfirmed: whether CI passed for asked: the catalog does not say whether asked passed, and http\S+ does not tell of acme\/shop@/,
    );
    await workspace.target("prod", "red");
    const red = await workspace.up("prod");
    expect(red.exitCode).to.equal(1);
    expect(red.text).to.contain(
      "CI did not pass for red: the catalog says that red did not pass, and the catalog names no commit of it to ask GitHub for " +
        "(https://ci.example/17).",
    );
    workspace.settings("prod", { guards: { disk: { limit: 100 } } });
  });

  it("says which service the release has no image for, and which image is nowhere to be had", async () => {
    await workspace.target("prod", "v2-api-only");
    const without = await workspace.up("prod");
    expect(without.exitCode).to.equal(1);
    expect(without.text).to.contain("Refused; nothing was touched.");
    expect(without.text).to.contain(
      "Release v2-api-only has no image for the service worker; it has api. " +
        "Choose a release that has one, or remove worker from the settings.",
    );
    expect(without.text).not.to.match(trace);

    await workspace.target("prod", "v2-lost");
    const lost = await workspace.up("prod");
    expect(lost.exitCode).to.equal(1);
    expect(lost.text).to.contain(
      "The image of worker is nowhere to be had, neither on the host nor in the registry: " +
        `${workspace.machine.registry}/${workspace.prefix}/worker@${nowhere}. ` +
        "Push it again, or choose another release.",
    );
    expect(lost.text).not.to.match(trace);
  });

  it("stops no container before every image is pulled, and goes back to what still runs", async () => {
    await workspace.target("prod", "v3");
    const half = await workspace.up("prod");
    expect(half.exitCode).to.equal(1);
    expect(half.text).to.contain("release-worker-image");
    // The other image was there to be pulled, so its container would have been replaced.
    expect(half.text).not.to.match(/release-api-container (creat|delet|replac)/);
    expect(await livesOf(workspace)).to.deep.equal(running);

    await workspace.target("prod", "v1");
    const back = await workspace.up("prod");
    expect(back.exitCode, back.text).to.equal(0);
  });
});
