import { expect } from "chai";
import { announcement, headline } from "../../assessment/announcement";
import { assess, type AssessmentQuestion } from "../../assessment/assessment";
import type { QuarantineMemory } from "../../history/quarantine";
import { release, serviceInState, stackInState, stateOf } from "../history/states";
import { quiet, surveyOf, usual } from "./evidence";

const v1 = release("v1", 1, { api: "a" });
const v2 = release("v2", 2, { api: "b" });
const v3 = release("v3", 3, { api: "c" });
const good = [
  { tag: "v2", passedAt: "2026-02-02T00:00:00.000Z" },
  { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
];
const memory: QuarantineMemory = {
  bad: [{ tag: "v0", rolledBackAt: "2026-01-01T00:00:00.000Z" }],
  move: { to: "v2", direction: "forward", at: "2026-02-01T00:00:00.000Z" },
};
const states = { v1: serviceInState("api", "a", "v1", "v1"), v2: serviceInState("api", "b", "v2", "v2") };

function assessed(from: keyof typeof states, target: typeof v1, more: Partial<AssessmentQuestion> = {}) {
  const remembered = { urn: "urn:q", type: "knowngood:index:Quarantine", outputs: { memory } };
  return assess({
    ...{ ...usual, target, services: ["api"], survey: surveyOf(v1, v2, v3) },
    evidence: {
      ...quiet,
      ci: { verdict: "failed", found: "the catalog says that it failed" },
      state: stateOf(...states[from], stackInState(good), remembered),
    },
    ...more,
  });
}
const drill = (way: "out" | "back") => ({ drill: { id: "7", way } });

describe("an up of a drill", () => {
  it("quarantines nothing on its way out, and the way back clears nothing", () => {
    const out = assessed("v2", v1, drill("out"));
    expect([out.direction, out.quarantine]).to.deep.equal(["rollback", { memory, left: [] }]);
    expect(assessed("v2", v1).quarantine.left).to.deep.equal(["v2"]);
    const back = assessed("v1", v2, drill("back"));
    expect([back.direction, back.quarantine]).to.deep.equal(["forward", { memory, left: [] }]);
  });

  it("comes back to a release that was good here, whatever a guard says of the way forward", () => {
    expect(assessed("v1", v2).refusals.map(({ guard }) => guard)).to.deep.equal(["ci"]);
    expect(assessed("v1", v2, drill("out")).refusals.map(({ guard }) => guard)).to.deep.equal(["ci"]);
    const back = assessed("v1", v2, drill("back"));
    expect(back.refusals).to.deep.equal([]);
    expect(back.warnings.join("\n")).to.contain("the catalog says that it failed");
  });

  it("is held to the guards on the way to a release that never was good here", () => {
    expect(assessed("v1", v3, drill("back")).refusals.map(({ guard }) => guard)).to.deep.equal(["ci"]);
  });

  it("is refused where a hold says so, in any direction", () => {
    const held = assessed("v1", v2, { ...drill("back"), hold: "restoring" });
    expect(held.refusals.map(({ guard }) => guard)).to.deep.equal(["hold"]);
  });

  it("says what it is", () => {
    const out = assessed("v2", v1, drill("out"));
    expect(headline("shop/test", out)).to.equal("shop/test: rollback from v2 to v1 (drill 7, its way out)");
    expect(announcement("shop/test", assessed("v2", v2, drill("out"))).split("\n")[0]).to.equal(
      "shop/test: v2 stays (drill 7, its way out)",
    );
    expect(announcement("shop/test", out)).not.to.contain("quarantined");
  });
});
