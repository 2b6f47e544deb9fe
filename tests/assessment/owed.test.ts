import { expect } from "chai";
import { headline } from "../../assessment/announcement";
import { assess, type AssessmentQuestion } from "../../assessment/assessment";
import { assessOwed } from "../../assessment/owed";
import type { OwedRun } from "../../history/owedRun";
import type { QuarantineMemory } from "../../history/quarantine";
import { glassInState, release, serviceInState, stackInState, stateOf } from "../history/states";
import { judgementOf, quiet, schemaAt, surveyOf, usual } from "./evidence";
import { renamed, v1 as one, v2 as two, v3 as three } from "./judgedStack";

const v1 = release("v1", 1, { api: "a" });
const v2 = release("v2", 2, { api: "b" });
const v3 = release("v3", 3, { api: "c" });
const since = "2026-02-20T00:00:00.000Z";
const owed: OwedRun = { release: "v2", guards: ["ci", "commands"], reason: "CI was down", since };
const failed = { verdict: "failed", found: "build did not pass" } as const;
const told = `Owed since ${since}: the proper run of v2, which came up by break-glass without ci, commands: CI was down`;
const until = "2026-03-01T00:00:01.000Z";

/** An `up` of a stack that runs v2, which came up without CI and smoke tests. */
function of(
  target: typeof v1,
  ci: (typeof quiet)["ci"] = quiet.ci,
  more: Partial<AssessmentQuestion> = {},
  before: unknown = owed,
  memory: QuarantineMemory = { bad: [] },
) {
  return assess({
    ...usual,
    target,
    services: ["api"],
    survey: surveyOf(v1, v2, v3),
    gates: { commands: ["smoke"], errorRate: [], hooks: [] },
    evidence: {
      ...quiet,
      state: stateOf(
        ...serviceInState("api", "b", "v2", "v2"),
        stackInState([{ tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" }]),
        { urn: "urn:q", type: "knowngood:index:Quarantine", outputs: { memory } },
        glassInState(before),
      ),
      ci,
    },
    ...more,
  });
}

describe("the proper run", () => {
  it("is told in a preview until it has passed, with the command; that it has none is known then", () => {
    const assessment = of(v2);
    expect(assessment.warnings[0]).to.equal(`${told}\nTo run it: pulumi up --stack prod`);
    expect(assessment.owed).to.deep.equal({
      before: owed,
      incurred: false,
      command: "pulumi up --stack prod",
    });
    expect(headline("shop/prod", assessment)).to.equal("shop/prod: v2 stays");
    const nothing = of(v2, quiet.ci, {}, null);
    expect(nothing.owed).to.deep.equal({ incurred: false, command: "pulumi up --stack prod" });
    expect(nothing.warnings).to.deep.equal([]);
  });

  it("stays owed while a guard that was broken would refuse what runs; it refuses nothing", () => {
    const { owed: still, warnings, refusals } = of(v2, failed);
    expect(refusals).to.deep.equal([]);
    expect(still?.after).to.deep.equal(owed);
    expect(warnings[0]?.split("\n").slice(0, 2)).to.deep.equal([
      told,
      "It stays owed while ci would refuse: CI did not pass for v2: build did not pass. Go on with a release that passed, or run it again until it does.",
    ]);
    expect(headline("shop/prod", of(v2, failed))).to.equal(
      "shop/prod: v2 stays\n  owed afterwards is the proper run of v2\n    It stays owed while ci would refuse: " +
        "CI did not pass for v2: build did not pass. Go on with a release that passed, or run it again until it does." +
        (warnings[0]?.split("\n").slice(2) ?? []).map((line) => `\n    ${line}`).join(""),
    );
    // Only what it came up without is asked again.
    expect(of(v2, failed, {}, { ...owed, guards: ["commands"] }).owed?.after).to.equal(undefined);
  });

  it("names what answers the schema, though that answers several at once", () => {
    const schema = schemaAt(three, ["1", "2", "3"], {
      ahead: { shipped: [], ahead: [{ name: "3_m3", sql: "3" }] },
      judgement: judgementOf(renamed),
      standings: [{ tag: "v1", now: judgementOf(), after: judgementOf(renamed) }],
    });
    const past = glassInState({ ...owed, release: "v3", guards: ["schema", "horizon"] });
    const up = (acknowledge?: string) =>
      assess({
        ...{ ...usual, guards: { ...usual.guards, horizon: true } },
        ...{ target: three, services: ["api"], survey: surveyOf(one, two, three) },
        evidence: { ...quiet, state: stateOf(...serviceInState("api", "c", "v3", "v3"), past), schema },
        ...(acknowledge !== undefined && { acknowledge }),
      });
    const { warnings, risk, owed: still } = up();
    const fingerprint = risk?.report.fingerprint ?? "";
    expect(still?.after?.release).to.equal("v3");
    expect(warnings[0]?.split("\n").slice(1)).to.deep.equal([
      "It stays owed while schema would refuse: What v3 would meet in the schema is breaking, and guards.schema allows conditional at most.",
      "It stays owed while horizon would refuse: guards.horizon: after this, v1 can no longer run: v3 renames orders.amount.",
      "Safest: a newer release that mends the fault and runs on the schema as it is.",
      "To accept all the same that v3 fails at ordinary statements, and that these releases can no longer run: " +
        `pulumi config set acknowledge ${fingerprint} --stack prod && pulumi up --stack prod`,
    ]);
    expect(up(fingerprint).owed?.after).to.equal(undefined);
  });

  it("is answered for by a retry, as on the way forward", () => {
    const retry = { tag: "v2", reason: "the runner is broken" };
    const { owed: paid, warnings } = of(v2, failed, { retry });
    expect(paid?.after).to.equal(undefined);
    expect(warnings.join()).not.to.contain("The setting retry");
    expect(of(v2, quiet.ci, { retry }).warnings.join()).to.contain("The setting retry (v2) does nothing");
  });

  it("lifts the quarantine that it came up past, where a retry says why", () => {
    const bad: QuarantineMemory = { bad: [{ tag: "v2", rolledBackAt: since }] };
    const past = { ...owed, guards: ["quarantine"] };
    const stays = of(v2, quiet.ci, {}, past, bad);
    expect(stays.owed?.after).to.deep.equal(past);
    // The line of the `up` itself names why, and the command.
    expect(headline("shop/prod", stays)).to.match(
      /\n {2}owed afterwards is the proper run of v2\n {4}It stays owed while quarantine would refuse: v2 is quarantined: .*\n {4}To try v2 again all the same: pulumi config set retry '/s,
    );
    const retry = { tag: "v2", reason: "it was the network" };
    const again = of(v2, quiet.ci, { retry }, past, bad);
    expect(again.owed?.after).to.equal(undefined);
    expect(again.quarantine.memory.bad[0]?.retried).to.deep.equal({ reason: retry.reason, at: usual.now });
    const other = of(v2, quiet.ci, { retry }, owed, bad);
    expect(other.quarantine.memory).to.deep.equal(bad);
  });

  it("is that of another release too, whose own guards let it pass", () => {
    for (const target of [v1, v3]) expect(of(target).owed?.after, target.tag).to.equal(undefined);
    expect(of(v1, failed).owed?.after).to.equal(undefined);
    expect(of(v3, failed).refusals.map(({ guard }) => guard)).to.deep.equal(["ci"]);
  });

  it("is owed anew, since the first time, by an up that breaks guards again", () => {
    const breakGlass = { reason: "still down", guards: ["commands" as const], until };
    const again = of(v2, failed, { breakGlass });
    expect(again.owed).to.deep.equal({
      before: owed,
      after: { ...owed, reason: "still down" },
      incurred: true,
      command: "pulumi config rm breakGlass --stack prod && pulumi up --stack prod",
    });
    expect(again.warnings[0]).to.equal(told);
    const other = of(v3, quiet.ci, { breakGlass });
    expect(other.owed?.after).to.deep.equal({
      release: "v3",
      guards: ["commands"],
      reason: "still down",
      since,
    });
  });

  it("is not run by an up that leaves services stopped", () => {
    const question = {
      ...{ stack: "prod", state: stateOf(glassInState(owed)), target: "v2", breakGlass: undefined },
      ...{ still: [], set: false, now: usual.now },
    };
    const stopped = assessOwed({ ...question, servicesStayStopped: true });
    expect(stopped?.after).to.deep.equal(owed);
    expect(stopped?.stays?.join()).to.contain("the services stay stopped");
    expect(assessOwed({ ...question, servicesStayStopped: false })?.after).to.equal(undefined);
  });
});
