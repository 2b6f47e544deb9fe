import { expect } from "chai";
import { announcement } from "../../assessment/announcement";
import { assess, type AssessmentQuestion } from "../../assessment/assessment";
import { refusalTexts } from "../../assessment/refusal";
import { digest, release, serviceInState, stackInState, stateOf } from "../history/states";
import { quiet, surveyOf, usual } from "./evidence";

const v1 = release("v1", 1, { api: "a", web: "1" });
const v2 = release("v2", 2, { api: "b", web: "1" });
const v3 = release("v3", 3, { api: "c", web: "1" });
const since = "2026-02-03T00:00:00Z";
const state = stateOf(
  ...serviceInState("api", "b", "v2", "v2"),
  ...serviceInState("web", "1", "v1", "v2"),
  stackInState([
    { tag: "v2", passedAt: "2026-02-02T00:00:00.000Z" },
    { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
  ]),
);

/** The state is at v2; an api of this image stands in its place by hand. */
function of(target: typeof v1, letters: string[], more: Partial<AssessmentQuestion> = {}) {
  const byHand = { service: "api", digests: letters.map(digest), release: undefined, since };
  return assess({
    ...usual,
    target,
    services: ["api", "web"],
    survey: surveyOf(v1, v2, v3),
    evidence: { ...quiet, state, strays: [{ id: "c9", name: "shop-api", byHand }] },
    ...more,
  });
}
const found = (runs: string) =>
  `By hand: api runs ${runs} in the container shop-api since ${since}; the state holds v2.`;
const v1Runs = found(`v1 ${digest("a").slice(0, 19)}`);

describe("what was done by hand", () => {
  it("is not undone by an up of the same release, or of a newer one", () => {
    for (const target of [v2, v3]) {
      const { refusals, warnings } = of(target, ["a"]);
      expect(refusals.map(({ guard }) => guard)).to.deep.equal(["byHand"]);
      expect(refusalTexts(refusals)).to.deep.equal([
        `${v1Runs} ${target.tag} would undo that.\n` +
          "To take it as it is: pulumi config set imageTag v1 --stack prod && pulumi config set adopt true --stack prod && pulumi up --stack prod && pulumi config rm adopt --stack prod\n" +
          `To remove it and go on with ${target.tag}: pulumi config set adopt false --stack prod && pulumi up --stack prod && pulumi config rm adopt --stack prod`,
      ]);
      expect(warnings).to.deep.equal([]);
    }
    expect(refusalTexts(of(v2, ["a"], { adopt: true }).refusals)[0]).to.contain(
      "v2 would undo that, and only what imageTag names can be adopted.",
    );
    const unknown = refusalTexts(of(v2, []).refusals)[0];
    expect(unknown).to.contain(found("an image that no release of the catalog has"));
    expect(unknown).to.contain("so it can't be adopted: npx knowngood release add --help");
  });

  it("is removed where the settings say so, and told", () => {
    const { refusals, warnings, direction, running } = of(v2, ["a"], { adopt: false });
    expect([refusals, direction, running.tag]).to.deep.equal([[], "same", "v2"]);
    expect(warnings).to.deep.equal([`${v1Runs} adopt is false: it is removed.`]);
  });

  it("only warns on the way back, and where the target is what runs by hand", () => {
    const back = of(v1, ["x"]);
    expect([back.direction, back.refusals]).to.deep.equal(["rollback", []]);
    expect(back.warnings[0]).to.match(/This rollback removes it\.$/);
    const same = of(v1, ["a"]);
    expect([same.direction, same.refusals]).to.deep.equal(["rollback", []]);
    expect(same.warnings).to.deep.equal([
      `${v1Runs} The stack's own containers of the same images take their place, with a short stop.`,
    ]);
  });

  it("is what runs, once it is adopted; what it left is quarantined", () => {
    const assessment = of(v1, ["x", "a"], { adopt: true });
    const { direction, running, adopted, refusals, warnings, quarantine } = assessment;
    expect([direction, running.tag, refusals]).to.deep.equal(["same", "v1", []]);
    expect(running.services.map(({ containerId }) => containerId)).to.deep.equal(["c9", "web-id"]);
    expect(adopted).to.deep.equal([
      {
        service: "api",
        container: "shop-api",
        containerId: "c9",
        since,
        release: { tag: "v1", digest: digest("a"), createdAs: "v1" },
      },
    ]);
    expect(warnings[0]).to.contain("It is adopted").and.to.contain("pulumi config rm adopt --stack prod");
    expect(quarantine.left).to.deep.equal(["v2"]);
    expect(quarantine.memory.move).to.deep.equal({ to: "v1", direction: "rollback", at: usual.now });
    expect(announcement("shop/prod", assessment).split("\n")[0]).to.equal(
      "shop/prod: v1 runs by hand, and is adopted",
    );
    expect(assessment.lastKnownGood).to.equal(undefined);
  });

  it("is adopted on the way forward, too: what runs already is not refused for its quarantine", () => {
    const quarantined = { quarantine: [{ tag: "v3", reason: "slow" }] };
    const { direction, refusals, quarantine, warnings } = of(v3, ["c"], { adopt: true, ...quarantined });
    expect([direction, refusals, quarantine.left]).to.deep.equal(["same", [], []]);
    expect(quarantine.memory.move?.direction).to.equal("forward");
    expect(warnings.join("\n")).to.contain("v3 is quarantined by the settings: slow. It runs already");
  });

  it("is nothing where nothing was: the setting is told to have nothing to do", () => {
    for (const adopt of [true, false]) {
      const assessment = of(v2, [], { adopt, evidence: { ...quiet, state } });
      expect(assessment.refusals).to.deep.equal([]);
      expect(assessment).not.to.have.property("adopted");
      expect(assessment.warnings).to.deep.equal([
        "The setting adopt does nothing here: nothing was done by hand. To remove it: pulumi config rm adopt --stack prod",
      ]);
    }
    expect(of(v2, [], { evidence: { ...quiet, state } }).warnings).to.deep.equal([]);
  });
});
