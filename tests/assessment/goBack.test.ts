import { expect } from "chai";
import { assess, type AssessmentQuestion } from "../../assessment/assessment";
import { goBackFrom, type GoBackQuestion } from "../../assessment/goBack";
import { wayBack } from "../../gates/wayBack";
import { serviceInState, stackInState, stateOf } from "../history/states";
import { judgementOf, quiet, schemaAt, surveyOf, usual } from "./evidence";
import { renamed, v1, v2, v3 } from "./judgedStack";

const good = (...tags: string[]) => tags.map((tag) => ({ tag, passedAt: "2026-01-01T00:00:00.000Z" }));

/** v3's gates are asked; v2 and v1 were good before it. */
const plain: GoBackQuestion = {
  stack: "prod",
  target: "v3",
  knownGood: good("v2", "v1"),
  shunned: new Set(),
  rolledBackFrom: new Map(),
  order: ["v1", "v2", "v3", "v4"],
  verdicts: {},
  allowed: "conditional",
  steppedDownFirst: () => "3",
};
const lines = (question: Partial<GoBackQuestion>) => {
  const goBack = goBackFrom({ ...plain, ...question });
  return goBack && wayBack({ goBack, stack: "shop/prod" });
};
const to = (tag: string) => [`pulumi config set imageTag ${tag} --stack prod`, "pulumi up --stack prod"];
const card = [
  "By hand, where that does not help: the emergency card:",
  "npx knowngood card --stack prod > card.sh && sh card.sh",
];
const left = { shunned: new Set(["v3"]), rolledBackFrom: new Map([["v3", undefined]]) };
const retry = (reason: string) =>
  `pulumi config set retry '{"tag": "v3", "reason": "${reason}"}' --stack prod`;

describe("where a failed gate leads", () => {
  it("is plainly back, where the last known-good release can run or was not judged", () => {
    expect(lines({})).to.equal(undefined);
    expect(lines({ verdicts: { v2: "conditional", v1: "breaking" } })).to.equal(undefined);
    expect(lines({ verdicts: { v2: "unknown" } })).to.equal(undefined);
    expect(lines({ knownGood: [] })).to.equal(undefined);
  });

  it("is to the newest known-good release that can run on the schema", () => {
    expect(lines({ verdicts: { v2: "breaking", v1: "conditional" } })).to.deep.equal([
      "Last known-good: v2, but what it would meet in the schema is breaking. v1 can run on it. To go back:",
      ...to("v1"),
    ]);
    expect(lines({ verdicts: { v2: "breaking" }, allowed: "breaking" })).to.equal(undefined);
  });

  it("is back to what the stack was rolled back from, by a retry, where nothing else can run", () => {
    const closed = { target: "v2", knownGood: good("v3", "v2", "v1"), ...left };
    expect(lines({ ...closed, verdicts: { v1: "breaking", v3: "compatible" } })).to.deep.equal([
      "Last known-good: v1, but what it would meet in the schema is breaking. " +
        "v3, which the stack was rolled back from, was good here and can run on the schema. To go back to it:",
      retry("the rollback to v2 failed"),
      ...to("v3"),
      ...card,
    ]);
    expect(lines({ ...closed, knownGood: good("v3", "v2") })?.slice(0, 2)).to.deep.equal([
      "v3, which the stack was rolled back from, was good here and can run on the schema. To go back to it:",
      retry("the rollback to v2 failed"),
    ]);
    const again = new Map([["v3", "the rollback to v2 failed"]]);
    expect(lines({ ...closed, rolledBackFrom: again, verdicts: { v1: "breaking" } })?.[1]).to.equal(
      retry("the rollback to v2 failed, again"),
    );
  });

  it("needs no retry for a release that is older: on the way back a quarantine warns only", () => {
    const older = {
      target: "v4",
      knownGood: good("v3", "v1"),
      ...left,
      verdicts: { v1: "breaking" } as const,
    };
    expect(lines(older)?.slice(1, 3)).to.deep.equal(to("v3"));
  });

  it("names the retry beside the way back, where a rollback left a release that was good", () => {
    const failed = { target: "v2", knownGood: good("v3", "v2", "v1"), ...left };
    expect(lines(failed)).to.deep.equal([
      "Last known-good: v1. To go back:",
      ...to("v1"),
      "Or back to v3, which the stack was rolled back from:",
      retry("the rollback to v2 failed"),
      ...to("v3"),
    ]);
    expect(lines({ ...failed, verdicts: { v3: "breaking" } })).to.equal(undefined);
    // By the settings, or since its own gates failed.
    expect(lines({ ...failed, rolledBackFrom: new Map() })).to.equal(undefined);
    expect(lines({ ...failed, target: "v4", knownGood: good("v3", "v1") })).to.equal(undefined);
  });

  it("is a hotfix or a step-down, and the card, where no known-good release can run", () => {
    const closed = { verdicts: { v2: "breaking", v1: "destructive" } as const };
    expect(lines(closed)).to.deep.equal([
      "Last known-good: v2, but what it would meet in the schema is breaking. No known-good release is known to run on it. " +
        "Mend it forward with a hotfix release, or step the schema down; the preview says what that loses, and which step is next:",
      "pulumi config set imageTag v2 --stack prod",
      "pulumi config set stepDown 3 --stack prod",
      "pulumi up --stack prod",
      ...card,
    ]);
    expect(lines({ ...closed, steppedDownFirst: () => undefined })?.slice(1, 3)).to.deep.equal([
      "pulumi config set imageTag v2 --stack prod",
      "pulumi preview --stack prod",
    ]);
  });
});

describe("where a failed gate leads, from evidence", () => {
  const of = (target: typeof v1, runs: [string, string], knownGood: string[], schema: object) => {
    const question: AssessmentQuestion = {
      ...{ ...usual, target, services: ["api"], survey: surveyOf(v1, v2, v3) },
      evidence: {
        ...quiet,
        state: stateOf(...serviceInState("api", runs[1], runs[0], runs[0]), stackInState(good(...knownGood))),
        schema: schemaAt(target, ["1", "2", "3"], schema),
      },
    };
    return assess(question);
  };
  const breaks = { now: judgementOf(renamed), after: judgementOf(renamed) };
  const fits = { now: judgementOf(), after: judgementOf() };

  it("is back to what ran, after an acknowledged rollback over a breaking migration", () => {
    const standings = [
      { tag: "v3", ...fits },
      { tag: "v1", ...breaks },
    ];
    const back = of(v2, ["v3", "c"], ["v3", "v2", "v1"], { judgement: judgementOf(renamed), standings });
    expect(back.lastKnownGood?.tag).to.equal("v1");
    expect(back.goBack?.commands).to.deep.equal([retry("the rollback to v2 failed"), ...to("v3")]);
    // And these commands are not refused.
    const tried = assess({
      ...{ ...usual, target: v3, services: ["api"], survey: surveyOf(v1, v2, v3) },
      retry: { tag: "v3", reason: "the rollback to v2 failed" },
      evidence: {
        ...quiet,
        state: stateOf(...serviceInState("api", "b", "v2", "v2"), stackInState(good("v3", "v2", "v1")), {
          urn: "urn:q",
          type: "knowngood:index:Quarantine",
          outputs: { memory: back.quarantine.memory },
        }),
        schema: schemaAt(v3, ["1", "2", "3"]),
      },
    });
    expect(tried.refusals).to.deep.equal([]);
  });

  it("steps down what a forward closed the way with; never another tool's", () => {
    const standings = [{ tag: "v2", ...breaks }];
    const on = of(v3, ["v2", "b"], ["v2"], { standings });
    expect(on.goBack?.commands[1]).to.equal("pulumi config set stepDown 3 --stack prod");
    const runner = { tool: "flyway", starts: true, words: "" };
    expect(of(v3, ["v2", "b"], ["v2"], { standings, runner }).goBack?.commands[1]).to.equal(
      "pulumi preview --stack prod",
    );
  });
});
