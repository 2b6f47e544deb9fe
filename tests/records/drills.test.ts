import { expect } from "chai";
import { assess } from "../../assessment/assessment";
import { begunUpdate } from "../../records/begunUpdate";
import { endedMessage, startedMessage } from "../../records/message";
import { incidentsIn, openIncident } from "../../records/postmortem/incidents";
import { moveWords } from "../../records/releaseRecord";
import { quiet, surveyOf, usual } from "../assessment/evidence";
import { release, serviceInState, stackInState, stateOf } from "../history/states";
import { record } from "./rollbackRecords";

const out = { drill: { id: "7", way: "out" as const } };
const back = { drill: { id: "7", way: "back" as const } };

describe("the record of a drill", () => {
  it("says that it is one, is nobody's job, opens no issue, and tells of nothing that was wrong", () => {
    const [v1, v2] = [release("v1", 1, { api: "a" }), release("v2", 2, { api: "b" })];
    const begin = (drill: Partial<typeof out>) =>
      begunUpdate({
        ...{ id: "1", stack: "shop/prod", by: { name: "anna", host: "laptop" }, evidence: undefined },
        assessment: assess({
          ...{ ...usual, target: v1, services: ["api"], survey: surveyOf(v1, v2) },
          evidence: { ...quiet, state: stateOf(...serviceInState("api", "b", "v2", "v2"), stackInState([])) },
          ...drill,
        }),
        settings: {
          record: { reason: "payments fail", detected: "alert", owner: "anna", postmortem: {} },
        } as unknown as Parameters<typeof begunUpdate>[0]["settings"],
        ...{ startedAt: new Date(0), redact: (text: string) => text },
      });
    const drilled = begin(out);
    expect(drilled.drill).to.deep.equal(out.drill);
    expect(drilled).not.to.have.any.keys("yours", "postmortem", "reason", "detected");
    expect(drilled).to.include({ direction: "rollback", owner: "anna" });
    expect(begin({})).to.include.keys("yours", "postmortem", "reason", "detected");
  });

  it("is told as such", () => {
    const rollback = record("1", ["rollback", "v2", "v1"], 1, out);
    expect(startedMessage(rollback)).to.match(/^shop\/prod: drill: rollback from v2 to v1 started by bo /);
    expect(endedMessage(record("2", ["forward", "v1", "v2"], 2, back))).to.match(
      /^shop\/prod: drill, back again: forward from v1 to v2 passed after 30 s/,
    );
    expect(moveWords(record("1", ["same", "v2", "v2"], 1, out))).to.equal("drill: v2");
    expect(moveWords(record("1", ["same", "v2", "v2"], 1, back))).to.equal("drill, back again: v2");
  });

  it("is no incident, and neither ends one nor goes on with it", () => {
    const failed = { outcome: "failed" as const };
    const drills = [
      record("d1", ["rollback", "v2", "v1"], 1, { ...out, ...failed }),
      record("d2", ["forward", "v1", "v2"], 2, back),
    ];
    expect(incidentsIn(drills)).to.deep.equal([]);
    const open = record("3", ["rollback", "v3", "v2"], 3, failed);
    const during = [open, ...drills];
    expect(openIncident(during)?.updates.map(({ id }) => id)).to.deep.equal(["3"]);
    const after = [
      record("1", ["forward", "v1", "v2"], 0),
      ...drills,
      record("4", ["rollback", "v2", "v1"], 4),
    ];
    expect(incidentsIn(after).map(({ broughtBy }) => broughtBy?.id)).to.deep.equal(["1"]);
  });
});
