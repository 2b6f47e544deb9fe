import { expect } from "chai";
import { refusalTexts } from "../../assessment/refusal";
import { schemaRefusals, type PolicyQuestion } from "../../assessment/schemaPolicy";
import type { Direction } from "../../history/running";
import { verdicts } from "../../schema/verdict";

const own = "0123456789ab";
const other = "ba9876543210";

/** A rollback to v2 on a schema that is compatible. */
const mild: PolicyQuestion = {
  stack: "prod",
  direction: "rollback",
  target: "v2",
  verdict: "compatible",
  allowed: "conditional",
  closed: [],
  guardsHorizon: false,
  fingerprint: own,
  acknowledge: undefined,
  changes: undefined,
};
const refusals = (question: Partial<PolicyQuestion>) =>
  refusalTexts(schemaRefusals({ ...mild, ...question }));
const answer = `To accept it as it is assessed above: pulumi config set acknowledge ${own} --stack prod`;

describe("the policy of the schema", () => {
  it("lets pass what is allowed and refuses what is graver, for each verdict that can be allowed", () => {
    for (const [limit, allowed] of verdicts.entries()) {
      const passing = verdicts.filter((verdict) => refusals({ verdict, allowed }).length === 0);
      expect(passing).to.deep.equal(verdicts.slice(0, limit + 1));
    }
  });

  it("gives the command that answers it, and passes once that was given", () => {
    expect(refusals({ verdict: "breaking" })).to.deep.equal([
      `What v2 would meet in the schema is breaking, and guards.schema allows conditional at most.\n${answer}`,
    ]);
    expect(refusals({ verdict: "breaking", acknowledge: own })).to.deep.equal([]);
  });

  it("refuses a stale acknowledgement with what changed, or says why that can't be told", () => {
    const stale = (changes: string[] | undefined) =>
      refusals({ verdict: "breaking", acknowledge: other, changes })[0]?.split("\n").slice(1);
    expect(stale(["new migration: 4_m4", "new finding: orders (destructive, table-dropped)"])).to.deep.equal([
      `What was acknowledged (${other}) is not this assessment. Changed since:`,
      "  new migration: 4_m4",
      "  new finding: orders (destructive, table-dropped)",
      answer,
    ]);
    expect(stale(undefined)).to.deep.equal([
      `What was acknowledged (${other}) is not this assessment, and its report is not kept here to tell the difference.`,
      answer,
    ]);
    expect(stale([])).to.deep.equal([
      `What was acknowledged (${other}) is not this assessment, though its report says the same.`,
      answer,
    ]);
  });

  it("says nothing of an acknowledgement that nothing asks for", () => {
    expect(refusals({ acknowledge: other, changes: ["new migration: 4_m4"] })).to.deep.equal([]);
  });

  it("stands in no way of a release that runs already", () => {
    const refused = (direction: Direction) => refusals({ direction, verdict: "destructive" }).length;
    expect([refused("same"), refused("forward"), refused("rollback")]).to.deep.equal([0, 1, 1]);
  });

  describe("of a step-down", () => {
    const stepDown = (
      verdict: NonNullable<PolicyQuestion["stepDown"]>["verdict"],
      question: Partial<PolicyQuestion> = {},
    ) =>
      refusals({
        ...question,
        stepDown: {
          version: "3",
          verdict,
          losses: verdict === "lossy" ? ["orders.note (3 values)"] : [],
          reason: "Because.",
        },
      });

    it("lets a lossless one pass, also where the release runs already", () => {
      expect(stepDown("lossless")).to.deep.equal([]);
      expect(stepDown("lossless", { direction: "same" })).to.deep.equal([]);
    });

    it("has a lossy one acknowledged, which names what is lost", () => {
      expect(stepDown("lossy")).to.deep.equal([
        `Stepping down 3 loses data: orders.note (3 values).\n${answer}`,
      ]);
      expect(stepDown("lossy", { acknowledge: own })).to.deep.equal([]);
    });

    it("refuses one that can't be done, whatever was acknowledged", () => {
      for (const verdict of ["irreversible", "missing"] as const) {
        expect(stepDown(verdict, { acknowledge: own })).to.deep.equal([
          `Stepping down 3 can't be done (${verdict}): Because. ` +
            "Roll forward, or leave the schema as it is: pulumi config rm stepDown --stack prod",
        ]);
      }
    });

    it("has acknowledged that services stay stopped on what is left, also where they run already", () => {
      for (const direction of ["rollback", "same"] as const) {
        expect(stepDown("lossless", { direction, verdict: "breaking" })).to.deep.equal([
          "After the step-down, what v2 would meet in the schema is still breaking, " +
            `and guards.schema allows conditional at most, so its services stay stopped.\n${answer}`,
        ]);
      }
    });

    it("asks once for everything that one acknowledgement answers", () => {
      const [asked, ...more] = stepDown("lossy", { verdict: "breaking" });
      expect(more).to.deep.equal([]);
      expect(asked?.split("\n")).to.have.length(3);
    });
  });

  describe("of the horizon", () => {
    const closed = ["after this, v1 can no longer run: v3 drops orders.note"];
    const forward = { direction: "forward", closed } as const;

    it("refuses a closed way only where the guard is set", () => {
      expect(refusals(forward)).to.deep.equal([]);
      expect(refusals({ ...forward, guardsHorizon: true })).to.deep.equal([
        `guards.horizon: after this, v1 can no longer run: v3 drops orders.note.\n${answer}`,
      ]);
      expect(refusals({ ...forward, guardsHorizon: true, acknowledge: own })).to.deep.equal([]);
      expect(refusals({ ...forward, guardsHorizon: true, closed: [] })).to.deep.equal([]);
    });

    it("never refuses the way back", () => {
      expect(refusals({ closed, guardsHorizon: true })).to.deep.equal([]);
    });
  });
});
