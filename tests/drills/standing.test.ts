import { expect } from "chai";
import type { Drill } from "../../drills/drill";
import { drillStanding } from "../../drills/standing";
import { drillOf } from "./drills";

const at = (now: string, newest?: Drill, maxAgeDays = 30) =>
  drillStanding(newest, { maxAgeDays, stack: "test", now: new Date(now) });

describe("how a stack stands with its drills", () => {
  it("asks for the first", () => {
    expect(at("2026-11-21T00:00:00.000Z")).to.deep.equal({
      text: "the way back has not been drilled from this machine",
      due: true,
      command: "npx knowngood drill --stack test",
    });
  });

  it("is content up to the last moment of the age, and not after it", () => {
    const drill = drillOf({ target: "v2" });
    const young = at("2026-12-01T10:01:00.000Z", drill);
    expect(young.due).to.equal(false);
    expect(young.text).to.equal(
      "the drill of the way from v3 to v2 and again to v3 passed 30 days ago (2026-11-01T10:01:00.000Z)",
    );
    const old = at("2026-12-01T10:01:00.001Z", drill);
    expect(old.due).to.equal(true);
    expect(old.text).to.match(/ 30 days ago \(\S+\), which is older than 30 days \(drill\.maxAgeDays\)$/);
  });

  it("counts one day as one", () => {
    expect(at("2026-11-02T10:00:59.999Z", drillOf(), 1).text).to.contain("passed less than a day ago");
    expect(at("2026-11-02T10:01:00.001Z", drillOf(), 1).text).to.match(
      / 1 day ago \(\S+\), which is older than 1 day /,
    );
  });

  it("takes a clock that was set back for no age", () => {
    expect(at("2026-10-01T00:00:00.000Z", drillOf()).text).to.contain("less than a day ago");
  });

  it("is due at once after one that did not pass, with the first that was found", () => {
    const failed = drillOf({ outcome: "failed", found: ["No record arrived.", "More."] });
    expect(at("2026-11-01T10:02:00.000Z", failed)).to.include({
      due: true,
      text: "the drill of v3 FAILED less than a day ago (2026-11-01T10:01:00.000Z): No record arrived.",
    });
    const stopped = drillOf({ outcome: "interrupted" });
    expect(at("2026-11-01T10:02:00.000Z", stopped)).to.include({
      due: true,
      text: "the drill of v3 was interrupted less than a day ago (2026-11-01T10:01:00.000Z)",
    });
  });

  it("is never due where nobody wants drills", () => {
    expect(at("2026-11-21T00:00:00.000Z", undefined, 0).due).to.equal(false);
    expect(at("2027-11-21T00:00:00.000Z", drillOf(), 0).due).to.equal(false);
    expect(at("2026-11-21T00:00:00.000Z", drillOf({ outcome: "failed" }), 0).due).to.equal(false);
  });
});
