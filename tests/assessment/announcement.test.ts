import { expect } from "chai";
import { announcement, headline } from "../../assessment/announcement";
import { assess } from "../../assessment/assessment";
import type { Evidence } from "../../assessment/evidence";
import { release, serviceInState, stackInState, stateOf } from "../history/states";
import { finding, judgementOf, quiet, schemaAt, surveyOf, usual } from "./evidence";

const v1 = release("v1", 1, { api: "a", worker: "1" }, ["1"]);
const v2 = release("v2", 2, { api: "b", worker: "1" }, ["1", "2"]);
const v3 = release("v3", 3, { api: "c", worker: "2" }, ["1", "2", "3", "4"]);
const survey = surveyOf(v1, v2, v3);
const good = stackInState([{ tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" }]);
const runs = (api: [string, string], worker: [string, string]) =>
  stateOf(
    ...serviceInState("api", api[0], api[1], api[1]),
    ...serviceInState("worker", worker[0], worker[1], worker[1]),
    good,
  );

const of = (target: typeof v1, evidence: Partial<Evidence> = {}) =>
  assess({ ...usual, target, services: ["api", "worker"], survey, evidence: { ...quiet, ...evidence } });
const lines = (target: typeof v1, evidence?: Partial<Evidence>, report?: string) =>
  announcement("shop/prod", of(target, evidence), report).split("\n");

describe("the announcement", () => {
  it("of a first release", () => {
    expect(lines(v1, { schema: schemaAt(v1, []) })).to.deep.equal([
      "shop/prod: first release, v1",
      "  api     new, sha256:aaaaaaaaaaaa",
      "  worker  new, sha256:111111111111",
      "  schema: 1 to be applied (1_m1)",
      "  no release of this stack is known good yet",
    ]);
  });

  it("of a way forward", () => {
    expect(
      lines(v3, { schema: schemaAt(v3, ["1", "2"]), state: runs(["b", "v2"], ["1", "v2"]) }),
    ).to.deep.equal([
      "shop/prod: forward from v2 to v3",
      "  api     v2 sha256:bbbbbbbbbbbb -> v3 sha256:cccccccccccc",
      "  worker  v2 sha256:111111111111 -> v3 sha256:222222222222",
      "  schema: 2 to be applied (3_m3, 4_m4)",
      "  v3 has not been good here yet; last known-good: v1, 2026-01-01T00:00:00.000Z",
    ]);
  });

  it("of a rollback, with a schema that stays ahead", () => {
    expect(
      lines(
        v1,
        {
          schema: schemaAt(v1, ["1", "2"], {
            judgement: judgementOf(finding("breaking", "column-renamed", "orders.amount", "2_m2")),
          }),
          state: runs(["b", "v2"], ["1", "v2"]),
        },
        ".knowngood/assessments/prod-v1.md",
      ),
    ).to.deep.equal([
      "shop/prod: rollback from v2 to v1",
      "  api     v2 sha256:bbbbbbbbbbbb -> v1 sha256:aaaaaaaaaaaa",
      "  worker  stays, sha256:111111111111",
      "  schema: ahead of v1 by 1 (2) and left as it is",
      "  <{%fg 1%}>breaking<{%reset%}>. Roll forward with a hotfix: on this schema the older code fails at ordinary statements.",
      "    breaking     orders.amount is not what it was (2_m2:2)",
      "    schema only; data written since v1 last ran not judged",
      "    whole report: .knowngood/assessments/prod-v1.md",
      "  v1 is known good, its gates passed 2026-01-01T00:00:00.000Z",
      "  v2 is quarantined from then on, as the stack is rolled back from it",
    ]);
  });

  it("of a rollback to a known-good release beside another one", () => {
    const both = stackInState([
      { tag: "v2", passedAt: "2026-01-02T00:00:00.000Z" },
      { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
    ]);
    const state = stateOf(...serviceInState("api", "c", "v3", "v3"), both);
    expect(lines(v2, { state })).to.include(
      "  v2 is known good, its gates passed 2026-01-02T00:00:00.000Z; besides it v1, 2026-01-01T00:00:00.000Z",
    );
  });

  it("of a target that is quarantined, though its gates passed", () => {
    const both = stackInState([
      { tag: "v2", passedAt: "2026-01-02T00:00:00.000Z" },
      { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
    ]);
    const state = stateOf(...serviceInState("api", "c", "v3", "v3"), both);
    const quarantine = [{ tag: "v2", reason: "loses orders" }];
    const assessed = assess({
      ...{ ...usual, target: v2, services: ["api"], survey },
      ...{ evidence: { ...quiet, state }, quarantine },
    });
    const told = announcement("shop/prod", assessed).split("\n");
    expect(told).to.include(
      "  v2 is quarantined, though its gates passed 2026-01-02T00:00:00.000Z; besides it v1, 2026-01-01T00:00:00.000Z",
    );
  });

  it("of a schema that is ahead and behind at once, at its target's head, and at the start", () => {
    const schemaLine = (target: typeof v1, applied: string[]) =>
      lines(target, { schema: schemaAt(target, applied) }).find((line) => line.startsWith("  schema"));
    expect(schemaLine(v2, ["1", "3", "4"])).to.equal(
      "  schema: ahead of v2 by 2 (3, 4) and left as it is; to be applied: 2_m2",
    );
    expect(schemaLine(v2, ["1", "2"])).to.equal("  schema: at 2, as v2 ships it");
    expect(schemaLine(release("v0", 0, { api: "0", worker: "0" }), [])).to.equal(
      "  schema: at the start, as v0 ships it",
    );
  });

  it("of a step-down, for which every service stops, also one whose image stays", () => {
    const assessed = of(v1, { state: runs(["b", "v2"], ["1", "v2"]) });
    const stepDown = { version: "2", migration: undefined, verdict: undefined, servicesStayStopped: false };
    const worker = (active: boolean) =>
      announcement("shop/prod", { ...assessed, stepDown: { ...stepDown, active } }).split("\n")[2];
    expect(worker(true)).to.equal("  worker  stops for the step-down, its image stays, sha256:111111111111");
    expect(worker(false)).to.equal("  worker  stays, sha256:111111111111");
  });

  it("of a release that is good by an earlier run, and owes the one by which it came up since", () => {
    const assessed = of(v1, { state: runs(["a", "v1"], ["1", "v1"]) });
    const run = { release: "v1", guards: ["ci" as const], reason: "fire", since: "2026-01-05T00:00:00.000Z" };
    const last = (owed: { before?: typeof run; after?: typeof run }) =>
      announcement("shop/prod", { ...assessed, owed: { ...owed, incurred: false, command: "pulumi up" } })
        .split("\n")
        .at(-1);
    const good = "  v1 is known good, its gates passed 2026-01-01T00:00:00.000Z";
    expect(last({ before: run, after: run })).to.equal(`${good}; its run is owed, without ci`);
    expect(last({ before: run })).to.equal(`${good}; its run is made good with ci`);
    expect(last({ after: { ...run, release: "v2" } })).to.equal(good);
  });

  it("says nothing of a schema where there is no database", () => {
    expect(lines(v1).join("\n")).not.to.contain("schema");
  });
});

describe("the headline", () => {
  const line = (target: typeof v1, evidence?: Partial<Evidence>) =>
    headline("shop/prod", of(target, evidence));

  it("says that a release stays", () => {
    expect(line(v2, { state: runs(["b", "v2"], ["1", "v2"]) })).to.equal("shop/prod: v2 stays");
  });

  it("says what the schema means where it is ahead", () => {
    const state = runs(["b", "v2"], ["1", "v2"]);
    const judgement = judgementOf(finding("conditional", "enum-value-added", "status"));
    expect(line(v1, { state, schema: schemaAt(v1, ["1", "2"], { judgement }) })).to.equal(
      "shop/prod: rollback from v2 to v1, on a schema that is ahead: conditional",
    );
    expect(line(v2, { state, schema: schemaAt(v2, ["1", "2"]) })).to.equal("shop/prod: v2 stays");
  });

  it("says so where the containers are gone, and calls nothing first that was not", () => {
    const brought = serviceInState("api", "b", "v2", "v2").filter(({ type }) => type.startsWith("knowngood"));
    const state = stateOf(...brought, good);
    expect(line(v1, { state })).to.equal("shop/prod: rollback from v2, whose containers are gone, to v1");
    expect(line(v2, { state })).to.equal("shop/prod: forward to v2; no service has a container");
  });

  it("names each service of a mix", () => {
    const state = runs(["c", "v3"], ["1", "v2"]);
    expect(line(v3, { state })).to.equal("shop/prod: forward from a mix (api v3, worker v2) to v3");
    expect(line(v2, { state })).to.equal("shop/prod: rollback from a mix (api v3, worker v2) to v2");
  });
});
