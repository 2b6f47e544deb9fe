import { expect } from "chai";
import type { Assessment } from "../../assessment/assessment";
import type { BrokenGlass } from "../../assessment/breakGlass";
import type { ReleaseArgs } from "../../components/release";
import type { OwedRun } from "../../history/owedRun";
import type { Breakable } from "../../settings/guardNames";
import { args, assessment, lookingAt } from "./declaredRelease";
import { baseline, goodAnswers, types, World, type Answers } from "./world";

const owed: OwedRun = { release: "v2", guards: ["commands"], reason: "x", since: "2026-03-01T09:00:00.000Z" };
const command = "pulumi up";
const without = (...guards: Breakable[]): Assessment => {
  const broken: BrokenGlass["broken"] = guards.map((guard) => ({ guard, found: ["found"] }));
  return {
    ...assessment,
    breakGlass: { reason: "x", until: "2026-03-01T18:00:00Z", broken, idle: [] },
    owed: { after: { ...owed, guards }, incurred: true, command },
  };
};
const paying: Assessment = { ...assessment, owed: { before: owed, incurred: false, command } };

describe("a Release by break-glass", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));

  const { declare } = lookingAt(() => world);
  const glassType = "knowngood:index:BreakGlass";
  const glass = () => world.one(glassType, "release-break-glass");
  const settings = {
    gates: {
      commands: { smoke: { command: ["s"] } },
      errorRate: { url: "http://p:9090", errors: "e[$window]", requests: "r[$window]" },
    },
    hooks: { before: [{ name: "drain", command: ["d"] }], after: [{ name: "warm", command: ["w"] }] },
  };
  /** What is asked, run or taken. */
  const commands = () =>
    world
      .names(types.command)
      .map((name) => name.replace(/^release-/, ""))
      .filter((name) => /-(run|check|watch|taking)$/.test(name));
  const taking = "error-rate-baseline-taking";
  const health = ["api-health-check", "worker-health-check"];
  const all = ["after-warm-run", "before-drain-run", "error-rate-watch", "gate-smoke-check", taking];
  const declareWith = async (own: Partial<ReleaseArgs>) => {
    world = await World.with(goodAnswers);
    return declare(args(settings, { recordedBaseline: { generation: 3, baseline }, ...own }));
  };

  it("declares none of the gates that it leaves out, and the health gates always", async () => {
    await declareWith({});
    expect(commands()).to.have.members([...health, ...all]);
    await declareWith({ assessment: without("commands") });
    expect(commands()).to.have.members([...health, ...all.filter((name) => name !== "gate-smoke-check")]);
    await declareWith({ assessment: without("hooks") });
    expect(commands()).to.have.members([...health, "error-rate-watch", "gate-smoke-check", taking]);
    await declareWith({ assessment: without("commands", "errorRate", "hooks", "ci", "schema") });
    expect(commands()).to.have.members([...health, taking]);
  });

  it("asks Prometheus nothing without the error rate, and keeps the baseline from before", async () => {
    const running = { services: [{} as never], tag: "v1" };
    await declareWith({ assessment: { ...without("errorRate"), running } });
    const kept = world.one(types.command, `release-${taking}`);
    expect(kept.inputs.triggers).to.deep.equal([3]);
    expect(kept.ignoreChanges).to.deep.equal(["create", "stdin", "triggers"]);
    world = await World.with(goodAnswers);
    await declare(args(settings, { assessment: { ...without("errorRate"), running } }));
    expect(commands()).not.to.include(taking);
  });

  it("makes no release known good that a gate was not asked of; one that passed all is", async () => {
    const knownGood = async (changed: Assessment) => {
      const release = await declareWith({ assessment: changed });
      return new Promise<string[]>((resolve) =>
        release.knownGood.apply((list) => resolve(list.map(({ tag }) => tag))),
      );
    };
    for (const gate of ["commands", "errorRate", "hooks"] as const)
      expect(await knownGood(without(gate)), gate).to.deep.equal(["v1"]);
    expect(await knownGood(without("ci", "hold"))).to.deep.equal(["v2", "v1"]);
    expect(await knownGood(paying)).to.deep.equal(["v2", "v1"]);
  });

  it("remembers what is owed also where a gate fails, and forgets it only where none does", async () => {
    const failing: Answers = {
      ...goodAnswers,
      [types.command]: (inputs, name) => {
        if (String(inputs.create).endsWith(" health")) throw new Error("not healthy");
        return goodAnswers[types.command]?.(inputs, name) ?? {};
      },
    };
    const memory = async (answers: Answers, changed: Assessment) => {
      world = await World.with(answers);
      await declare(args({}, { assessment: changed })).catch(() => undefined);
      const { outputsRegistered, outputs } = glass();
      return outputsRegistered === 0 ? "as before" : outputs?.memory;
    };
    const incurred = { owed: { ...owed, guards: ["ci"] } };
    expect(await memory(goodAnswers, without("ci"))).to.deep.equal(incurred);
    expect(await memory(failing, without("ci"))).to.deep.equal(incurred);
    expect(await memory(goodAnswers, paying)).to.deep.equal({});
    expect(await memory(failing, paying)).to.equal("as before");
    const stays: Assessment = { ...paying, owed: { before: owed, after: owed, incurred: false, command } };
    expect(await memory(goodAnswers, stays)).to.deep.equal({ owed });
  });

  it("is no part of a stack that never went on by it", async () => {
    await declare(args());
    expect(world.names(glassType)).to.deep.equal([]);
  });
});
