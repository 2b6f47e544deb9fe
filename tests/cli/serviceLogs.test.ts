import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logWords, mergedByTime } from "../../cli/serviceLogs";
import { newestKeptLog } from "../../records/keptEvidence";

describe("logs of several services", () => {
  const lines = async function* (...texts: string[]) {
    for (const text of texts) yield await Promise.resolve(text);
  };
  const at = (nanoseconds: number, text: string) =>
    `2026-03-01T12:00:00.${String(nanoseconds).padStart(9, "0")}Z ${text}`;

  it("come in the order of time, each log's own order kept, and words without a time at once", async () => {
    const merged = mergedByTime([
      { service: "api", lines: lines(at(2, "two"), at(5, ""), at(4, "late")) },
      { service: "web", lines: lines(at(1, "one"), "Error response from daemon: gone") },
      { service: "worker", lines: lines() },
    ]);
    const told: string[] = [];
    for await (const { service, line } of merged) told.push(`${service} ${line}`);
    expect(told).to.deep.equal([
      "web one",
      "web Error response from daemon: gone",
      "api two",
      "api ",
      "api late",
    ]);
  });

  it("are asked of Docker by the container's id, as no option of its own", () => {
    const all = { engine: undefined, tail: "200", follow: false };
    expect(logWords("-abc", all, false)).to.deep.equal(["logs", "--tail", "200", "--", "-abc"]);
    expect(logWords("abc", { ...all, tail: "all", since: "1h", follow: true }, true).join(" ")).to.equal(
      "logs --tail all --since 1h --follow --timestamps -- abc",
    );
  });
});

describe("the kept log of a service", () => {
  let records: string;
  beforeEach(() => (records = mkdtempSync(join(tmpdir(), "knowngood-kept-"))));
  afterEach(() => rmSync(records, { recursive: true, force: true }));

  it("is the newest that there is of the stack's own", () => {
    expect(newestKeptLog(records, "shop/prod", "api")).to.equal(undefined);
    const keep = (stack: string, time: string, ...services: string[]) => {
      const folder = join(records, "evidence", stack, time);
      mkdirSync(folder, { recursive: true });
      for (const service of services) writeFileSync(join(folder, `${service}.log`), "");
      return folder;
    };
    const old = keep("shop-prod", "20260301T000000.000Z", "api", "web");
    const young = keep("shop-prod", "20260302T000000.000Z", "web");
    keep("shop-test", "20260303T000000.000Z", "api", "web");
    expect(newestKeptLog(records, "shop/prod", "api")).to.equal(join(old, "api.log"));
    expect(newestKeptLog(records, "shop/prod", "web")).to.equal(join(young, "web.log"));
    expect(newestKeptLog(records, "shop/prod", "worker")).to.equal(undefined);
  });
});
