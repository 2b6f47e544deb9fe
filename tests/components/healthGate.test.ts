import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { HealthGate, type HealthGateArgs } from "../../components/healthGate";
import { Network } from "../../components/network";
import { ownCommand, quoted } from "../../components/ownCommand";
import { Reclaim } from "../../components/reclaim";
import { goodAnswers, types, World } from "./world";

const loader = "exec node --require ./toolchain/loadTypescript.cjs";
const gate: HealthGateArgs = {
  stack: "shop/prod",
  service: "api",
  release: "v2",
  digest: "sha256:aa",
  records: ".knowngood",
  containerId: "c1",
  probe: { kind: "state" },
  within: 120,
  every: 10,
  successes: 3,
  timeout: 5,
};

describe("HealthGate", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));

  it("runs the check with its request on standard input, again with each container", async () => {
    await world.declare(() => new HealthGate("shop-api-health", gate));
    const check = world.one(types.command, "shop-api-health-check");
    expect(check.inputs).to.deep.include({
      create: `${loader} ./gates/run.ts health`,
      triggers: ["c1"],
      logging: "none",
    });
    expect(check.inputs).to.have.all.keys("create", "stdin", "triggers", "logging");
    expect(JSON.parse(String(check.inputs.stdin))).to.deep.equal({
      stack: "shop/prod",
      service: "api",
      release: "v2",
      digest: "sha256:aa",
      records: ".knowngood",
      within: 120,
      every: 10,
      successes: 3,
      timeout: 5,
      container: { id: "c1" },
      probe: { kind: "state" },
      redact: [],
    });
    expect(check.secretInputs).to.deep.equal([]);
    expect(check.parent).to.equal(world.one("knowngood:index:HealthGate", "shop-api-health").urn);
  });

  it("names the engine, runs on other containers too, and waits for what it is told", async () => {
    await world.declare(() => {
      const other = new Reclaim("other", { strays: [] });
      return new HealthGate("shop-api-health", {
        ...gate,
        engine: "ssh://host",
        rerunOn: ["c1", "c2"],
        runAfter: [other.removal],
      });
    });
    const check = world.one(types.command, "shop-api-health-check");
    expect(JSON.parse(String(check.inputs.stdin))).to.deep.include({
      container: { id: "c1", engine: "ssh://host" },
    });
    expect(check.inputs.triggers).to.deep.equal(["c1", "c2"]);
    expect(check.dependencies).to.include(world.one(types.command, "other-removal").urn);
  });

  it("keeps its request secret when a header or a redacted value is, and its report in clear", async () => {
    const declared = await world.declare(
      () => new HealthGate("shop-api-health", { ...gate, redact: [pulumi.secret("hunter2")] }),
    );
    const check = world.one(types.command, "shop-api-health-check");
    expect(check.secretInputs).to.deep.equal(["stdin"]);
    expect(String(check.inputs.stdin)).to.contain('"redact":["hunter2"]');
    expect(await pulumi.isSecret(declared.report)).to.equal(false);
  });

  it("registers its report once", async () => {
    await world.declare(() => new HealthGate("shop-api-health", gate));
    const component = world.one("knowngood:index:HealthGate", "shop-api-health");
    expect(component.outputsRegistered).to.equal(1);
    expect(component.outputs).to.deep.equal({
      report: { outcome: "passed", passedAt: "2026-03-01T09:00:00.000Z" },
    });
  });
});

describe("Reclaim", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));
  const removal = () => world.one(types.command, "shop-reclaim-removal");

  it("removes each stray by its id, once", async () => {
    const strays = [
      { id: "c1", name: "shop-api" },
      { id: "c2", name: "shop-web" },
    ];
    await world.declare(() => new Reclaim("shop-reclaim", { strays, engine: "ssh://host" }));
    expect(removal().inputs).to.deep.equal({
      create: "docker rm --force c1 c2",
      triggers: ["c1", "c2"],
      environment: { DOCKER_HOST: "ssh://host" },
      logging: "none",
    });
    expect(removal().ignoreChanges).to.deep.equal([]);
    const component = world.one("knowngood:index:Reclaim", "shop-reclaim");
    expect(removal().parent).to.equal(component.urn);
    expect([component.outputs, component.outputsRegistered]).to.deep.equal([{}, 1]);
  });

  it("gives what was made by hand its own time to end", async () => {
    const byHand = { service: "web", digests: [], release: undefined, since: "" };
    const strays = [
      { id: "c1", name: "shop-api" },
      { id: "c2", name: "shop-web", byHand },
    ];
    await world.declare(() => new Reclaim("shop-reclaim", { strays }));
    expect(removal().inputs.create).to.equal("docker stop c2; docker rm --force c1 c2");
  });

  it("stays as it was when there are none", async () => {
    await world.declare(() => new Reclaim("shop-reclaim", { strays: [] }));
    expect(removal().inputs).to.deep.equal({ create: "true", triggers: [], logging: "none" });
    expect(removal().ignoreChanges).to.deep.equal(["create", "triggers", "environment"]);
  });
});

describe("Network", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));
  const creation = () => world.one(types.command, "shop-network-creation");

  it("is made with the stack's label, and made anew with its next generation", async () => {
    await world.declare(() => new Network("shop-network", { name: "shop-prod", stack: "shop/prod" }));
    expect(creation().inputs.create).to.equal(
      "docker network inspect shop-prod >/dev/null 2>&1 || " +
        "docker network create --label knowngood.stack=shop/prod shop-prod >/dev/null",
    );
    expect(String(creation().inputs.delete)).to.contain("--filter label=knowngood.stack=shop/prod");
    expect(creation().inputs).to.deep.include({ triggers: [0, "shop-prod", ""], logging: "none" });
    expect(creation().inputs).not.to.have.property("environment");
    expect([creation().deleteBeforeReplace, creation().retainOnDelete]).to.deep.equal([true, false]);
    const component = world.one("knowngood:index:Network", "shop-network");
    expect(creation().parent).to.equal(component.urn);
    expect([component.outputs, component.outputsRegistered]).to.deep.equal([{ name: "shop-prod" }, 1]);
  });

  it("is made on the engine that is named", async () => {
    await world.declare(
      () => new Network("shop-network", { name: "n", stack: "s", generation: 2, engine: "unix:///x" }),
    );
    expect(creation().inputs).to.deep.include({
      triggers: [2, "n", "unix:///x"],
      environment: { DOCKER_HOST: "unix:///x" },
    });
  });
});

describe("a command of the package", () => {
  it("is one process on a path from the program's folder, so that no state holds a machine's paths", () => {
    expect(ownCommand("gates/run.ts", "health")).to.equal(`${loader} ./gates/run.ts health`);
  });

  it("takes words as they are, whatever a shell would make of them", () => {
    expect(quoted("a-b_c@d%e+f=g:h,i./j")).to.equal("a-b_c@d%e+f=g:h,i./j");
    expect(quoted("it's $HOME")).to.equal("'it'\\''s $HOME'");
    expect(quoted("")).to.equal("''");
    expect(quoted("a\nb")).to.equal("'a\nb'");
    expect(quoted("a\n")).to.equal("'a\n'");
  });
});
