import { expect } from "chai";
import { assess, type AssessmentQuestion } from "../../assessment/assessment";
import { announcement } from "../../assessment/announcement";
import { refusalTexts } from "../../assessment/refusal";
import type { QuarantineMemory } from "../../history/quarantine";
import { digest, release, serviceInState, stackInState, stateOf } from "../history/states";
import { quiet, surveyOf, usual } from "./evidence";

const v1 = release("v1", 1, { api: "a", web: "1" });
const v2 = release("v2", 2, { api: "b", web: "1" });
const v2again = release("v2-again", 3, { api: "b", web: "1" });
const v3 = release("v3", 4, { api: "c", web: "1" });

const since = "2026-02-02T00:00:00.000Z";
const images = [digest("1"), digest("b")];
const badV2: QuarantineMemory = { bad: [{ tag: "v2", rolledBackAt: since, digests: images }] };
const retryCommand = (tag: string, how = "") =>
  `To try ${tag} again all the same${how}: pulumi config set retry '{"tag": "${tag}", "reason": "WHY"}' --stack prod`;

const states: Record<string, ReturnType<typeof serviceInState>> = {
  v1: [...serviceInState("api", "a", "v1", "v1"), ...serviceInState("web", "1", "v1", "v1")],
  v2: [...serviceInState("api", "b", "v2", "v2"), ...serviceInState("web", "1", "v1", "v2")],
  v3: [...serviceInState("api", "c", "v3", "v3"), ...serviceInState("web", "1", "v1", "v3")],
};

/** An `up` from one release to another, on a stack that remembers this. */
function of(
  from: string,
  target: typeof v1,
  memory: QuarantineMemory,
  more: Partial<AssessmentQuestion> = {},
) {
  const good = stackInState([
    { tag: "v2", passedAt: "2026-02-01T00:00:00.000Z" },
    { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
  ]);
  const remembered = { urn: "urn:q", type: "knowngood:index:Quarantine", outputs: { memory } };
  return assess({
    ...usual,
    target,
    services: ["api", "web"],
    survey: surveyOf(v1, v2, v2again, v3),
    evidence: { ...quiet, state: stateOf(...(states[from] ?? []), good, remembered) },
    ...more,
  });
}

describe("a quarantined release", () => {
  it("is refused on the way forward, with why, since when, and the command that lifts it", () => {
    const { refusals, warnings } = of("v1", v2, badV2);
    expect(warnings).to.deep.equal([]);
    expect(refusalTexts(refusals)).to.deep.equal([
      `v2 is quarantined: the stack was rolled back from it at ${since}. What mends it is a newer release.\n${retryCommand("v2")}`,
    ]);
    expect(refusalTexts(of("v1", v2again, badV2).refusals)).to.deep.equal([
      `v2-again is quarantined: it has exactly the images of v2, from which the stack was rolled back at ${since}. ` +
        `What mends it is a newer release.\n${retryCommand("v2-again")}`,
    ]);
    expect(refusalTexts(of("v1", v3, badV2).refusals)).to.deep.equal([]);
  });

  it("says that its gates failed, where that is the reason", () => {
    const failed: QuarantineMemory = { bad: [{ tag: "v2", failedAt: since, digests: images }] };
    expect(refusalTexts(of("v1", v2, failed).refusals)[0]).to.contain(
      `v2 is quarantined: its gates failed at ${since}.`,
    );
    expect(refusalTexts(of("v2", v2again, failed).refusals)[0]).to.contain(
      `v2-again is quarantined: it has exactly the images of v2, whose gates failed at ${since}.`,
    );
  });

  it("warns on the way back, and where it runs", () => {
    const told = `v2 is quarantined: the stack was rolled back from it at ${since}.`;
    const back = of("v3", v2, badV2);
    expect([back.direction, back.refusals]).to.deep.equal(["rollback", []]);
    expect(back.warnings).to.deep.equal([`${told} On the way back this is a warning only.`]);
    const same = of("v2", v2, badV2);
    expect([same.direction, same.refusals]).to.deep.equal(["same", []]);
    expect(same.warnings).to.deep.equal([`${told} It runs already, so this is a warning only.`]);
  });

  it("is tried again by a retry of its tag, which is remembered", () => {
    const { refusals, warnings, quarantine } = of("v1", v2, badV2, {
      retry: { tag: "v2", reason: "it was the network" },
    });
    expect(refusalTexts(refusals)).to.deep.equal([]);
    expect(warnings).to.deep.equal([
      `v2 is quarantined: the stack was rolled back from it at ${since}. It is tried again: it was the network`,
    ]);
    expect(quarantine.memory.bad[0]?.retried).to.deep.equal({ reason: "it was the network", at: usual.now });
  });

  it("is not lifted by a retry of another release, nor twice for one reason", () => {
    const other = of("v1", v2, badV2, { retry: { tag: "v3", reason: "it was the network" } });
    expect(refusalTexts(other.refusals)).to.have.length(1);
    expect(other.warnings).to.deep.equal([
      "The setting retry (v3) does nothing here: it lets a stack go forward to a release that is quarantined, or that CI did not let pass. " +
        "To remove it: pulumi config rm retry --stack prod",
    ]);
    const retried = { reason: "it was the network", at: "2026-02-01T00:00:00.000Z" };
    const spent: QuarantineMemory = { bad: [{ tag: "v2", rolledBackAt: since, retried }] };
    const again = of("v1", v2, spent, { retry: { tag: "v2", reason: "it was the network" } });
    expect(refusalTexts(again.refusals)).to.deep.equal([
      `v2 is quarantined: the stack was rolled back from it at ${since}. What mends it is a newer release.\n` +
        `The reason in the setting retry has served for one try already: it was the network\n${retryCommand("v2", ", with another reason")}`,
    ]);
    const fresh = of("v1", v2, spent, { retry: { tag: "v2", reason: "it was the disk" } });
    expect(refusalTexts(fresh.refusals)).to.deep.equal([]);
  });

  it("is what the settings name, by tag or by an image, and no retry lifts that", () => {
    const named = (entry: AssessmentQuestion["quarantine"][number], target = v2) =>
      of(
        "v1",
        target,
        { bad: [] },
        { quarantine: [{ tag: "v9", reason: "x" }, entry], retry: { tag: "v2", reason: "y" } },
      );
    expect(refusalTexts(named({ tag: "v2", reason: "loses orders." }).refusals)).to.deep.equal([
      "v2 is quarantined by the settings: loses orders.\n" +
        "If it may run after all: pulumi config rm --path 'quarantine[1]' --stack prod",
    ]);
    expect(refusalTexts(named({ digest: digest("b"), reason: "CVE-2026-1" }).refusals)[0]).to.contain(
      "v2 is quarantined by the settings, for its image of api: CVE-2026-1.\n",
    );
    expect(refusalTexts(named({ digest: digest("b"), reason: "CVE-2026-1" }, v3).refusals)).to.deep.equal([]);
    expect(refusalTexts(named({ tag: "v2", reason: "x" }, v2again).refusals)).to.deep.equal([]);
  });
});

describe("a rollback", () => {
  it("quarantines what it leaves, says so, and names no way back to it", () => {
    const assessment = of("v2", v1, { bad: [] });
    expect(assessment.quarantine.memory.bad).to.deep.equal([
      { tag: "v2", rolledBackAt: usual.now, digests: images },
    ]);
    expect(assessment.lastKnownGood).to.equal(undefined);
    expect(announcement("shop/prod", assessment).split("\n").at(-1)).to.equal(
      "  v2 is quarantined from then on, as the stack is rolled back from it",
    );
    expect(of("v1", v1, badV2).lastKnownGood).to.equal(undefined);
    expect(of("v1", v3, badV2).lastKnownGood?.tag).to.equal("v1");
    expect(of("v1", v3, { bad: [] }).lastKnownGood?.tag).to.equal("v2");
  });

  it("that is carried on after its containers were taken away is none forward", () => {
    const state = stateOf(...(states.v2 ?? []).filter(({ type }) => type.startsWith("knowngood")));
    const { refusals, quarantine } = of(
      "",
      v1,
      { bad: [] },
      {
        evidence: { ...quiet, state },
        quarantine: [{ tag: "v1", reason: "old" }],
      },
    );
    expect([refusals, quarantine.left]).to.deep.equal([[], ["v2"]]);
  });
});
