import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  incidentsIn,
  openIncident,
  untoldIncidents,
  type KnownIssue,
} from "../../records/postmortem/incidents";
import { readRecords } from "../../records/readRecords";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { record } from "./rollbackRecords";

const failed = { outcome: "failed" as const };
const told = (records: readonly ReleaseRecord[]) =>
  incidentsIn(records).map(({ updates, broughtBy }) => [broughtBy?.id, ...updates.map(({ id }) => id)]);

describe("incidents", () => {
  it("are a rollback each, where it passes", () => {
    const records = [
      record("1", ["forward", "v1", "v2"], 1),
      record("2", ["forward", "v2", "v3"], 2),
      record("3", ["same", "v3", "v3"], 3),
      record("4", ["rollback", "v3", "v2"], 4),
      record("5", ["rollback", "v2", "v1"], 5),
      record("6", ["same", "v1", "v1"], 6),
    ];
    // A rollback to v2 is what brought it last.
    expect(told(records)).to.deep.equal([
      ["2", "4"],
      ["4", "5"],
    ]);
  });

  it("go on until an up passes, where it does not", () => {
    const records = [
      record("1", ["rollback", "v3", "v2"], 1, failed),
      record("2", ["rollback", "v2", "v1"], 2, { outcome: "unfinished" }),
      record("3", ["same", "v1", "v1"], 3),
      record("4", ["forward", "v1", "v4"], 4),
    ];
    expect(told(records)).to.deep.equal([[undefined, "1", "2", "3"]]);
  });

  it("are over after 30 days of nothing, and a rollback then is one of its own, owed an issue", () => {
    const month = 30 * 24 * 60;
    const first = record("1", ["rollback", "v3", "v2"], 1, failed);
    const onTheDay = record("2", ["rollback", "v2", "v1"], 1 + month);
    const later = record("3", ["rollback", "v2", "v1"], 2 + month);
    expect(told([first, onTheDay])).to.deep.equal([[undefined, "1", "2"]]);
    expect(told([first, later])).to.deep.equal([
      [undefined, "1"],
      ["1", "3"],
    ]);
    // What is no rollback has no other incident to belong to.
    expect(told([first, record("4", ["same", "v2", "v2"], 2 + month)])).to.deep.equal([
      [undefined, "1", "4"],
    ]);
    const owed = (records: readonly ReleaseRecord[]) =>
      untoldIncidents(incidentsIn(records), () => undefined, "acme/shop", new Date(later.startedAt)).map(
        ({ untold }) => untold.map(({ id }) => id),
      );
    expect(owed([first, later])).to.deep.equal([["3"]]);
    // Of an incident the newest update's age counts.
    expect(owed([first, onTheDay])).to.deep.equal([["1", "2"]]);
  });

  it("are open until an up has passed", () => {
    const first = record("1", ["rollback", "v3", "v2"], 1, failed);
    const passed = record("2", ["same", "v3", "v3"], 2);
    expect(openIncident([])).to.equal(undefined);
    expect(openIncident([record("0", ["forward", "v1", "v3"], 0, failed)])).to.equal(undefined);
    expect(openIncident([first])?.first.id).to.equal("1");
    expect(openIncident([first, passed])).to.equal(undefined);
  });

  it("are owed an issue where the settings asked for one, for 30 days, and only in that repository", () => {
    const records = [
      record("1", ["rollback", "v5", "v4"], 1, { postmortem: undefined }),
      record("2", ["rollback", "v4", "v3"], 2),
      record("3", ["rollback", "v3", "v2"], 3, failed),
      record("4", ["same", "v2", "v2"], 4),
      record("5", ["rollback", "v2", "v1"], 5),
    ];
    const issue = (ids: string[]): KnownIssue => ({
      repository: "acme/shop",
      number: 7,
      url: "u",
      told: ids,
    });
    const owed = (now: string, known: Record<string, KnownIssue> = {}, repository = "acme/shop") =>
      untoldIncidents(incidentsIn(records), (id) => known[id], repository, new Date(now)).map(
        ({ incident, untold }) => [incident.first.id, untold.map(({ id }) => id)],
      );
    expect(owed("2026-03-31T09:02:00.000Z")).to.deep.equal([
      ["2", ["2"]],
      ["3", ["3", "4"]],
      ["5", ["5"]],
    ]);
    expect(owed("2026-03-31T09:02:00.001Z")).to.deep.equal([
      ["3", ["3", "4"]],
      ["5", ["5"]],
    ]);
    const known = { 2: issue(["2"]), 3: issue(["3"]) };
    expect(owed("2026-03-02T00:00:00.000Z", known)).to.deep.equal([
      ["3", ["4"]],
      ["5", ["5"]],
    ]);
    expect(owed("2026-03-02T00:00:00.000Z", known, "acme/other")).to.deep.equal([["5", ["5"]]]);
  });
});

describe("the file of records, read back", () => {
  it("gives a stack's records, and leaves out what is none", () => {
    const folder = mkdtempSync(join(tmpdir(), "knowngood-read-records-"));
    try {
      const file = join(folder, "records.jsonl");
      expect(readRecords(file, "shop/prod")).to.deep.equal([]);
      const own = record("1", ["rollback", "v2", "v1"], 1, { postmortem: undefined });
      const other = record("2", ["rollback", "v2", "v1"], 2, {}, "shop/test");
      const lines = [own, other, null, { ...own, gates: undefined }, { ...own, from: null }, 5];
      const text = [...lines.map((line) => JSON.stringify(line)), '{"id":"half', ""].join("\n");
      writeFileSync(file, text);
      expect(readRecords(file, "shop/prod")).to.deep.equal([JSON.parse(JSON.stringify(own))]);
      // Of a long file the newest are read; what a cut has left of a line is none.
      writeFileSync(file, `${`${" ".repeat(1_000_000)}x\n`.repeat(9)}${text}`);
      expect(readRecords(file, "shop/prod").map(({ id }) => id)).to.deep.equal(["1"]);
      expect(() => readRecords(folder, "shop/prod")).to.throw("EISDIR");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
