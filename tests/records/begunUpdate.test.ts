import { expect } from "chai";
import { assess } from "../../assessment/assessment";
import { begunUpdate } from "../../records/begunUpdate";
import { quiet, surveyOf, usual } from "../assessment/evidence";
import { digest, release, serviceInState, stackInState, stateOf } from "../history/states";

const v1 = release("v1", 1, { api: "a" });
const v2 = release("v2", 2, { api: "b" });
const v3 = release("v3", 3, { api: "c" });
const since = "2026-02-28T03:00:00Z";

/** The record of an `up` that adopts a release, brought up by hand where the state holds v2. */
function adopting(target: typeof v1, letter: string) {
  const byHand = { service: "api", digests: [digest(letter)], release: undefined, since };
  const assessment = assess({
    ...{ ...usual, target, services: ["api"], survey: surveyOf(v1, v2, v3), adopt: true },
    evidence: {
      ...quiet,
      state: stateOf(...serviceInState("api", "b", "v2", "v2"), stackInState([])),
      strays: [{ id: "c9", name: "shop-api", byHand }],
    },
  });
  return begunUpdate({
    ...{ id: "1", stack: "shop/prod", assessment, by: { name: "anna", host: "laptop" }, evidence: undefined },
    settings: { record: { postmortem: {} } } as unknown as Parameters<typeof begunUpdate>[0]["settings"],
    ...{ startedAt: new Date(0), redact: (text: string) => text },
  });
}

describe("the record of an adoption", () => {
  it("is that of the rollback that was made by hand, with what stays a person's job", () => {
    const { direction, from, to, adopted, yours, postmortem } = adopting(v1, "a");
    expect([direction, from.tag, to.tag, postmortem]).to.deep.equal(["rollback", "v2", "v1", true]);
    expect(from.services).to.deep.equal({ api: { tag: "v2", digest: digest("b") } });
    expect(adopted).to.deep.equal({ api: { tag: "v1", since } });
    expect(yours).to.include("Keep CI's log of v2, before CI removes it");
  });

  it("leaves no such job where it was no rollback", () => {
    for (const [target, letter, way] of [
      [v3, "c", "forward"],
      [v2, "b", "same"],
    ] as const) {
      const record = adopting(target, letter);
      expect([record.direction, record.from.tag]).to.deep.equal([way, "v2"]);
      expect(record).not.to.have.any.keys("yours", "postmortem");
    }
  });
});
