import { expect } from "chai";
import { ago } from "../../history/times";

describe("how long ago something was", () => {
  const now = new Date("2026-03-01T12:00:00.000Z");
  const off = (seconds: number) => ago(new Date(now.getTime() - seconds * 1000).toISOString(), now);

  it("is told in one unit", () => {
    expect([0, 59, 60, 3599, 3600, 48 * 3600 - 1, 48 * 3600].map(off)).to.deep.equal([
      ...["just now", "just now", "1 min ago", "59 min ago", "1 h ago", "47 h ago", "2 days ago"],
    ]);
  });

  it("says of a time that has yet to come that the clocks are apart, once it is a minute", () => {
    expect(off(-59)).to.equal("just now");
    expect(off(-60)).to.equal("in 1 min: the clocks are apart");
    expect(off(-3 * 24 * 3600)).to.equal("in 3 days: the clocks are apart");
  });
});
