import { expect } from "chai";
import { assess } from "../../assessment/assessment";
import { refusalTexts } from "../../assessment/refusal";
import { boundFingerprint, isSettled } from "../../assessment/reviewed";
import { digest, release, serviceInState, stateOf } from "../history/states";
import { finding, judgementOf, quiet, schemaAt, surveyOf, usual } from "./evidence";
import { back, forward, renamed, reportOf, runs, v1, v2, v3 } from "./judgedStack";

const anew = (tag: string) =>
  `To have it reviewed as it is now: npx knowngood propose ${tag} --stack prod --reason WHY`;
const first = (texts: readonly string[]) => texts[0]?.split("\n") ?? [];

describe("an `up` that follows a review", () => {
  const { fingerprint } = reportOf(back());
  const reviewed = { reviewed: fingerprint, acknowledge: fingerprint };

  it("goes on where it comes to what was reviewed", () => {
    expect(refusalTexts(back({}, reviewed).refusals)).to.deep.equal([]);
  });

  it("is refused where the gap has grown since, saying by what", () => {
    const was = reportOf(back());
    const own = schemaAt(v2, ["1", "2", "3", "4"], {
      judgement: judgementOf(renamed, finding("breaking", "column-dropped", "orders.note", "4_m4")),
    });
    const evidence = { ...quiet, state: runs("v3", "c"), schema: own, proposed: was };
    const now = assess({
      ...{ ...usual, ...reviewed, target: v2, services: ["api"], survey: surveyOf(v1, v2, v3), evidence },
    });
    expect(now.refusals.map(({ guard }) => guard)).to.include("reviewed");
    expect(first(refusalTexts(now.refusals.filter(({ guard }) => guard === "reviewed")))).to.deep.equal([
      `What was reviewed (${fingerprint}) is not this assessment (${reportOf(now).fingerprint}). Changed since:`,
      "  new migration: 4_m4",
      "  new finding: orders.note (breaking, column-dropped)",
      anew("v2"),
    ]);
  });

  it("says so where the report of what was reviewed is not kept", () => {
    const refusals = back({}, { reviewed: "0123456789ab", acknowledge: fingerprint }).refusals;
    expect(first(refusalTexts(refusals))).to.deep.equal([
      `What was reviewed (0123456789ab) is not this assessment (${fingerprint}); ` +
        "the report of what was reviewed is not kept here to tell the difference.",
      anew("v2"),
    ]);
  });

  it("is refused where what was reviewed is nothing, also forward", () => {
    for (const { refusals } of [back({}, { ...reviewed, reviewed: "" }), forward({}, { reviewed: "" })]) {
      expect(refusals.map(({ guard }) => guard)).to.deep.equal(["reviewed"]);
      expect(refusals[0]?.text).to.match(/^Nothing was reviewed \(KNOWNGOOD_REVIEWED is empty\)/);
    }
  });

  it("asks nothing of one that follows none", () => {
    expect(forward().refusals).to.deep.equal([]);
  });

  it("goes on where nothing is left to be done, as when it is run again", () => {
    const again = (applied: string[]) =>
      assess({
        ...{
          ...usual,
          target: v3,
          services: ["api"],
          survey: surveyOf(v1, v2, v3),
          reviewed: "0123456789ab",
        },
        evidence: { ...quiet, state: runs("v3", "c"), schema: schemaAt(v3, applied) },
      }).refusals.map(({ guard }) => guard);
    expect(again(["1", "2", "3"])).to.deep.equal([]);
    expect(again(["1", "2"])).to.deep.equal(["reviewed"]);
  });

  it("is refused where the catalog gives the tag that runs another image since", () => {
    const moved = { ...v3, services: v2.services };
    const again = (target: typeof v3) =>
      assess({
        ...{
          ...usual,
          target,
          services: ["api"],
          survey: surveyOf(v1, v2, target),
          reviewed: "0123456789ab",
        },
        evidence: { ...quiet, state: runs("v3", "c"), schema: schemaAt(target, ["1", "2", "3"]) },
      });
    expect(isSettled(again(v3))).to.equal(true);
    const now = again(moved);
    expect(now.direction).to.equal("same");
    expect(isSettled(now)).to.equal(false);
    expect(now.refusals.map(({ guard }) => guard)).to.deep.equal(["reviewed"]);
  });

  it("can be gone on without by break-glass", () => {
    const breakGlass = {
      guards: ["reviewed" as const],
      reason: "the shop is down",
      until: "2026-03-02T00:00:00.000Z",
    };
    const { refusals, breakGlass: broken } = forward({}, { reviewed: "0123456789ab", breakGlass });
    expect(refusals).to.deep.equal([]);
    expect(broken?.broken.map(({ guard }) => guard)).to.deep.equal(["reviewed"]);
  });
});

describe("what a review is bound to, without a database", () => {
  const a = release("v1", 1, { api: "a" });
  const b = release("v2", 2, { api: "b" });
  const deployed = (target: typeof a, reviewed?: string) =>
    assess({
      ...{ ...usual, target, services: ["api"], survey: surveyOf(a, b) },
      evidence: { ...quiet, state: stateOf(...serviceInState("api", "b", "v2", "v2")) },
      ...(reviewed !== undefined && { reviewed }),
    });

  it("is the release with its images", () => {
    const seen = boundFingerprint(deployed(a));
    expect(seen).to.match(/^[0-9a-f]{12}$/);
    expect(boundFingerprint({ target: { ...a, services: b.services } })).not.to.equal(seen);
    expect(boundFingerprint({ target: { ...a, tag: "v0" } })).not.to.equal(seen);
    const elsewhere = { api: { repository: "other/api", digest: digest("a") } };
    expect(boundFingerprint({ target: { ...a, services: elsewhere } })).not.to.equal(seen);
    expect(deployed(a, seen).refusals).to.deep.equal([]);
    expect(deployed(a, boundFingerprint({ target: b })).refusals.map(({ guard }) => guard)).to.deep.equal([
      "reviewed",
    ]);
  });
});
