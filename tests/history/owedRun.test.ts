import { expect } from "chai";
import { everBroken, owedAfter, owedRun, type OwedRun } from "../../history/owedRun";
import { emptyState } from "../../history/stackState";
import { glassInState, stateOf } from "./states";

const owed: OwedRun = {
  release: "v2",
  guards: ["ci", "commands"],
  reason: "CI is down",
  since: "2026-03-01T09:00:00.000Z",
};

describe("the proper run that is owed", () => {
  it("is read from the state, also once nothing is owed any more, or nothing ever was", () => {
    expect(owedRun(stateOf(glassInState(owed)))).to.deep.equal(owed);
    expect(everBroken(stateOf(glassInState(owed)))).to.equal(true);
    expect(owedRun(stateOf(glassInState(undefined)))).to.equal(undefined);
    expect(everBroken(stateOf(glassInState(undefined)))).to.equal(true);
    expect([owedRun(emptyState), everBroken(emptyState)]).to.deep.equal([undefined, false]);
  });

  it("is none where the state says nothing that can be read; a guard of another version is left aside", () => {
    for (const wrong of ["owed", { release: "v2" }, { ...owed, guards: "ci" }, { ...owed, since: 1 }, null])
      expect(owedRun(stateOf(glassInState(wrong))), JSON.stringify(wrong)).to.equal(undefined);
    const other = { ...owed, guards: ["moon", "ci"] };
    expect(owedRun(stateOf(glassInState(other)))?.guards).to.deep.equal(["ci"]);
  });

  it("is of all that a release came up without, since the first time", () => {
    const again: OwedRun = { release: "v2", guards: ["hold", "commands"], reason: "now", since: "later" };
    expect(owedAfter(undefined, owed)).to.deep.equal(owed);
    expect(owedAfter(owed, again)).to.deep.equal({
      release: "v2",
      guards: ["hold", "ci", "commands"],
      reason: "now",
      since: owed.since,
    });
  });

  it("is of another release what that one came up without, but since the first time", () => {
    const other: OwedRun = { release: "v3", guards: ["hooks"], reason: "now", since: "later" };
    expect(owedAfter(owed, other)).to.deep.equal({ ...other, since: owed.since });
  });
});
