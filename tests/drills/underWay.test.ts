import { expect } from "chai";
import { drillEnvironment, drillUnderWay } from "../../drills/underWay";

describe("a drill that is told by the environment", () => {
  it("is the one that was told", () => {
    for (const way of ["out", "back"] as const) {
      const drill = { id: "20261101T100000.000Z-0a0a0a0a", way };
      expect(drillUnderWay(drillEnvironment(drill))).to.deep.equal(drill);
    }
  });

  it("is none where nothing was told, or something else", () => {
    for (const value of [undefined, "", "out", "out ", "away 1", "1 out", "out 1 2"])
      expect(drillUnderWay({ KNOWNGOOD_DRILL: value }), value).to.equal(undefined);
  });
});
