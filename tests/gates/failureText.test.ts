import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failureRecord, recordFile, writeFailureRecord } from "../../gates/failureRecord";
import { attemptsTable, boundedLog, failureText } from "../../gates/failureText";
import type { HealthCourse } from "../../gates/health";
import { stateText } from "../../gates/health";
import type { Attempt } from "../../gates/healthDecision";
import { passedReport, reportedAttempts } from "../../gates/healthReport";
import type { HealthRequest } from "../../gates/healthRequest";
import { redactor } from "../../gates/redaction";
import { clean, oneLine, shortened } from "../../gates/shownText";

const request: HealthRequest = {
  stack: "shop/prod",
  service: "api",
  release: "v3",
  digest: "sha256:aa",
  probe: { kind: "http", url: "http://user:hush@127.0.0.1:8080/health", status: [200] },
  within: 2,
  every: 10,
  successes: 3,
  timeout: 5,
  records: "records",
  goBack: { tag: "v2", commands: ["pulumi config set knowngood:imageTag v2", "pulumi up"] },
  redact: ["s3cret"],
};
const course: HealthCourse & { outcome: "failed" } = {
  outcome: "failed",
  seconds: 1.301,
  attempts: [
    { at: 0.0312, latencyMs: 2, outcome: "failed", detail: "connection refused", instance: "a" },
    { at: 0.25, latencyMs: 12, outcome: "ok", status: 200 },
    { at: 1.25, latencyMs: 9, outcome: "failed", status: 500, detail: "expected 200: s3cret is wrong" },
  ],
  container: { status: "exited", instance: "a", restarts: 1, exitCode: 3 },
};
const redact = redactor(request.redact);
const began = Date.UTC(2026, 6, 11, 3, 4, 5, 6);
const many = (count: number): Attempt[] =>
  Array.from({ length: count }, (_, index) => ({ at: index, latencyMs: 1, outcome: "failed" }));

describe("gates: what a gate says", () => {
  it("tells a failure in the order in which it is read at night", () => {
    const record = { file: "records/x.json" };
    const text = failureText(request, course, { log: { lines: ["one", "two"] }, record }, redact);
    expect(text.split("\n")).to.deep.equal([
      "Health gate failed: api v3 on shop/prod is not healthy after 1.30 s and 3 attempts (needed: 3 successes in a row within 2 s).",
      "Asked: GET http://127.0.0.1:8080/health",
      "Last answer: status 500, expected 200: [secret] is wrong (at 1.25 s)",
      "Container: exited, exit code 3, 1 restart",
      "Record: records/x.json",
      "",
      "  at      outcome  status  took   answer",
      "  0.03 s  failed   -       2 ms   connection refused",
      "  0.25 s  ok       200     12 ms",
      "  1.25 s  failed   500     9 ms   expected 200: [secret] is wrong",
      "",
      "Last 2 log lines of api:",
      "  one",
      "  two",
      "",
      "Last known-good: v2. To go back:",
      "pulumi config set knowngood:imageTag v2",
      "pulumi up",
      "",
    ]);
  });

  it("says when there is nothing to go back to, no log and no record", () => {
    const aftermath = { log: { missing: "the engine is away" }, record: { problem: "disk full" } };
    const lines = failureText({ ...request, goBack: undefined }, course, aftermath, redact).split("\n");
    expect(lines).to.include("shop/prod has no known-good release yet: there is none to go back to.");
    expect(lines).to.include("No log lines of api: the engine is away");
    expect(lines).to.include("The record could not be written: disk full");
    const silent = failureText(request, course, { ...aftermath, log: { lines: [] } }, redact);
    expect(silent).to.contain("api has logged nothing.");
  });

  it("does not blame the release when the check broke", () => {
    const broken: HealthCourse = { outcome: "error", seconds: 0.1, attempts: [] };
    const text = failureText(request, broken, { log: { lines: [] }, record: { file: "r" } }, redact);
    expect(text.split("\n")[0]).to.equal(
      "Health gate broke: api v3 on shop/prod could not be checked after 0.10 s and 0 attempts. This says nothing about the release.",
    );
    expect(text).to.contain("Last answer: none");
  });

  it("shows 40 attempts, and leaves out the middle of 41", () => {
    expect(attemptsTable(many(40)))
      .to.have.length(41)
      .and.not.include("  … 1 more …");
    const table = attemptsTable(many(41));
    expect(table).to.have.length(42);
    expect(table[21]).to.equal("  … 1 more …");
    expect(table[20]).to.match(/^ {2}19\.0 s/);
    expect(table[22]).to.match(/^ {2}21\.0 s/);
  });

  it("reports the first and the last 20 attempts, each once", () => {
    expect(reportedAttempts(many(19))).to.have.length(19);
    expect(reportedAttempts(many(40)).map((attempt) => attempt.at)).to.deep.equal([...Array(40).keys()]);
    const reported = reportedAttempts(many(100)).map((attempt) => attempt.at);
    expect(reported).to.deep.equal([
      ...Array(20).keys(),
      ...[...Array(20).keys()].map((index) => index + 80),
    ]);
  });

  it("keeps 50 log lines, 2,000 characters each, the newest 30,000 together", () => {
    const numbered = Array.from({ length: 51 }, (_, index) => `line ${index}`).join("\n");
    expect(boundedLog(`${numbered}\n`))
      .to.have.length(50)
      .and.include("line 50")
      .and.not.include("line 0");
    expect(boundedLog("x".repeat(2_000))[0]).to.equal("x".repeat(2_000));
    expect(boundedLog("x".repeat(2_001))[0]).to.equal(`${"x".repeat(1_999)}…`);
    const long = Array.from({ length: 50 }, (_, index) => `${index} ${"x".repeat(3_000)}`).join("\n");
    const kept = boundedLog(long);
    expect(kept).to.have.length(14);
    expect(kept.at(-1)).to.match(/^49 /);
    expect(kept[0]).to.match(/^36 /);
    expect(boundedLog("")).to.deep.equal([]);
    expect(boundedLog("\n\na\n")).to.deep.equal(["", "", "a"]);
  });

  it("takes colours and control characters out, and secrets that they hid", () => {
    expect(clean("\x1b[31mred\x1b[0m\x07 s3\x1b[1mcret\r\n\tend", redact)).to.equal("red [secret]\n\tend");
    expect(oneLine("a\n  b\tc", 10)).to.equal("a b c");
    expect(shortened("ab😀c", 4)).to.equal("ab…");
  });

  it("tells a container's state in a few words", () => {
    const running = { status: "running", instance: "a", restarts: 0 };
    expect(stateText(running)).to.equal("running, 0 restarts");
    expect(stateText({ ...running, exitCode: 3, restarts: 1 })).to.equal(
      "running, last exit code 3, 1 restart",
    );
    expect(
      stateText({ ...running, status: "exited", exitCode: 137, outOfMemory: true, restarts: 2 }),
    ).to.equal("exited, exit code 137, out of memory, 2 restarts");
    expect(stateText({ status: "missing", instance: "missing", restarts: 0 })).to.equal("missing");
  });

  it("reports a pass without secrets", () => {
    const passed: HealthCourse = { ...course, outcome: "passed", container: undefined };
    expect(passedReport({ ...request, redact: [] }, passed, began, redact)).to.deep.equal({
      outcome: "passed",
      service: "api",
      release: "v3",
      digest: "sha256:aa",
      startedAt: "2026-07-11T03:04:05.006Z",
      passedAt: "2026-07-11T03:04:06.307Z",
      attempts: [
        { at: 0.031, outcome: "failed", latencyMs: 2, detail: "connection refused" },
        { at: 0.25, outcome: "ok", status: 200, latencyMs: 12 },
        { at: 1.25, outcome: "failed", status: 500, latencyMs: 9, detail: "expected 200: [secret] is wrong" },
      ],
      attemptsMade: 3,
      restarts: 0,
    });
  });

  describe("the record of a failure", () => {
    const folder = mkdtempSync(join(tmpdir(), "knowngood-gates-"));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const record = failureRecord(request, course, began, ["log s3cret"], redact);

    it("holds attempts, logs and container, without secrets", () => {
      expect(record).to.deep.include({
        kind: "health",
        outcome: "failed",
        stack: "shop/prod",
        endedAt: "2026-07-11T03:04:06.307Z",
        attemptsMade: 3,
        logs: ["log [secret]"],
        container: course.container,
      });
      expect(JSON.stringify(record)).to.not.contain("s3cret");
    });
    it("is named by stack, time and service", () => {
      expect(recordFile("r", record, record.service)).to.equal(
        "r/shop-prod/20260711T030406.307Z-health-api.json",
      );
    });
    it("stays below its folder whatever the names are", () => {
      const odd = { ...record, stack: "../..", service: "../a b" };
      expect(recordFile("r", odd, odd.service)).to.equal("r/--../20260711T030406.307Z-health---a-b.json");
    });
    it("is written whole", () => {
      const written = writeFailureRecord(folder, record, "api");
      if (!("file" in written)) throw new Error(written.problem);
      expect(JSON.parse(readFileSync(written.file, "utf8"))).to.deep.equal(record);
    });
  });
});
