import { expect } from "chai";
import type { AssessedStepDown, Assessment } from "../../assessment/assessment";
import type { ReleaseArgs } from "../../components/release";
import { args, assessment, lookingAt } from "./declaredRelease";
import { baseline, goodAnswers, types, World } from "./world";

describe("a Release with an error-rate gate", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));

  const { declare, container, image, check } = lookingAt(() => world);

  const queries = { errors: "e[$window]", requests: "r[$window]" };
  const errorRate = { url: "http://p:9090", ...queries, user: "gate", password: "apiToken" };
  const withRate = (own: Partial<ReleaseArgs> = {}, more: Record<string, unknown> = {}) =>
    args(
      {
        gates: { errorRate: { ...errorRate, ...more } },
        hooks: { before: [{ name: "drain", command: ["d"] }] },
      },
      own,
    );
  const taking = () => world.one(types.command, "release-error-rate-baseline-taking");
  const watch = () => world.one(types.command, "release-error-rate-watch");
  const good: Assessment = { ...assessment, running: { services: [{} as never], tag: "v1" } };
  const access = { url: "http://p:9090", user: "gate", password: "hunter2", headers: {}, timeout: 10 };

  it("takes the baseline once images are there, before the first hook and the first change", async () => {
    await declare(withRate({ assessment: good, recordedBaseline: { generation: 3, baseline } }));
    expect(taking().dependencies).to.include.members([image("api").urn, image("worker").urn]);
    const drain = world.one(types.command, "release-before-drain-run");
    expect(drain.dependencies).to.include(taking().urn);
    expect(container("api").dependencies).to.include(taking().urn);
    expect(taking().inputs).to.deep.include({ triggers: [4], logging: "none" });
    expect(taking().ignoreChanges).to.deep.equal([]);
    expect(JSON.parse(String(taking().inputs.stdin))).to.deep.equal({
      access,
      queries,
      factor: 2,
      floor: 0.01,
      leastRequests: 30,
      window: 600,
      release: "v1",
      previous: baseline,
      redact: ["hunter2"],
    });
    expect(taking().secretInputs).to.deep.equal(["stdin"]);
  });

  it("takes none on the way back, or while nothing good runs: what the state holds stays", async () => {
    const recorded = { generation: 3, baseline };
    const rest: [Partial<Assessment>, ReleaseArgs["recordedBaseline"]][] = [
      [{ direction: "rollback" }, recorded],
      [{ direction: "same" }, recorded],
      [{ running: { services: [], tag: "v9" } }, recorded],
      [{ running: { services: [], tag: undefined } }, undefined],
      [{ direction: "rollback" }, undefined],
    ];
    for (const [change, known] of rest) {
      world = await World.with(goodAnswers);
      await declare(
        withRate({ assessment: { ...good, ...change }, ...(known && { recordedBaseline: known }) }),
      );
      expect(taking().ignoreChanges).to.deep.equal(["create", "stdin", "triggers"]);
      expect(JSON.parse(String(taking().inputs.stdin))).not.to.have.property("release");
      expect(taking().inputs.triggers).to.deep.equal([known?.generation ?? 0]);
    }
    // Where the gate is new, and what runs is good, there is nothing to wait for.
    world = await World.with(goodAnswers);
    await declare(withRate({ assessment: { ...good, direction: "same" } }));
    expect(JSON.parse(String(taking().inputs.stdin))).to.include({ release: "v1" });
  });

  it("watches once the services are healthy, held to the baseline, again with each container", async () => {
    await declare(withRate({ assessment: good }));
    expect(watch().dependencies).to.include.members([check("api").urn, check("worker").urn]);
    expect(watch().inputs).to.deep.include({
      create: "exec node --require ./toolchain/loadTypescript.cjs ./gates/run.ts errorRate",
      logging: "stderr",
      environment: {
        KNOWNGOOD_DIRECTION: "forward",
        KNOWNGOOD_STACK: "shop/prod",
        KNOWNGOOD_FROM: "v1",
        KNOWNGOOD_TO: "v2",
        KNOWNGOOD_ON_FAILURE: JSON.stringify({
          records: ".knowngood",
          goBack: { tag: "v1", commands: ["pulumi config set imageTag v1", "pulumi up"] },
        }),
      },
    });
    const [first, second, own] = watch().inputs.triggers as string[];
    expect([first, second]).to.deep.equal(check("api").inputs.triggers);
    expect(own).to.match(/^[0-9a-f]{16} a word of release-error-rate-watch-secrets$/);
    expect(JSON.parse(String(watch().inputs.stdin))).to.deep.equal({
      access,
      queries,
      factor: 2,
      floor: 0.01,
      leastRequests: 30,
      watch: { forward: 600, back: 300 },
      every: 15,
      inconclusive: "pass",
      baseline,
      redact: ["hunter2"],
    });
    const gate = world.one("knowngood:index:ErrorRateGate", "release-error-rate");
    expect([gate.outputsRegistered, watch().parent]).to.deep.equal([1, gate.urn]);
  });

  it("has no baseline with a fixed limit", async () => {
    await declare(withRate({ assessment: good }, { limit: 0.05 }));
    expect(world.names("knowngood:index:ErrorRateBaseline")).to.deep.equal([]);
    expect(JSON.parse(String(watch().inputs.stdin))).to.deep.include({ limit: 0.05 });
  });

  it("watches nothing where services stay stopped", async () => {
    const stepDown = { version: "2", active: true, servicesStayStopped: true } as AssessedStepDown;
    await declare(withRate({ assessment: { ...good, stepDown } }));
    expect(world.names("knowngood:index:ErrorRateGate")).to.deep.equal([]);
  });
});
