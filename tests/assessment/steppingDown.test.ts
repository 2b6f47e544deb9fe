import { expect } from "chai";
import { assess, type AssessmentQuestion } from "../../assessment/assessment";
import { refusalTexts } from "../../assessment/refusal";
import type { SchemaEvidence } from "../../assessment/schemaEvidence";
import type { StepDown } from "../../schema/stepDown/stepDown";
import { judgementOf, quiet, schemaAt, surveyOf, usual } from "./evidence";
import { back, renamed, reportOf, runs, v1, v2, v3 } from "./judgedStack";

describe("a step-down in the assessment", () => {
  const judged: StepDown = {
    version: "3",
    name: "m3",
    verdict: "lossless",
    losses: [],
    stays: [],
    reason: "It undoes it.",
    confirmed: true,
    checks: { empty: [] },
  };
  const stepping = (
    verdict: Partial<StepDown>,
    judgement: SchemaEvidence["judgement"],
    question: Partial<AssessmentQuestion> = {},
  ) =>
    back(
      {
        decision: { kind: "step", version: "3" },
        stepDown: { ...judged, ...verdict },
        judgement,
        ahead: { shipped: [], ahead: [] },
      },
      question,
    );

  it("passes where it loses nothing and the target runs on what is left", () => {
    const { refusals, stepDown } = stepping({}, undefined);
    expect(refusalTexts(refusals)).to.deep.equal([]);
    expect(stepDown).to.deep.include({ version: "3", active: true, servicesStayStopped: false });
    expect(stepDown?.migration).to.deep.equal(v3.migrations[2]);
  });

  it("says what is not undone by it", () => {
    const { warnings } = stepping({ stays: ["orders.note: its values are gone."] }, undefined);
    expect(warnings).to.deep.equal([
      "Not as before, though it is stepped down: orders.note: its values are gone.",
    ]);
  });

  it("keeps the services stopped where the target can't run on what is left, and has that acknowledged", () => {
    const stopped = stepping({}, judgementOf(renamed));
    expect(stopped.stepDown?.servicesStayStopped).to.equal(true);
    expect(refusalTexts(stopped.refusals)[0]).to.contain("so its services stay stopped.");
    const again = stepping({}, judgementOf(renamed), { acknowledge: reportOf(stopped).fingerprint });
    expect(refusalTexts(again.refusals)).to.deep.equal([]);
  });

  it("has its losses acknowledged, and another loss anew, but not another count", () => {
    const losing = (object: string, values: number, acknowledge?: string) =>
      stepping(
        { verdict: "lossy", losses: [{ object, values, estimated: false }] },
        undefined,
        acknowledge === undefined ? {} : { acknowledge },
      );
    const first = losing("orders.note", 3);
    expect(refusalTexts(first.refusals)[0]).to.contain("Stepping down 3 loses data: orders.note (3 values).");
    const { fingerprint } = reportOf(first);
    expect(refusalTexts(losing("orders.note", 4, fingerprint).refusals)).to.deep.equal([]);
    expect(refusalTexts(losing("orders.total", 3, fingerprint).refusals)).to.have.length(1);
    // Of the plain rollback something else was reviewed.
    expect(reportOf(back()).fingerprint).not.to.equal(fingerprint);
  });

  it("is acknowledged for the very migration that was reviewed, and its text", () => {
    const at = (version: string, sha256: string, standings: SchemaEvidence["standings"]) => {
      const migrations = v3.migrations.map((each) =>
        each.version === version ? { ...each, sha256: sha256.repeat(64) } : each,
      );
      const schema = schemaAt(v2, ["1", "2", "3"], {
        decision: { kind: "step", version },
        stepDown: { ...judged, version },
        judgement: undefined,
        ahead: { shipped: [], ahead: [] },
        standings,
      });
      const assessment = assess({
        ...usual,
        target: v2,
        services: ["api"],
        survey: surveyOf(v1, v2, { ...v3, migrations }),
        // Nothing newer runs, so that ways can close, too.
        evidence: { ...quiet, state: runs("v2", "b"), schema },
      });
      return reportOf(assessment);
    };
    const closing = [{ tag: "v1", now: judgementOf(), after: judgementOf(renamed) }];
    for (const standings of [[], closing]) {
      const reviewed = at("3", "a", standings);
      expect(reviewed.closed).to.have.length(standings.length);
      expect(at("3", "a", standings).fingerprint).to.equal(reviewed.fingerprint);
      expect(at("3", "b", standings).fingerprint).not.to.equal(reviewed.fingerprint);
      expect(at("9", "a", standings).fingerprint).not.to.equal(at("8", "a", standings).fingerprint);
    }
  });

  it("is refused, or has nothing to do, in the words of its own decision", () => {
    const refused = back({
      decision: { kind: "refused", version: "2", refusal: "No." },
      judgement: judgementOf(),
    });
    expect([refusalTexts(refused.refusals), refused.stepDown?.active]).to.deep.equal([["No."], false]);
    const inert = back({
      decision: { kind: "inert", version: "9", told: "Nothing." },
      judgement: judgementOf(),
    });
    expect([inert.refusals, inert.warnings, inert.stepDown?.active]).to.deep.equal([[], ["Nothing."], false]);
  });

  it("is refused for another tool's migrations", () => {
    const runner = { tool: "goose", starts: true, words: "It goes on." } as const;
    const { refusals } = back({
      runner,
      decision: { kind: "step", version: "3" },
      stepDown: judged,
      judgement: undefined,
    });
    expect(refusalTexts(refusals)).to.have.length(1);
    expect(refusalTexts(refusals)[0]).to.match(/^Stepping down 3 is refused: the migrations are goose's/);
  });
});
