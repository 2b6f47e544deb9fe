import { expect } from "chai";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportPath, reviewedReport, saveReport } from "../../assessment/savedReports";

describe("the report of an assessment", () => {
  let records: string;
  beforeEach(() => (records = mkdtempSync(join(tmpdir(), "knowngood-records-"))));
  afterEach(() => rmSync(records, { recursive: true, force: true }));

  const named = { stack: "acme/prod", target: "v2", fingerprint: "0123456789ab" };
  const report = { json: "{}\n", markdown: "# Schema\n" };

  it("is kept by stack and target, and by fingerprint, for its owner alone, with nothing beside it", () => {
    expect(saveReport(records, named, report)).to.equal(undefined);
    const folder = join(records, "assessments");
    expect(readdirSync(folder).sort()).to.deep.equal([
      "0123456789ab.json",
      "0123456789ab.md",
      "acme-prod-v2.json",
      "acme-prod-v2.md",
    ]);
    expect(reportPath(records, "acme/prod", "v2")).to.equal(join(folder, "acme-prod-v2"));
    expect(readFileSync(join(folder, "acme-prod-v2.md"), "utf8")).to.equal(report.markdown);
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o777, name).to.equal(0o600);
    }
  });

  it("is found again by its fingerprint, also when a later one has its name", () => {
    saveReport(records, named, report);
    saveReport(records, { ...named, fingerprint: "ba9876543210" }, { ...report, json: '{"later":true}\n' });
    expect(reviewedReport(records, "0123456789ab")).to.equal("{}\n");
    expect(reviewedReport(records, "ba9876543210")).to.equal('{"later":true}\n');
    expect(readFileSync(`${reportPath(records, "acme/prod", "v2")}.json`, "utf8")).to.equal(
      '{"later":true}\n',
    );
    expect(reviewedReport(records, "000000000000")).to.equal(undefined);
  });

  it("says why it can't be kept", () => {
    writeFileSync(join(records, "assessments"), "");
    expect(saveReport(records, named, report)).to.match(/^(EEXIST|ENOTDIR): /);
  });
});
