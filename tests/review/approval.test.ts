import { expect } from "chai";
import { approvalsIn, type Review } from "../../review/approval";

describe("an approval", () => {
  const wanted = { head: "b".repeat(40), since: "2026-01-02T03:04:05Z", own: new Set(["acme"]) };
  const approval: Review = {
    ...{ by: "anna", person: true, state: "APPROVED", commit: wanted.head, at: "2026-01-02T03:04:05Z" },
  };
  const comment = { ...approval, state: "COMMENTED" };

  it("counts where it is the last word of a person who has not made the change, on what the check has shown", () => {
    for (const [what, reviews, by, without] of [
      ["at the second", [approval], ["anna"], []],
      ["none", [], [], []],
      ["a comment", [comment], [], []],
      ["a comment after it", [approval, comment], ["anna"], []],
      ["dismissed", [{ ...approval, state: "DISMISSED" }], [], ["anna has approved it no longer"]],
      [
        "changes wanted after it",
        [approval, { ...approval, state: "CHANGES_REQUESTED" }],
        [],
        ["anna wants changes"],
      ],
      ["changes wanted before it", [{ ...approval, state: "CHANGES_REQUESTED" }, approval], ["anna"], []],
      ["own", [{ ...approval, by: "acme" }], [], ["acme has made the change"]],
      ["a workflow's", [{ ...approval, person: false }], [], ["anna is no person"]],
      [
        "of an older commit",
        [{ ...approval, commit: "a".repeat(40) }],
        [],
        ["anna has approved aaaaaaaaaaaa, which is not its last commit"],
      ],
      [
        "a second too early",
        [{ ...approval, at: "2026-01-02T03:04:04Z" }],
        [],
        ["anna has approved it at 2026-01-02T03:04:04Z, before the check ended at 2026-01-02T03:04:05Z"],
      ],
      ["another's besides", [{ ...approval, by: "acme" }, approval], ["anna"], ["acme has made the change"]],
    ] as const)
      expect(approvalsIn(reviews, wanted), what).to.deep.equal({ by, without });
  });
});
