import { expect } from "chai";
import { assess } from "../../assessment/assessment";
import { knownGoodFrom, type KnownGood } from "../../history/knownGood";
import { afterDeployment, withFailures, type QuarantineMemory } from "../../history/quarantine";
import { quiet, surveyOf, usual } from "../assessment/evidence";
import { catalogOf, memoryInState, release, serviceInState, stackInState, stateOf } from "./states";

const day = (number: number) => `2026-03-0${number}T00:00:00.000Z`;
const good = (tag: string, on: number): KnownGood => ({ tag, passedAt: day(on) });
const v1 = release("v1", 1, { api: "a" });
const v2 = release("v2", 2, { api: "b" });
const catalog = catalogOf(v1, v2);
const forward = (to: string, on: number): QuarantineMemory["move"] => ({
  to,
  direction: "forward",
  at: day(on),
});

const tags = (
  list: readonly KnownGood[],
  memory: QuarantineMemory,
  failures: Parameters<typeof knownGoodFrom>[1] = [],
) => knownGoodFrom(stateOf(stackInState(list), memoryInState(memory)), failures).map(({ tag }) => tag);

describe("the good name of a release", () => {
  const list = [good("v2", 3), good("v1", 1)];

  it("is taken back by a gate that failed later on the way forward, as the state remembers it", () => {
    const failed = (on: number) => tags(list, { bad: [{ tag: "v2", failedAt: day(on) }] });
    expect([failed(2), failed(3), failed(4)]).to.deep.equal([["v2", "v1"], ["v2", "v1"], ["v1"]]);
    expect(tags(list, { bad: [{ tag: "v2", rolledBackAt: day(4) }] })).to.deep.equal(["v2", "v1"]);
  });

  it("is kept by what the user's own program deployed, whatever its stack's outputs are called", () => {
    const deployed = {
      urn: "urn:pulumi:prod::shop::knowngood:index:DeployedRelease::release",
      type: "knowngood:index:DeployedRelease",
      outputs: { knownGood: list },
    };
    expect(knownGoodFrom(stateOf(deployed), [])).to.deep.equal(list);
    expect(knownGoodFrom(stateOf(stackInState([good("v3", 4)]), deployed), [])).to.deep.equal(list);
  });

  it("is taken back by such a gate's record before the state remembers it, and by no other", () => {
    const failures = [{ release: "v2", endedAt: day(5) }];
    const after = (move: QuarantineMemory["move"]) =>
      tags(list, { bad: [], ...(move && { move }) }, failures);
    expect(after(forward("v2", 4))).to.deep.equal(["v1"]);
    expect(after({ to: "v2", direction: "rollback", at: day(4) })).to.deep.equal(["v2", "v1"]);
    expect(after(forward("v1", 4))).to.deep.equal(["v2", "v1"]);
    // It was good at the end of this way: what fails now is no way forward.
    expect([after(forward("v2", 2)), after(forward("v2", 3))]).to.deep.equal([
      ["v2", "v1"],
      ["v2", "v1"],
    ]);
    expect(after(undefined)).to.deep.equal(["v2", "v1"]);
  });

  it("stays taken back by a retry that an outage ended, and comes back when its gates pass", () => {
    const failed = withFailures(
      { bad: [], move: forward("v2", 4) },
      [{ release: "v2", endedAt: day(5) }],
      list,
      catalog,
    );
    const retried = afterDeployment(failed, {
      ...{ target: v2, direction: "forward", left: [], knownGood: [good("v1", 1)], catalog },
      ...{ retry: "was the network", now: day(6) },
    });
    expect(retried.bad[0]?.retried?.at).to.equal(day(6));
    // Only a gate that failed leaves a failure.
    expect(tags(list, retried)).to.deep.equal(["v1"]);
    expect(tags([good("v2", 7), good("v1", 1)], retried)).to.deep.equal(["v2", "v1"]);
  });

  it("is what the program goes by, too", () => {
    const assessed = (failedOn: number | undefined) =>
      assess({
        ...usual,
        target: v1,
        services: ["api"],
        survey: surveyOf(v1, v2, release("v3", 3, { api: "c" })),
        evidence: {
          ...quiet,
          state: stateOf(
            stackInState([good("v1", 1), good("v2", 3)]),
            memoryInState({ bad: [], move: forward("v2", 4) }),
            ...serviceInState("api", "a", "v1", "v1"),
          ),
          failedGates: failedOn === undefined ? [] : [{ release: "v2", endedAt: day(failedOn) }],
        },
      });
    expect(assessed(undefined).lastKnownGood?.tag).to.equal("v2");
    expect(assessed(5).lastKnownGood).to.equal(undefined);
    expect(assessed(5).knownGood).to.deep.equal([good("v1", 1)]);
  });
});

describe("a way forward to a release that was good at its end", () => {
  it("begins anew, so that a failure counts against it", () => {
    const before: QuarantineMemory = { bad: [], move: forward("v2", 2) };
    const deployment = { target: v2, direction: "forward", left: [], catalog, retry: undefined } as const;
    const move = (knownGood: KnownGood[]) =>
      afterDeployment(before, { ...deployment, knownGood, now: day(4) }).move?.at;
    expect([move([]), move([good("v2", 1)]), move([good("v2", 2)]), move([good("v2", 3)])]).to.deep.equal([
      day(2),
      day(2),
      day(4),
      day(4),
    ]);
  });
});
