import { expect } from "chai";
import { assessmentMarkdown } from "../../assessment/assessmentMarkdown";
import { refusalTexts } from "../../assessment/refusal";
import { judgementOf, usual } from "./evidence";
import { back, forward, renamed, reportOf } from "./judgedStack";

describe("what a way forward means in the schema", () => {
  it("warns of each release that can't come back, by what the target does", () => {
    const { warnings, refusals } = forward();
    expect(refusalTexts(refusals)).to.deep.equal([]);
    expect(warnings).to.deep.equal([
      "After this, v2 can no longer run: v3 renames orders.amount.",
      "After this, v1 can no longer run: v3 renames orders.amount.",
    ]);
  });

  it("is refused under guards.horizon until it is acknowledged, and again when it closes more", () => {
    const guards = { ...usual.guards, horizon: true };
    const refused = forward({}, { guards });
    const { fingerprint } = reportOf(refused);
    expect(refusalTexts(refused.refusals)[0]).to.contain(
      `pulumi config set acknowledge ${fingerprint} --stack prod`,
    );
    expect(refusalTexts(forward({}, { guards, acknowledge: fingerprint }).refusals)).to.deep.equal([]);
    const standings = [{ tag: "v2", now: judgementOf(), after: judgementOf(renamed) }];
    expect(
      refusalTexts(forward({ standings }, { guards, acknowledge: fingerprint }).refusals),
    ).to.have.length(1);
    expect(refusalTexts(forward({ standings: [] }, { guards }).refusals)).to.deep.equal([]);
  });

  it("has a horizon in the catalog's order, with the target", () => {
    expect(reportOf(forward()).horizon).to.deep.equal({
      oldest: "v3",
      verdicts: { v1: "breaking", v2: "breaking", v3: "compatible" },
    });
  });

  it("says whom there was no time to judge", () => {
    const standings = [{ tag: "v1", now: undefined, after: undefined }];
    expect(forward({ standings }).warnings).to.deep.equal([
      "There was no time to judge whether v1 can run on the schema; the next preview goes on.",
    ]);
  });

  it("is worth a report only where something is ahead or closed", () => {
    expect(forward().risk?.worthReading).to.equal(true);
    expect(forward({ standings: [] }).risk?.worthReading).to.equal(false);
    expect(back().risk?.worthReading).to.equal(true);
  });
});

describe("the report as Markdown", () => {
  it("ends with the horizon and what closes it", () => {
    const markdown = assessmentMarkdown(reportOf(forward()));
    expect(markdown).to.contain("The oldest release that can run once this is through: v3.");
    expect(markdown).to.contain("| v1 | breaking |\n| v2 | breaking |\n| v3 | compatible |");
    expect(markdown).to.match(/- after this, v1 can no longer run: v3 renames orders\.amount\n$/);
  });
});
