import { expect } from "chai";
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot } from "../../files/cacheRoot.cjs";
import type { Gap } from "../../schema/gap";
import { judgementKey, keepJudgement, readJudgement, type JudgedWith } from "../../schema/judgementCache";
import { testFolder, type TestFolder } from "../catalog/catalogFolder";

const judgement = {
  verdict: "compatible",
  confirmed: true,
  unconfirmed: [],
  findings: [],
  notes: [],
} as const;
const gap: Gap = {
  shipped: [
    { name: "1", sql: "a" },
    { name: "2", sql: "b" },
  ],
  ahead: [{ name: "3", sql: "c" }],
};
const judgedWith: JudgedWith = { scratch: "embedded", role: undefined, dump: undefined, code: "1" };

describe("kept judgements", () => {
  let folder: TestFolder;
  beforeEach(() => (folder = testFolder()));
  afterEach(() => folder.remove());

  it("are found by the content of both sides, the options and the code", () => {
    const own = judgementKey(gap, judgedWith);
    expect(judgementKey(structuredClone(gap), { ...judgedWith })).to.equal(own);
    const others = [
      judgementKey({ ...gap, shipped: gap.shipped.slice(1) }, judgedWith),
      judgementKey({ ...gap, shipped: [...gap.shipped].reverse() }, judgedWith),
      judgementKey({ ...gap, shipped: [{ name: "1", sql: "a2b" }] }, judgedWith),
      judgementKey({ shipped: [...gap.shipped, ...gap.ahead], ahead: [] }, judgedWith),
      judgementKey({ ...gap, ahead: [{ name: "3", sql: "d" }] }, judgedWith),
      judgementKey({ ...gap, ahead: [{ name: "4", sql: "c" }] }, judgedWith),
      judgementKey({ ...gap, ahead: [{ name: "3", sql: "c", firstLine: 2 }] }, judgedWith),
      judgementKey({ ...gap, ahead: [{ name: "3", sql: "c", withoutTransaction: true }] }, judgedWith),
      judgementKey({ ...gap, unread: [{ name: "4", reason: "in Python" }] }, judgedWith),
      judgementKey(gap, { ...judgedWith, scratch: "off" }),
      judgementKey(gap, { ...judgedWith, role: "app" }),
      judgementKey(gap, { ...judgedWith, dump: { name: "dump", sql: "a" } }),
      judgementKey(gap, { ...judgedWith, code: "2" }),
    ];
    expect(new Set([own, ...others]).size).to.equal(others.length + 1);
  });

  it("are read back whole, are the user's alone, and a broken one counts as none", () => {
    const below = join(folder.path, "new", "verdicts");
    keepJudgement(below, "one", judgement);
    expect(readJudgement(below, "one")).to.deep.equal(judgement);
    expect(readdirSync(below)).to.deep.equal(["one.json"]);
    expect(statSync(join(below, "one.json")).mode & 0o077).to.equal(0);
    expect(readJudgement(below, "two")).to.equal(undefined);
    for (const broken of ["", "{", "null", "[]", '{"verdict":1}']) {
      writeFileSync(join(below, "one.json"), broken);
      expect(readJudgement(below, "one")).to.equal(undefined);
    }
  });

  it("of a server that may change are forgotten in time, however often they were used", () => {
    const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);
    keepJudgement(folder.path, "one", judgement, at(0));
    expect(readJudgement(folder.path, "one", 60_000, at(59))).to.deep.equal(judgement);
    expect(readJudgement(folder.path, "one", 60_000, at(61))).to.equal(undefined);
    expect(readJudgement(folder.path, "one", undefined, at(61))).to.deep.equal(judgement);
    writeFileSync(join(folder.path, "one.json"), JSON.stringify(judgement));
    expect(readJudgement(folder.path, "one", 60_000, at(59))).to.equal(undefined);
  });

  it("lie in the user's cache, unless a variable that is not empty says otherwise", () => {
    const usual = cacheRoot({});
    expect(usual).to.match(/\/\.cache\/knowngood$/);
    expect(cacheRoot({ KNOWNGOOD_CACHE: "", XDG_CACHE_HOME: "" })).to.equal(usual);
    expect(cacheRoot({ XDG_CACHE_HOME: "/x" })).to.equal("/x/knowngood");
    expect(cacheRoot({ KNOWNGOOD_CACHE: "/k", XDG_CACHE_HOME: "/x" })).to.equal("/k");
  });

  it("are not kept where they can't be, without a word", () => {
    writeFileSync(join(folder.path, "file"), "");
    keepJudgement(join(folder.path, "file"), "one", judgement);
    expect(readJudgement(join(folder.path, "file"), "one")).to.equal(undefined);
  });

  it("go once there are more than 500, the least recently used first", () => {
    mkdirSync(folder.path, { recursive: true });
    for (let index = 0; index < 500; index++) {
      const file = join(folder.path, `${String(index).padStart(3, "0")}.json`);
      writeFileSync(file, JSON.stringify(judgement));
      utimesSync(file, 1000 + index, 1000 + index);
    }
    expect(readJudgement(folder.path, "000")).to.deep.equal(judgement);
    keepJudgement(folder.path, "new", judgement);
    const names = readdirSync(folder.path);
    expect(names).to.have.length(500).and.to.include.members(["000.json", "new.json"]);
    expect(names).not.to.include("001.json");
  });
});
