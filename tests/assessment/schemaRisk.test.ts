import { expect } from "chai";
import { judgedSchema } from "../../assessment/judgedSchema";
import { refusalTexts } from "../../assessment/refusal";
import type { SchemaEvidence } from "../../assessment/schemaEvidence";
import type { RecordedSchema } from "../../history/recordedSchema";
import type { AppliedProblem, AppliedState } from "../../migrations/tools/tool";
import type { StepDown } from "../../schema/stepDown/stepDown";
import { judgementOf, quiet, schemaAt } from "./evidence";
import { back, forward, loosened, renamed, reportOf, runs, v2 } from "./judgedStack";

describe("what a rollback means in the schema", () => {
  it("shows the way by steps, of another tool by its own command", () => {
    const stepDown: StepDown = {
      version: "3",
      name: "m3",
      verdict: "lossless",
      losses: [],
      stays: [],
      reason: "Its way down destroys no data.",
      confirmed: true,
    };
    const wayBack = [{ version: "3", name: "m3", left: "compatible" as const }];
    const wayOf = (parts: Partial<SchemaEvidence>) =>
      reportOf(back({ stepDown, wayBack, ...parts })).wholeWay;
    expect(wayOf({}).join("\n")).to.contain("pulumi config set stepDown 3 --stack prod");
    const runner = { tool: "goose" as const, starts: true, words: "goose goes on." };
    expect(wayOf({ runner })).to.deep.equal([
      "An up takes back dbmate's migrations alone: stop the services, take back 3_m3 with goose itself, then roll back.",
    ]);
  });

  it("is reported with findings, action, what was not judged and the flags to turn off", () => {
    const report = reportOf(back());
    expect(report).to.deep.include({
      stack: "prod",
      direction: "rollback",
      verdict: "breaking",
      confirmed: true,
      action: "roll forward",
      notJudged: "schema only; data written since v2 last ran not judged",
      target: { tag: "v2", images: [`api=acme/api@sha256:${"b".repeat(64)}`] },
      horizon: { oldest: undefined, verdicts: { v2: "breaking" } },
    });
    expect(report.findings).to.deep.equal([renamed]);
    expect(report.gap.map(({ name }) => name)).to.deep.equal(["3_m3"]);
    expect(report.advice[0]).to.match(/^If the fault is behind the flag coupons, turn it off/);
  });

  it("dates the newer data by the database, where that says when the gap began", () => {
    const state: AppliedState = {
      ...(schemaAt(v2, []).state as AppliedState),
      applied: [
        { version: "1", appliedAt: "2026-01-01T08:00:00.000Z" },
        { version: "3", appliedAt: "2026-01-03T14:02:33.000Z" },
      ],
    };
    expect(reportOf(back({ state })).notJudged).to.equal(
      "schema only; data written since 2026-01-03 14:02 UTC not judged",
    );
  });

  it("is refused past the policy, until this very assessment is acknowledged", () => {
    const refused = back();
    const { fingerprint } = reportOf(refused);
    expect(refusalTexts(refused.refusals)).to.have.length(1);
    expect(refusalTexts(refused.refusals)[0]).to.contain(
      `pulumi config set acknowledge ${fingerprint} --stack prod`,
    );
    const passed = back({}, { acknowledge: fingerprint });
    expect(refusalTexts(passed.refusals)).to.deep.equal([]);
    expect(passed.warnings).to.deep.equal([
      `What v2 would meet in the schema is breaking, and acknowledged (${fingerprint}).`,
    ]);
  });

  it("is refused again when the schema moved on, and says by what", () => {
    const reviewed = reportOf(back());
    const evidence = {
      ...quiet,
      state: runs("v3", "c"),
      reviewed,
      schema: schemaAt(v2, ["1", "2", "3", "4"], { judgement: judgementOf(renamed) }),
    };
    const { refusals } = back({}, { evidence, acknowledge: reviewed.fingerprint });
    expect(refusalTexts(refusals)[0]?.split("\n").slice(1, 3)).to.deep.equal([
      `What was acknowledged (${reviewed.fingerprint}) is not this assessment. Changed since:`,
      "  new migration: 4_m4",
    ]);
  });

  it("passes with a warning where it is conditional, and without one where it is compatible", () => {
    const conditional = back({ judgement: judgementOf(loosened) });
    expect([conditional.refusals, conditional.warnings]).to.deep.equal([
      [],
      ["What v2 would meet in the schema is conditional, which guards.schema lets pass."],
    ]);
    const compatible = back({ judgement: judgementOf() });
    expect([compatible.refusals, compatible.warnings]).to.deep.equal([[], []]);
  });

  it("tells of what no release ships", () => {
    const { warnings } = back({ judgement: judgementOf(), unshipped: ["9"] });
    expect(warnings).to.deep.equal([
      "Migration 9 is applied in the database, and shipped by no release of the catalog: what it did is not judged. " +
        "Add the release that ships it: npx knowngood release add --help",
    ]);
  });

  it("is conditional at least, and not confirmed, where a migration stopped half-way", () => {
    const withProblem = (kind: AppliedProblem["kind"]) => {
      const state = {
        ...(schemaAt(v2, ["1", "2", "3"]).state as AppliedState),
        problems: [{ version: "3", kind, reason: "Half of 3 is there.", remedy: "Look at it." }],
      };
      const assessment = back({ state, judgement: judgementOf() });
      const { verdict, confirmed, unconfirmed } = reportOf(assessment);
      expect(assessment.warnings).to.include("Half of 3 is there. Look at it.");
      return [verdict, confirmed, ...unconfirmed];
    };
    for (const kind of ["dirty", "failed", "unfinished", "checksum"] as const)
      expect(withProblem(kind), kind).to.deep.equal(["conditional", false, "Half of 3 is there."]);
    expect(withProblem("several-tools")).to.deep.equal(["compatible", true]);
  });

  it("is conditional at least where nobody can say what is applied, and as judged where it is recorded", () => {
    const silent = (parts: Partial<SchemaEvidence>) => {
      const { verdict, confirmed, unconfirmed } = reportOf(
        back({ state: { unconfirmed: "timeout" }, judgement: judgementOf(), ...parts }),
      );
      return [verdict, confirmed, ...unconfirmed];
    };
    const why = "since the database could not be asked: timeout";
    expect(silent({})).to.deep.equal(["conditional", false, `what is applied is not known, ${why}`]);
    expect(silent({ judgement: judgementOf(renamed) })[0]).to.equal("breaking");
    const recorded: RecordedSchema = { applied: ["1", "2", "3"], head: "3" };
    expect(silent({ recorded })).to.deep.equal([
      "compatible",
      false,
      `what is applied is taken from the record, ${why}`,
    ]);
  });

  it("names the target's own runner only where something is ahead", () => {
    const runner = { tool: "alembic", starts: false, words: "It refuses." } as const;
    expect(reportOf(back({ runner })).runner).to.deep.equal(runner);
    expect(reportOf(forward({ runner, standings: [] })).runner).to.equal(null);
  });

  it("becomes outputs that advise what runs now, whichever way it came", () => {
    const adviceOf = (assessment: ReturnType<typeof back>) =>
      judgedSchema(reportOf(assessment)).schema.advice;
    expect(adviceOf(forward())).to.equal("stay");
    expect(adviceOf(back({ judgement: judgementOf(loosened) }))).to.equal("stay");
    expect(adviceOf(back())).to.equal("roll forward");
  });

  it("becomes outputs with counts by verdict", () => {
    expect(judgedSchema(reportOf(back({ judgement: judgementOf(renamed, loosened) })))).to.deep.equal({
      schema: {
        verdict: "breaking",
        confirmed: true,
        advice: "roll forward",
        findings: { compatible: 0, conditional: 1, breaking: 1, destructive: 0 },
      },
      horizon: { oldest: undefined, verdicts: { v2: "breaking" } },
    });
  });
});
