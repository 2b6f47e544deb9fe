import { expect } from "chai";
import { byVersion, planSchema } from "../../schema/schemaPlan";
import { migration } from "../history/states";

const plan = (shipped: string[], applied: string[]) => {
  const { pending, gap, head } = planSchema(shipped.map(migration), applied);
  return { pending: pending.map(({ version }) => version), gap, head };
};

describe("the plan of a schema", () => {
  it("has everything pending in an empty database", () => {
    expect(plan(["1", "2"], [])).to.deep.equal({ pending: ["1", "2"], gap: [], head: "2" });
  });

  it("has nothing to do where all is applied, in whatever order that is told", () => {
    expect(plan(["1", "2"], ["2", "1"])).to.deep.equal({ pending: [], gap: [], head: "2" });
  });

  it("has a gap, oldest first, where the database is ahead, and its head stays", () => {
    expect(plan(["1"], ["3", "1", "2"])).to.deep.equal({ pending: [], gap: ["2", "3"], head: "3" });
  });

  it("has both where branches met: a late migration and one that the target does not know", () => {
    expect(plan(["1", "2"], ["1", "3"])).to.deep.equal({ pending: ["2"], gap: ["3"], head: "3" });
  });

  it("has no head without any migration", () => {
    expect(plan([], [])).to.deep.equal({ pending: [], gap: [], head: undefined });
  });

  it("sorts versions as text, as dbmate does", () => {
    expect(plan(["10", "9"], [])).to.deep.equal({ pending: ["10", "9"], gap: [], head: "9" });
    expect([byVersion("1", "2"), byVersion("2", "1"), byVersion("1", "1")]).to.deep.equal([-1, 1, 0]);
  });
});
