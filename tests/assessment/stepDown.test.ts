import { expect } from "chai";
import { announcement, headline } from "../../assessment/announcement";
import { assess } from "../../assessment/assessment";
import { refusalTexts, type Refusal } from "../../assessment/refusal";
import type { SchemaEvidence } from "../../assessment/schemaEvidence";
import type { StepDown } from "../../schema/stepDown/stepDown";
import { release, serviceInState, stateOf } from "../history/states";
import { finding, judgementOf, quiet, schemaAt, surveyOf, usual } from "./evidence";

const v1 = release("v1", 1, { api: "a" }, ["1"]);
const v2 = release("v2", 2, { api: "b" }, ["1", "2"]);
const lossless: StepDown = {
  version: "2",
  name: "m2",
  verdict: "lossless",
  losses: [],
  stays: [],
  reason: "Its way down destroys no data.",
  confirmed: true,
  checks: { empty: [] },
};
const lossy: StepDown = {
  ...lossless,
  verdict: "lossy",
  losses: [{ object: "orders.note", values: 3, estimated: false }],
};

describe("the assessment of a step-down", () => {
  const of = (parts: Partial<SchemaEvidence>, acknowledge?: string, container: object = {}) => {
    const [own, component] = serviceInState("api", "b", "v2", "v2");
    if (own === undefined || component === undefined) throw new Error("a service has two resources");
    return assess({
      ...usual,
      target: v1,
      services: ["api"],
      survey: surveyOf(v1, v2),
      ...(acknowledge !== undefined && { acknowledge }),
      evidence: {
        ...quiet,
        state: stateOf({ ...own, inputs: { ...own.inputs, ...container } }, component),
        schema: schemaAt(v1, ["1", "2"], {
          decision: { kind: "step", version: "2" },
          ahead: { shipped: [], ahead: [] },
          judgement: undefined,
          ...parts,
        }),
      },
    });
  };
  const fingerprintIn = (refusals: readonly Refusal[]) =>
    /acknowledge ([0-9a-f]{12})/.exec(refusalTexts(refusals).join())?.[1];

  it("takes back what loses nothing, with its migration from the catalog; services start again", () => {
    const { stepDown, refusals } = of({ stepDown: lossless });
    expect(refusalTexts(refusals)).to.deep.equal([]);
    expect(stepDown).to.deep.equal({
      version: "2",
      active: true,
      migration: v2.migrations[1],
      verdict: lossless,
      servicesStayStopped: false,
    });
  });

  it("asks for an acknowledgement where data is lost, and takes that of the same losses only", () => {
    const { refusals } = of({ stepDown: lossy });
    expect(refusalTexts(refusals).join()).to.contain("orders.note (3 values)");
    const own = fingerprintIn(refusals);
    expect(refusalTexts(of({ stepDown: lossy }, own).refusals)).to.deep.equal([]);
    const more = { ...lossy, losses: [{ object: "orders.note", values: 4, estimated: false }] };
    expect(refusalTexts(of({ stepDown: more }, own).refusals)).to.deep.equal([]);
    const other = { ...lossy, losses: [...lossy.losses, { object: "coupons", rows: 1, estimated: false }] };
    expect(refusalTexts(of({ stepDown: other }, own).refusals)).to.have.length(1);
  });

  it("is refused where the backup that it needs can't be made, acknowledged or not", () => {
    const text = "No pg_dump and pg_restore of PostgreSQL 17, the server's own version, were found.";
    const own = fingerprintIn(of({ stepDown: lossy }).refusals);
    const obstacle = { kind: "programs", text } as const;
    const backup = { reason: "the step-down of 2 loses data", mayLose: true, obstacle };
    const [refusal, ...more] = refusalTexts(of({ stepDown: lossy, backup }, own).refusals);
    expect(more).to.deep.equal([]);
    expect(refusal?.split("\n").slice(0, 2)).to.deep.equal([
      `A backup is to be made first, since the step-down of 2 loses data, and it can't be made. ${text}`,
      "To leave the schema as it is: pulumi config rm stepDown --stack prod",
    ]);
  });

  it("is refused where it was not judged, or another was, acknowledged or not", () => {
    for (const stepDown of [undefined, { ...lossless, version: "1" }, { ...lossy, version: "1" }]) {
      const own = of({ stepDown }).risk?.report.fingerprint;
      const { refusals, stepDown: assessed } = of({ stepDown }, own);
      expect(refusalTexts(refusals)).to.deep.equal([
        "Stepping down 2 is refused, since what it would come to was not judged. To look at it again: pulumi preview",
      ]);
      expect(assessed?.verdict).to.equal(undefined);
    }
  });

  it("is refused while another stack needs the migration, acknowledged or not, and in doubt where nobody could look", () => {
    const two = {
      stack: "shop/two",
      database: { address: "d", name: "shop" },
      releases: ["v2", "v3"],
      needs: ["1", "2"],
    };
    const { refusals } = of({ stepDown: lossless, needs: { stacks: [two] } });
    expect(refusalTexts(refusals)).to.deep.equal([
      "Stepping down 2 is refused, since the stack shop/two uses the same database, and v2, v3, which it is at, ships 2. " +
        "Bring that stack to a release that does not, or destroy it; or leave the schema as it is: pulumi config rm stepDown --stack prod",
    ]);
    const doubt = of({ stepDown: lossless, needs: { stacks: [], unconfirmed: "the backend is away" } });
    expect(refusalTexts(doubt.refusals)).to.deep.equal([]);
    expect(doubt.warnings).to.include("Unconfirmed: whether another stack needs 2 (the backend is away).");
  });

  it("leaves services stopped that can't run on what is left, once that is acknowledged", () => {
    const left = {
      stepDown: lossless,
      ahead: { shipped: [], ahead: [{ name: "0_rename", sql: "…" }] },
      judgement: judgementOf(finding("breaking", "table-renamed", "orders")),
    };
    const { stepDown, refusals } = of(left);
    expect(stepDown).to.include({ active: true, servicesStayStopped: true });
    expect(refusalTexts(refusals).join()).to.contain("its services stay stopped");
    expect(refusalTexts(of(left, fingerprintIn(refusals)).refusals)).to.deep.equal([]);
  });

  it("says what it does, to the services too", () => {
    const line = (parts: Partial<SchemaEvidence>) =>
      announcement("shop/prod", of(parts))
        .split("\n")
        .find((text) => text.startsWith("  step-down of"));
    expect(line({ stepDown: lossless })).to.equal(
      "  step-down of 2_m2, lossless: every service stops, the one migration is taken back, services start again",
    );
    const judgement = judgementOf(finding("breaking", "table-renamed", "orders"));
    expect(line({ stepDown: lossy, judgement })).to.equal(
      "  step-down of 2_m2, lossy: every service stops, the one migration is taken back, services stay stopped",
    );
    expect(line({ decision: { kind: "none" }, stepDown: lossless })).to.equal(undefined);
  });

  it("says so where nothing is left to do", () => {
    const told = "The setting stepDown does nothing: 2 is not applied.";
    const { stepDown, warnings } = of({ decision: { kind: "inert", version: "2", told } });
    expect(warnings.join()).to.contain(told);
    expect(stepDown).to.include({ active: false, servicesStayStopped: false });
  });

  it("goes on with a way back whose services were left stopped", () => {
    const [own, component] = serviceInState("api", "a", "v1", "v1");
    if (own === undefined || component === undefined) throw new Error("a service has two resources");
    const stopped = { ...own, inputs: { ...own.inputs, start: false } };
    const assessment = assess({
      ...usual,
      target: v1,
      services: ["api"],
      survey: surveyOf(v1, v2),
      evidence: { ...quiet, state: stateOf(stopped, component), schema: schemaAt(v1, ["1"]) },
    });
    expect(assessment.direction).to.equal("rollback");
    expect(headline("shop/prod", assessment)).to.equal(
      "shop/prod: the rollback to v1 goes on; its services are stopped",
    );
  });
});
