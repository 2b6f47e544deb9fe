import { expect } from "chai";
import { refusalTexts } from "../../assessment/refusal";
import type { SchemaEvidence } from "../../assessment/schemaEvidence";
import type { StepDown } from "../../schema/stepDown/stepDown";
import { back, forward, reportOf, v2, v3 } from "./judgedStack";

const pending = v3.migrations.slice(2);
const missing =
  "Release v3 ships migrations of dbmate that the database has not applied (3_m3), and this program applies none. " +
  "Run your own migration before: dbmate --migrations-dir FOLDER --url URL up; then run pulumi up again.";
const stepDown: StepDown = {
  ...{ version: "3", name: "m3", verdict: "lossless", losses: [], stays: [] },
  ...{ reason: "Its way down destroys no data.", confirmed: true },
};
const ofSchema = (parts: Partial<SchemaEvidence>) => forward({ pending, ...parts });

describe("a database whose migrations no up of ours applies", () => {
  it("stands in the way forward while one is missing that others were to apply", () => {
    expect(ofSchema({}).refusals.map(({ text }) => text)).not.to.include(missing);
    const refused = ofSchema({ migratedBy: "others" }).refusals;
    expect(refused.filter(({ text }) => text === missing).map(({ guard }) => guard)).to.deep.equal([
      "migrationTool",
    ]);
    expect(ofSchema({ migratedBy: "program" }).refusals).to.deep.equal(ofSchema({}).refusals);
  });

  it("is warned of on the way back, and refuses none", () => {
    const late = v2.migrations.slice(1);
    const { warnings, refusals } = back({ pending: late, migratedBy: "others" });
    expect(warnings.join("\n")).to.contain(
      "Release v2 ships migrations of dbmate that the database has not applied",
    );
    expect(refusals.map(({ guard }) => guard)).not.to.include("migrationTool");
  });

  it("is offered no step-down that an up would take", () => {
    const wayBack = [{ version: "3", name: "m3", left: "compatible" as const }];
    const own = back({ stepDown, wayBack });
    expect(refusalTexts(own.refusals).join("\n")).to.contain("pulumi config set stepDown 3");
    expect(own.goBack).to.equal(undefined);
    const theirs = back({ stepDown, wayBack, migratedBy: "others" });
    expect(refusalTexts(theirs.refusals).join("\n")).to.contain(
      "What v2 would meet in the schema is breaking",
    );
    expect(refusalTexts(theirs.refusals).join("\n")).not.to.contain("stepDown");
    expect(reportOf(theirs).wholeWay).to.deep.equal([
      "This program takes back no migrations: stop the services, take back 3_m3 with dbmate itself, then roll back.",
    ]);
  });
});
