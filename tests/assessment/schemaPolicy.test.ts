import { expect } from "chai";
import { refusalTexts } from "../../assessment/refusal";
import { schemaRefusals, type PolicyQuestion } from "../../assessment/schemaPolicy";
import type { Direction } from "../../history/running";
import type { StepDown } from "../../schema/stepDown/stepDown";
import { verdicts } from "../../schema/verdict";
import { back } from "./judgedStack";

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
const accept = (that: string) =>
  `To accept all the same that ${that}: pulumi config set acknowledge ${own} --stack prod && pulumi up --stack prod`;
const hotfix = "Safest: a newer release that mends the fault and runs on the schema as it is.";
const answer = `${hotfix}\n${accept("v2 fails at ordinary statements")}`;
const keep =
  "To leave the schema as it is: pulumi config rm stepDown --stack prod && pulumi preview --stack prod";

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

  it("names the safest way first and the acknowledgement last, with what it accepts", () => {
    const ways = (question: Partial<PolicyQuestion>) => refusals(question)[0]?.split("\n").slice(1);
    const wayDown = { label: "3_m3", version: "3", loses: undefined };
    const down = (loses: string) =>
      `Else step down 3_m3, with services stopped for it, which loses ${loses}: ` +
      "pulumi config set stepDown 3 --stack prod && pulumi up --stack prod";
    expect(ways({ verdict: "breaking", wayDown })).to.deep.equal([
      hotfix,
      down("nothing"),
      accept("v2 fails at ordinary statements"),
    ]);
    expect(ways({ verdict: "destructive", wayDown: { ...wayDown, loses: "a (3 values)" } })).to.deep.equal([
      hotfix,
      "Else restore what was destroyed, beside the database: npx knowngood restore --help",
      down("a (3 values)"),
      accept("v2 misses data that is gone or changed"),
    ]);
    expect(ways({ verdict: "conditional", allowed: "compatible" })?.at(-1)).to.equal(
      accept("v2 fails at some statements"),
    );
  });

  it("offers a step-down only where an up can take it", () => {
    const lossless: StepDown = {
      ...{ version: "3", name: "m3", losses: [], stays: [], reason: "All.", confirmed: true },
      verdict: "lossless",
    };
    const text = (schema: Parameters<typeof back>[0]) => refusalTexts(back(schema).refusals).join("\n");
    expect(text({ stepDown: lossless })).to.contain("Else step down 3_m3, with services stopped for it");
    expect(text({ stepDown: { ...lossless, verdict: "irreversible" } })).not.to.contain("Else step down");
    const runner = { tool: "flyway", starts: true, words: "" } as const;
    expect(text({ stepDown: lossless, runner })).not.to.contain("Else step down");
  });

  it("refuses a stale acknowledgement with what changed, or says why that can't be told", () => {
    const stale = (changes: string[] | undefined) =>
      refusals({ verdict: "breaking", acknowledge: other, changes })[0]?.split("\n").slice(1);
    expect(stale(["new migration: 4_m4", "new finding: orders (destructive, table-dropped)"])).to.deep.equal([
      `What was acknowledged (${other}) is not this assessment. Changed since:`,
      "  new migration: 4_m4",
      "  new finding: orders (destructive, table-dropped)",
      ...answer.split("\n"),
    ]);
    expect(stale(undefined)).to.deep.equal([
      `What was acknowledged (${other}) is not this assessment, and its report is not kept here to tell the difference.`,
      ...answer.split("\n"),
    ]);
    expect(stale([])).to.deep.equal([
      `What was acknowledged (${other}) is not this assessment, though its report says the same.`,
      ...answer.split("\n"),
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
        `Stepping down 3 loses data: orders.note (3 values).\n${keep}\n${accept("this data is lost")}`,
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
            `and guards.schema allows conditional at most, so its services stay stopped.\n${keep}\n${accept("the services of v2 stay stopped")}`,
        ]);
      }
    });

    it("asks once for everything that one acknowledgement answers", () => {
      const [asked, ...more] = stepDown("lossy", { verdict: "breaking" });
      expect(more).to.deep.equal([]);
      expect(asked?.split("\n").slice(2)).to.deep.equal([
        keep,
        accept("the services of v2 stay stopped, and that this data is lost"),
      ]);
    });
  });

  describe("of the horizon", () => {
    const closed = ["after this, v1 can no longer run: v3 drops orders.note"];
    const forward = { direction: "forward", closed } as const;

    it("refuses a closed way only where the guard is set", () => {
      expect(refusals(forward)).to.deep.equal([]);
      expect(refusals({ ...forward, guardsHorizon: true })).to.deep.equal([
        `guards.horizon: after this, v1 can no longer run: v3 drops orders.note.\n${accept("these releases can no longer run")}`,
      ]);
      expect(refusals({ ...forward, guardsHorizon: true, acknowledge: own })).to.deep.equal([]);
      expect(refusals({ ...forward, guardsHorizon: true, closed: [] })).to.deep.equal([]);
    });

    it("never refuses the way back", () => {
      expect(refusals({ closed, guardsHorizon: true })).to.deep.equal([]);
    });
  });
});
