import { expect } from "chai";
import { announcement } from "../../assessment/announcement";
import { assess } from "../../assessment/assessment";
import type { FlagReport } from "../../gates/flagRequest";
import { afterDeployment, type QuarantineMemory } from "../../history/quarantine";
import type { StateResource } from "../../history/stackState";
import { catalogOf, release, serviceInState, stateOf } from "../history/states";
import { quiet, surveyOf, usual } from "./evidence";

const flagged = (tag: string, order: number, letter: string, flags: string[]) => ({
  ...release(tag, order, { api: letter, web: letter }),
  flags,
});
const v1 = flagged("v1", 1, "a", ["search"]);
const v2 = flagged("v2", 2, "b", ["search", "coupons"]);
const v3 = flagged("v3", 3, "c", ["coupons", "checkout"]);
const v4 = flagged("v4", 4, "d", ["wishes"]);

const at = "2026-02-02T00:00:00.000Z";
const later = "2026-02-03T00:00:00.000Z";
const off = (flag: string): FlagReport => ({ outcome: "off", flag, startedAt: at, endedAt: at });

/** A flag that was turned off, or was to be, as the state holds it. */
const inState = (flag: string, report: FlagReport | undefined) => ({
  urn: `urn:${flag}`,
  type: "command:local:Command",
  inputs: { environment: { KNOWNGOOD_FLAG: flag }, triggers: [4] },
  outputs: { stdout: report === undefined ? "cut o" : `${JSON.stringify(report)}\n` },
});
const runs = (api: typeof v1, web = api) => {
  const own = (service: "api" | "web", { tag, services }: typeof v1) =>
    serviceInState(service, services[service]?.digest.slice(7, 8) ?? "", tag, tag);
  return [...own("api", api), ...own("web", web)];
};
const remembers = (memory: QuarantineMemory): StateResource => ({
  urn: "urn:q",
  type: "knowngood:index:Quarantine",
  outputs: { memory },
});

function of(target: typeof v1, ...resources: StateResource[]) {
  const assessment = assess({
    ...usual,
    target,
    services: ["api", "web"],
    survey: surveyOf(v1, v2, v3, v4),
    turnsFlagsOff: true,
    evidence: { ...quiet, state: stateOf(...resources) },
  });
  const lines = announcement("shop/prod", assessment).split("\n");
  const first = lines.findIndex((line) => line.startsWith("  flags:"));
  return {
    ...assessment,
    due: assessment.flags?.off.filter(({ due }) => due).map(({ flag, run }) => [flag, run]),
    lines: lines.filter((line, index) => index === first || (first >= 0 && line.startsWith("         "))),
  };
}

describe("the flags of newer releases", () => {
  it("are turned off on the way back, but for those that the target or an older one turned on", () => {
    const { due, lines, warnings } = of(v2, ...runs(v4));
    expect(due).to.deep.equal([
      ["checkout", 1],
      ["wishes", 1],
    ]);
    expect(lines).to.deep.equal(["  flags: checkout on -> off (v3)", "         wishes on -> off (v4)"]);
    expect(warnings).to.deep.equal([]);
    expect(of(v1, ...runs(v3)).lines).to.deep.equal([
      "  flags: checkout on -> off (v3)",
      "         coupons on -> off (v2, v3)",
    ]);
  });

  it("count up to the newest that runs, also of a mix, and of one that an update died on", () => {
    expect(of(v2, ...runs(v3)).due).to.deep.equal([["checkout", 1]]);
    expect(of(v1, ...runs(v2)).lines).to.deep.equal(["  flags: coupons on -> off (v2)"]);
    expect(of(v2, ...runs(v2, v3)).due).to.deep.equal([["checkout", 1]]);
    const [, brought] = serviceInState("web", "d", "v4", "v4");
    expect(of(v2, ...runs(v3).slice(0, 2), ...(brought ? [brought] : [])).due).to.deep.equal([
      ["checkout", 1],
      ["wishes", 1],
    ]);
  });

  it("are none on the way forward, of what stays, and where no setting says how", () => {
    expect(of(v4, ...runs(v1)).due).to.deep.equal([]);
    expect(of(v3, ...runs(v3)).due).to.deep.equal([]);
    expect(of(v1).due).to.deep.equal([]);
    const untold = assess({
      ...usual,
      target: v1,
      services: ["api"],
      survey: surveyOf(v1, v2),
      evidence: { ...quiet, state: stateOf(...runs(v2)) },
    });
    expect(untold.flags).to.equal(undefined);
    expect(announcement("shop/prod", untold)).not.to.contain("flags:");
  });

  it("are turned off once: the state remembers", () => {
    const { due, flags, lines } = of(v2, ...runs(v3), inState("checkout", off("checkout")));
    expect([due, lines]).to.deep.equal([[], []]);
    expect(flags?.off).to.deep.include({
      flag: "checkout",
      releases: ["v3"],
      run: 4,
      due: false,
      last: off("checkout"),
    });
    expect(of(v2, ...runs(v2), inState("checkout", off("checkout"))).due).to.deep.equal([]);
  });

  it("are kept off where they were, though the catalog has lost the release", () => {
    expect(of(v1, ...runs(v1), inState("lost", off("lost"))).flags?.off).to.deep.equal([
      { flag: "lost", releases: [], run: 4, due: false, last: off("lost") },
    ]);
  });

  it("are tried again where they could not be turned off, and where nobody knows", () => {
    const failed: FlagReport = { ...off("checkout"), outcome: "notOff", why: "connection refused" };
    const again = of(v2, ...runs(v2), inState("checkout", failed));
    expect(again.direction).to.equal("same");
    expect(again.due).to.deep.equal([["checkout", 5]]);
    expect(again.warnings).to.deep.equal([
      `The flag checkout could not be turned off at ${at}: connection refused. This \`up\` tries again.`,
    ]);
    expect(again.lines).to.deep.equal(["  flags: checkout on -> off (v3)"]);
    expect(of(v2, ...runs(v2), inState("checkout", undefined)).due).to.deep.equal([["checkout", 5]]);
  });

  it("are turned off of a release that was rolled back from before a setting said how", () => {
    const bad = remembers({ bad: [{ tag: "v3", rolledBackAt: at }] });
    const { direction, due } = of(v2, ...runs(v2), bad);
    expect([direction, due]).to.deep.equal(["same", [["checkout", 1]]]);
    expect(of(v4, ...runs(v2), bad).due).to.deep.equal([]);
  });

  it("are left to a person, and forgotten, on the way forward to a release that turns them on", () => {
    const { lines, flags, warnings } = of(
      v3,
      ...runs(v1),
      ...["checkout", "coupons", "wishes"].map((flag) => inState(flag, off(flag))),
    );
    const told = `stays off: it was turned off for an older release at ${at}; turning it on again is a person's decision`;
    expect(lines).to.deep.equal([`  flags: checkout ${told}`, `         coupons ${told}`]);
    expect(flags?.off.map(({ flag, due }) => [flag, due])).to.deep.equal([["wishes", false]]);
    expect(warnings).to.deep.equal([]);
  });

  it("are turned off anew after a way forward to their release that failed, whenever that began", () => {
    const move = (to: string, time: string) =>
      remembers({ bad: [], move: { to, direction: "forward", at: time } });
    const due = (memory: StateResource) =>
      of(v2, ...runs(v3), inState("checkout", off("checkout")), memory).due;
    expect(due(move("v3", later))).to.deep.equal([["checkout", 5]]);
    expect(due(move("v3", at))).to.deep.equal([["checkout", 5]]);
    expect(due(move("v2", later))).to.deep.equal([]);
    expect(due(remembers({ bad: [], move: { to: "v2", direction: "rollback", at } }))).to.deep.equal([]);
  });

  it("are turned off anew after a rollback that died before its containers and a second try of their release", () => {
    const deployed = (memory: QuarantineMemory, now: string) =>
      afterDeployment(memory, {
        target: v3,
        direction: "forward",
        left: [],
        knownGood: [],
        catalog: catalogOf(v1, v2, v3, v4),
        retry: undefined,
        now,
      });
    // The rollback between the two turned the flag off, and was remembered for nothing else.
    const first = deployed({ bad: [] }, "2026-02-01T00:00:00.000Z");
    const again = deployed(first, later);
    expect(again.move?.at).to.equal(first.move?.at);
    const { due } = of(v2, ...runs(v3), inState("checkout", off("checkout")), remembers(again));
    expect(due).to.deep.equal([["checkout", 5]]);
  });
});
