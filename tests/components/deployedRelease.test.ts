import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { AssessedRelease } from "../../components/assessedRelease";
import { CommandGate } from "../../components/commandGate";
import { DeployedRelease, type DeployedReleaseArgs } from "../../components/deployedRelease";
import { ErrorRateGate } from "../../components/errorRateGate";
import { HealthGate } from "../../components/healthGate";
import { emptyState } from "../../history/stackState";
import { readAssessmentSettings } from "../../settings/readSettings";
import { configuration } from "../settings/stack";
import { assessment, digest } from "./declaredRelease";
import { goodAnswers, types, World } from "./world";

const settings = readAssessmentSettings(configuration({ imageTag: "v2" }));
const release = new AssessedRelease({
  ...{ stack: "prod", label: "shop/prod", services: ["api", "worker"], settings, assessment },
  evidence: { state: emptyState },
});
const runs = { api: "a1", worker: "w1" };
const gate = (passedAt: string) => ({ report: pulumi.output({ passedAt }) });
const gates = [gate("2026-02-02T00:00:00.000Z"), gate("2026-02-03T00:00:00.000Z")];

describe("a release that the user's own program deployed", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));
  const declare = (args: Partial<DeployedReleaseArgs>) =>
    world.declare(() => new DeployedRelease("release", { release, runs, gates, ...args }));

  it("is remembered: what each service runs, and as known good since its last gate passed", async () => {
    await declare({});
    const component = world.one("knowngood:index:DeployedRelease", "release");
    expect(component.outputs).to.deep.equal({
      knownGood: [
        { tag: "v2", passedAt: "2026-02-03T00:00:00.000Z" },
        { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
      ],
    });
    const api = world.one("knowngood:index:DeployedService", "release-api");
    expect(api.outputs).to.deep.equal({ service: "api", release: "v2", digest: digest("b"), instance: "a1" });
    const quarantine = world.one("knowngood:index:Quarantine", "release-quarantine");
    expect(quarantine.outputs).to.deep.equal({ memory: { bad: [] } });
    for (const child of [api, quarantine]) expect(child.parent).to.equal(component.urn);
    expect([component, api, quarantine].map(({ outputsRegistered }) => outputsRegistered)).to.deep.equal([
      1, 1, 1,
    ]);
  });

  it("is told everything that is wrong with its arguments at once", () => {
    expect(
      () => new DeployedRelease("release", { release, runs: { api: "a1", web: "x" }, gates: [] }),
    ).to.throw(
      pulumi.ResourceError,
      "release: write in runs what worker runs as; " +
        "web in runs was not assessed: name it in the services of assessRelease; " +
        "name at least one gate: a release that nothing has checked is not known good",
    );
  });

  it("tells its gates what they check, and how to go back", async () => {
    await world.declare(() => {
      new HealthGate("api-health", {
        ...release.healthGate("api"),
        probe: { kind: "tcp", host: "shop.example", port: 80 },
        rerunOn: ["generation 3"],
      });
      new CommandGate("smoke", { ...release.commandGate("smoke"), command: ["true"], rerunOn: ["a1"] });
      new ErrorRateGate("errors", {
        ...release.errorRateGate("errors", 0.02),
        access: { url: "http://prometheus.example", headers: {}, timeout: 10 },
        queries: { ratio: "r[$window]" },
        rerunOn: ["a1"],
      });
    });
    const commands = ["pulumi config set imageTag v1 --stack prod", "pulumi up --stack prod"];
    const health = world.one(types.command, "api-health-check");
    expect(health.inputs.triggers).to.deep.equal(["generation 3"]);
    expect(JSON.parse(String(health.inputs.stdin))).to.deep.equal({
      ...{ stack: "shop/prod", service: "api", release: "v2", digest: digest("b"), records: ".knowngood" },
      goBack: { tag: "v1", commands },
      probe: { kind: "tcp", host: "shop.example", port: 80 },
      redact: [],
    });
    const smoke = world.one(types.command, "smoke-check");
    expect(smoke.inputs.environment).to.deep.equal({
      ...{ KNOWNGOOD_DIRECTION: "forward", KNOWNGOOD_STACK: "shop/prod" },
      ...{ KNOWNGOOD_FROM: "v1", KNOWNGOOD_TO: "v2" },
      KNOWNGOOD_ON_FAILURE: JSON.stringify({ records: ".knowngood", goBack: { tag: "v1", commands } }),
    });
    expect(JSON.parse(String(smoke.inputs.stdin))).to.deep.equal({
      ...{ role: "gate", name: "smoke", command: ["true"], within: 300, errorCodes: [], env: {}, redact: [] },
    });
    const errors = JSON.parse(String(world.one(types.command, "errors-watch").inputs.stdin)) as object;
    expect(errors).to.deep.include({ limit: 0.02, every: 15, leastRequests: 30, inconclusive: "pass" });
  });

  it("has images for the services that were assessed alone", () => {
    expect(release.image("api")).to.equal(`ghcr.io/acme/api@${digest("b")}`);
    expect(release).to.include({ tag: "v2", direction: "forward", verdict: undefined });
    expect(() => release.image("unused")).to.throw(
      "unused was not assessed: name it in the services of assessRelease",
    );
  });

  it("asks nothing of a gate that would never run again", () => {
    expect(
      () =>
        new HealthGate("api-health", {
          ...release.healthGate("api"),
          probe: { kind: "tcp", host: "shop.example", port: 80 },
        }),
    ).to.throw(pulumi.ResourceError, "api-health would never run again: write containerId, or rerunOn");
  });
});
