import { expect } from "chai";
import { assess, type Assessment, type AssessmentQuestion } from "../../assessment/assessment";
import { assessmentMarkdown } from "../../assessment/assessmentMarkdown";
import { judgedSchema } from "../../assessment/judgedSchema";
import type { SchemaEvidence } from "../../assessment/schemaEvidence";
import type { AppliedProblem, AppliedState } from "../../migrations/tools/tool";
import type { RecordedSchema } from "../../history/recordedSchema";
import type { StepDown } from "../../schema/stepDown/stepDown";
import { release, serviceInState, stackInState, stateOf } from "../history/states";
import { finding, judgementOf, quiet, schemaAt, surveyOf, usual } from "./evidence";

const v1 = release("v1", 1, { api: "a" }, ["1"]);
const v2 = { ...release("v2", 2, { api: "b" }, ["1", "2"]), flags: ["search"] };
const v3 = { ...release("v3", 3, { api: "c" }, ["1", "2", "3"]), flags: ["search", "coupons"] };
const survey = surveyOf(v1, v2, v3);
const known = stackInState([
  { tag: "v2", passedAt: "2026-01-02T00:00:00.000Z" },
  { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
]);
const runs = (tag: string, letter: string) => stateOf(...serviceInState("api", letter, tag, tag), known);
const renamed = finding("breaking", "column-renamed", "orders.amount", "3_m3");
const loosened = finding("conditional", "not-null-dropped", "orders.note", "2_m2");

/** A rollback from v3 to v2, whose code breaks on what v3 renamed. */
function back(
  schema: Partial<SchemaEvidence> = {},
  question: Partial<AssessmentQuestion> = {},
  applied = ["1", "2", "3"],
): Assessment {
  const own = schemaAt(v2, applied, { judgement: judgementOf(renamed), ...schema });
  const evidence = { ...quiet, state: runs("v3", "c"), schema: own };
  return assess({ ...usual, target: v2, services: ["api"], survey, evidence, ...question });
}

/** Forward from v2 to v3. */
function forward(
  schema: Partial<SchemaEvidence> = {},
  question: Partial<AssessmentQuestion> = {},
): Assessment {
  const own = schemaAt(v3, ["1", "2"], {
    standings: [
      { tag: "v2", now: judgementOf(), after: judgementOf(renamed) },
      { tag: "v1", now: judgementOf(loosened), after: judgementOf(renamed, loosened) },
    ],
    ...schema,
  });
  const evidence = { ...quiet, state: runs("v2", "b"), schema: own };
  return assess({ ...usual, target: v3, services: ["api"], survey, evidence, ...question });
}

const reportOf = ({ risk }: Assessment) => {
  if (risk === undefined) throw new Error("nothing was judged");
  return risk.report;
};

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
      target: { tag: "v2", digests: [`sha256:${"b".repeat(64)}`] },
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
    expect(refused.refusals).to.have.length(1);
    expect(refused.refusals[0]).to.contain(`pulumi config set acknowledge ${fingerprint} --stack prod`);
    const passed = back({}, { acknowledge: fingerprint });
    expect(passed.refusals).to.deep.equal([]);
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
    expect(refusals[0]?.split("\n").slice(1, 3)).to.deep.equal([
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
    expect(refusals).to.deep.equal([]);
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
    expect(stopped.refusals[0]).to.contain("so its services stay stopped.");
    const again = stepping({}, judgementOf(renamed), { acknowledge: reportOf(stopped).fingerprint });
    expect(again.refusals).to.deep.equal([]);
  });

  it("has its losses acknowledged, and another loss anew, but not another count", () => {
    const losing = (object: string, values: number, acknowledge?: string) =>
      stepping(
        { verdict: "lossy", losses: [{ object, values, estimated: false }] },
        undefined,
        acknowledge === undefined ? {} : { acknowledge },
      );
    const first = losing("orders.note", 3);
    expect(first.refusals[0]).to.contain("Stepping down 3 loses data: orders.note (3 values).");
    const { fingerprint } = reportOf(first);
    expect(losing("orders.note", 4, fingerprint).refusals).to.deep.equal([]);
    expect(losing("orders.total", 3, fingerprint).refusals).to.have.length(1);
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
    expect([refused.refusals, refused.stepDown?.active]).to.deep.equal([["No."], false]);
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
    expect(refusals).to.have.length(1);
    expect(refusals[0]).to.match(/^Stepping down 3 is refused: the migrations are goose's/);
  });
});

describe("what a way forward means in the schema", () => {
  it("warns of each release that can't come back, by what the target does", () => {
    const { warnings, refusals } = forward();
    expect(refusals).to.deep.equal([]);
    expect(warnings).to.deep.equal([
      "After this, v2 can no longer run: v3 renames orders.amount.",
      "After this, v1 can no longer run: v3 renames orders.amount.",
    ]);
  });

  it("is refused under guards.horizon until it is acknowledged, and again when it closes more", () => {
    const guards = { schema: "conditional", horizon: true } as const;
    const refused = forward({}, { guards });
    const { fingerprint } = reportOf(refused);
    expect(refused.refusals[0]).to.contain(`pulumi config set acknowledge ${fingerprint} --stack prod`);
    expect(forward({}, { guards, acknowledge: fingerprint }).refusals).to.deep.equal([]);
    const standings = [{ tag: "v2", now: judgementOf(), after: judgementOf(renamed) }];
    expect(forward({ standings }, { guards, acknowledge: fingerprint }).refusals).to.have.length(1);
    expect(forward({ standings: [] }, { guards }).refusals).to.deep.equal([]);
  });

  it("has a horizon in the catalog's order, with the target", () => {
    expect(reportOf(forward()).horizon).to.deep.equal({
      oldest: "v3",
      verdicts: { v1: "breaking", v2: "breaking", v3: "compatible" },
    });
  });

  it("says whom there was no time to judge", () => {
    const standings = [{ tag: "v1", now: undefined, after: undefined }];
    expect(forward({ standings }).warnings).to.deep.equal([
      "There was no time to judge whether v1 can run on the schema; the next preview goes on.",
    ]);
  });

  it("is worth a report only where something is ahead or closed", () => {
    expect(forward().risk?.worthReading).to.equal(true);
    expect(forward({ standings: [] }).risk?.worthReading).to.equal(false);
    expect(back().risk?.worthReading).to.equal(true);
  });
});

describe("the report as Markdown", () => {
  it("ends with the horizon and what closes it", () => {
    const markdown = assessmentMarkdown(reportOf(forward()));
    expect(markdown).to.contain("The oldest release that can run once this is through: v3.");
    expect(markdown).to.contain("| v1 | breaking |\n| v2 | breaking |\n| v3 | compatible |");
    expect(markdown).to.match(/- after this, v1 can no longer run: v3 renames orders\.amount\n$/);
  });
});
