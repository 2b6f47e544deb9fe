import { expect } from "chai";
import type { Plan } from "../../assessment/plan";
import { notAtRest, notDrillable, type DrillQuestion } from "../../drills/mayDrill";

const plan: Plan = {
  stack: "shop/test",
  protected: false,
  direction: "same",
  from: "v2",
  to: "v2",
  services: [],
  knownGood: [{ tag: "v2", passedAt: "2026-02-02T00:00:00.000Z" }],
  leaves: [],
  flagsOff: [],
  fingerprint: "0123456789ab",
  settled: true,
  text: "",
  warnings: [],
  refusals: [],
};
const hold = { guard: "hold" as const, text: "Held: restoring." };

describe("a stack that a drill can leave and return to", () => {
  const asked = (own: Partial<DrillQuestion> = {}, rest: Partial<Plan> = {}, changes = false) =>
    notAtRest({
      stack: "test",
      breaksGlass: false,
      owed: undefined,
      look: { tag: "v2", containers: {}, knownGood: [] },
      rest: { plan: { ...plan, ...rest }, changes },
      ...own,
    });

  it("is at rest, and what runs is known good", () => {
    expect(asked()).to.equal(undefined);
  });

  it("is none where an up would be refused, with why", () => {
    expect(asked({}, { refusals: [hold] })).to.match(/ would be refused:\nHeld: restoring\.$/);
  });

  it("is none where something else runs than its file names", () => {
    const first = "runs what its file names, v2, and here it does not. First: pulumi up --stack test";
    expect(asked({}, { direction: "rollback" })).to.contain(first);
    expect(asked({}, { direction: "forward" })).to.contain(first);
    expect(asked({ look: { tag: undefined, containers: {}, knownGood: [] } })).to.contain(first);
  });

  it("is none where an up would change anything", () => {
    expect(asked({}, {}, true)).to.contain("pulumi preview --stack test shows what");
  });

  it("is none with break-glass, or while a proper run is owed", () => {
    expect(asked({ breaksGlass: true })).to.contain("First: pulumi config rm breakGlass --stack test");
    const owed = { release: "v2", guards: [], reason: "fire", since: "2026-02-02T00:00:00.000Z" };
    expect(asked({ owed })).to.contain("The proper run of v2 is still owed");
  });

  it("is none where what runs is not known good", () => {
    const knownGood = [{ tag: "v1", passedAt: "2026-02-02T00:00:00.000Z" }];
    expect(asked({}, { knownGood })).to.contain("v2 is not known good here");
  });
});

describe("a way back that can be drilled", () => {
  const asked = (way: Partial<Plan> = {}, tag = "v1") =>
    notDrillable({ tag }, "v2", { ...plan, direction: "rollback", to: tag, ...way });
  const schema = { pending: [], gap: ["2"], allowed: "conditional" as const };

  it("is one that nothing refuses, also with a schema that stays ahead", () => {
    expect(asked({ schema, stepDown: { version: "1", active: false } })).to.equal(undefined);
  });

  it("is none to what runs, or to a newer release", () => {
    expect(asked({ direction: "same" }, "v2")).to.equal("A drill goes back: v2 is what runs.");
    expect(asked({ direction: "forward" }, "v3")).to.equal("A drill goes back: v3 is newer than v2.");
  });

  it("is none that would be refused, since nothing is acknowledged for a drill", () => {
    expect(asked({ refusals: [hold] })).to.match(
      /since it is refused, and nothing is acknowledged for a drill:\nHeld: restoring\.$/,
    );
  });

  it("is none that changes the schema", () => {
    const text = "A drill leaves the schema as it is, and the way to v1 would change it: ";
    expect(asked({ schema: { ...schema, pending: ["3"] } })).to.equal(`${text}3.`);
    expect(asked({ schema, stepDown: { version: "2", active: true } })).to.equal(`${text}2.`);
  });

  it("is none that turns off flags, which stay off", () => {
    expect(asked({ flagsOff: ["search"] })).to.contain(
      "turns off search, and nothing would turn that on again",
    );
  });
});
