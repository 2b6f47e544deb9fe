import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordsFolder } from "../../gates/failureRecord";
import { failedGates } from "../../records/failedGates";

const since = "2026-11-20T10:00:00.000Z";
const times = { startedAt: "2026-11-20T10:00:01.000Z", endedAt: "2026-11-20T10:00:09.000Z" };
const failed = { outcome: "failed", release: "v3", ...times };

describe("the gates of a release that did not pass", () => {
  let records = "";
  beforeEach("make a folder", () => {
    records = mkdtempSync(join(tmpdir(), "knowngood-records-test-"));
    mkdirSync(recordsFolder(records, "shop/prod"), { recursive: true });
  });
  afterEach("remove it", () => rmSync(records, { recursive: true, force: true }));

  function write(file: string, record: object): void {
    writeFileSync(join(recordsFolder(records, "shop/prod"), file), JSON.stringify(record));
  }
  const found = () =>
    failedGates(records, { stack: "shop/prod", release: "v3", since }).map(
      ({ name, outcome }) => `${name}: ${outcome}`,
    );

  it("are named as they are where they pass", () => {
    write("20261120T100009.000Z-health-api.json", { kind: "health", service: "api", ...failed });
    write("20261120T100010.000Z-command-smoke.json", { kind: "command", name: "smoke", ...failed });
    write("20261120T100011.000Z-errorRate.json", { kind: "errorRate", ...failed, outcome: "inconclusive" });
    expect(found()).to.deep.equal([
      "api health: failed",
      "smoke command: failed",
      "error rate: inconclusive",
    ]);
  });

  it("are those since a time, of that release, whose records can be read", () => {
    write("20261120T095959.999Z-health-api.json", { kind: "health", service: "api", ...failed });
    write("20261120T100000.000Z-health-api.json", { kind: "health", service: "at", ...failed });
    write("20261120T100010.000Z-health-api.json", {
      kind: "health",
      service: "api",
      ...failed,
      release: "v2",
    });
    writeFileSync(join(recordsFolder(records, "shop/prod"), "20261120T100011.000Z-health-api.json"), "{");
    writeFileSync(join(recordsFolder(records, "shop/prod"), "20261120T100012.000Z-health-api.json"), "null");
    expect(found()).to.deep.equal(["at health: failed"]);
  });
});
