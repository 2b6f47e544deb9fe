import { expect } from "chai";
import { catalogAnswer, checkOfRun, checkOfStatus, ciAnswer, type Check } from "../../catalog/ciAnswer";
import { release } from "../history/states";

const check = (name: string, outcome: Check["outcome"], url?: string): Check => ({
  name,
  outcome,
  ...(url !== undefined && { url }),
});

describe("what CI said of a commit", () => {
  it("is that it passed when every check did", () => {
    expect(ciAnswer([check("build", "passed"), check("test", "passed", "https://ci/1")], [])).to.deep.equal({
      verdict: "passed",
      found: "build, test passed",
      url: "https://ci/1",
    });
  });

  it("is that it failed when one did, whatever is pending", () => {
    const checks = [
      check("a", "passed", "https://ci/a"),
      check("b", "pending"),
      check("c", "failed", "https://ci/c"),
    ];
    expect(ciAnswer(checks, [])).to.deep.equal({
      verdict: "failed",
      found: "c did not pass",
      url: "https://ci/c",
    });
  });

  it("is pending while one has not ended, or one that counts has not reported", () => {
    expect(ciAnswer([check("a", "passed"), check("b", "pending")], [])).to.deep.equal({
      verdict: "pending",
      found: "b has not ended",
    });
    expect(ciAnswer([check("a", "passed"), check("b", "pending")], ["a", "b", "c"]).found).to.equal(
      "b has not ended; c has not reported",
    );
    expect(ciAnswer([], ["a"])).to.deep.equal({ verdict: "pending", found: "a has not reported" });
  });

  it("is unknown when nothing has reported", () => {
    expect(ciAnswer([], [])).to.deep.equal({
      verdict: "unknown",
      found: "no check has reported for the commit",
    });
  });

  it("rests on the named checks alone, where some are named", () => {
    const checks = [check("build", "passed"), check("lint", "failed"), check("docs", "pending")];
    expect(ciAnswer(checks, ["build"]).verdict).to.equal("passed");
    expect(ciAnswer(checks, ["build", "lint"]).verdict).to.equal("failed");
    expect(ciAnswer(checks, ["build", "docs"]).verdict).to.equal("pending");
  });

  it("names five checks, and counts the others", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => check(`c${index}`, "failed"));
    expect(ciAnswer(many(5), []).found).to.equal("c0, c1, c2, c3, c4 did not pass");
    expect(ciAnswer(many(6), []).found).to.equal("c0, c1, c2, c3, c4 and 1 more did not pass");
  });

  it("is read from a check run", () => {
    const of = (status: string, conclusion: string | null) =>
      checkOfRun({ name: "build", status, conclusion, html_url: "https://ci/1" }).outcome;
    for (const conclusion of ["success", "neutral", "skipped"])
      expect(of("completed", conclusion), conclusion).to.equal("passed");
    for (const conclusion of [
      "failure",
      "cancelled",
      "timed_out",
      "action_required",
      "stale",
      "startup_failure",
    ])
      expect(of("completed", conclusion), conclusion).to.equal("failed");
    expect([of("queued", null), of("in_progress", null)]).to.deep.equal(["pending", "pending"]);
  });

  it("is read from a status", () => {
    const of = (state: string) => checkOfStatus({ context: "ci", state, target_url: "" });
    expect(of("success")).to.deep.equal({ name: "ci", outcome: "passed" });
    expect([of("failure").outcome, of("error").outcome, of("pending").outcome]).to.deep.equal([
      "failed",
      "failed",
      "pending",
    ]);
  });

  it("is what the catalog says", () => {
    const v1 = release("v1", 1, { api: "a" });
    expect(catalogAnswer(v1)).to.deep.equal({
      verdict: "unknown",
      found: "the catalog does not say whether v1 passed",
    });
    expect(catalogAnswer({ ...v1, ci: { verdict: "unknown" } }).verdict).to.equal("unknown");
    expect(catalogAnswer({ ...v1, ci: { verdict: "failed", url: "https://ci/1" } })).to.deep.equal({
      verdict: "failed",
      found: "the catalog says that v1 did not pass",
      url: "https://ci/1",
    });
    expect(catalogAnswer({ ...v1, ci: { verdict: "passed" } }).verdict).to.equal("passed");
  });
});
