import { expect } from "chai";
import { backupNeed, backupText } from "../../assessment/backupPlan";
import type { KeptBackup } from "../../backups/backupRecord";
import { retiredBackups } from "../../backups/retired";
import { noSpace, sizeText } from "../../backups/space";
import { finding, judgementOf } from "../assessment/evidence";

const day = 86_400_000;
const now = new Date("2026-03-31T00:00:00.000Z");

/** A backup that is so many days old. */
function backup(days: number, { whole = true, dump = true } = {}): KeptBackup {
  const madeAt = new Date(now.getTime() - days * day).toISOString();
  return {
    name: `${days}`,
    whole,
    record: {
      format: "knowngood backup 1",
      stack: "shop/prod",
      database: "db:5432/shop",
      server: 15,
      head: "1",
      applied: ["1"],
      table: "schema_migrations",
      madeAt,
      seconds: 1,
      ...(dump && { dump: { bytes: 1, sha256: "", rows: {} } }),
    },
  };
}

describe("what is kept of backups", () => {
  const retired = (backups: KeptBackup[], keep: number, keepDays?: number) =>
    retiredBackups(backups, { keep, ...(keepDays !== undefined && { keepDays }) }, now).map(
      ({ name }) => name,
    );

  it("is the newest ones, by number", () => {
    const three = [backup(0), backup(1), backup(2)];
    expect(retired(three, 3)).to.deep.equal([]);
    expect(retired(three, 2)).to.deep.equal(["2"]);
    expect(retired(three, 1)).to.deep.equal(["1", "2"]);
  });

  it("is what is not too old, on both sides of the limit", () => {
    expect(retired([backup(0), backup(30), backup(30.01)], 10, 30)).to.deep.equal(["30.01"]);
  });

  it("is always the newest that is whole, whatever its number and age", () => {
    expect(retired([backup(100)], 1, 1)).to.deep.equal([]);
    const damaged = [backup(1, { whole: false }), backup(2, { whole: false }), backup(100), backup(101)];
    expect(retired(damaged, 1, 1)).to.deep.equal(["2", "101"]);
    // A command's word for a snapshot is no file that can be looked at.
    expect(retired([backup(1, { dump: false }), backup(100)], 1, 1)).to.deep.equal([]);
  });
});

describe("space for a backup", () => {
  const free = (bavail: number, last: number | undefined) =>
    noSpace({ bavail, bsize: 1000 }, last, "backups");

  it("is asked for as the last one took it", () => {
    expect(free(0, undefined)).to.equal(undefined);
    expect(free(2, 2000)).to.equal(undefined);
    expect(free(2, 2001)).to.equal(
      "No space for a backup in backups: the last one took 2.0 kB, and 2.0 kB are free. " +
        "Make room, or name another folder: pulumi config set --path database.backup.folder FOLDER",
    );
  });

  it("is told in units that can be read", () => {
    expect([0, 999, 1000, 123_456, 4_200_000, 7.5e12, 2e16].map(sizeText)).to.deep.equal([
      "0 bytes",
      "999 bytes",
      "1.0 kB",
      "123 kB",
      "4.2 MB",
      "7.5 TB",
      "20000 TB",
    ]);
  });
});

describe("whether a backup is made", () => {
  const destructive = judgementOf(
    finding("destructive", "column-dropped", "orders.note"),
    finding("conditional", "not-null-dropped", "orders.at"),
  );
  const asked = { when: "risky" as const, pending: 1, judgement: judgementOf(), unread: [] };

  it("is decided by what the migrations mean", () => {
    expect(backupNeed(asked)).to.equal(undefined);
    expect(backupNeed({ ...asked, judgement: destructive })?.reason).to.equal(
      "the migrations are destructive (orders.note)",
    );
    expect(backupNeed({ ...asked, judgement: undefined })?.reason).to.contain("no time to judge");
    expect(backupNeed({ ...asked, unread: ["7_code"] })?.reason).to.equal("what 7_code does can't be read");
    const unread = { ...finding("conditional", "unread-statement", "line 3"), migration: "8_split", line: 3 };
    expect(
      backupNeed({ ...asked, unread: ["7_code"], judgement: judgementOf(unread, unread) })?.reason,
    ).to.equal("what 7_code, 8_split does can't be read");
    const refused = finding("conditional", "unread-statement", "the gap");
    expect(backupNeed({ ...asked, judgement: judgementOf(refused) })?.reason).to.equal(
      "what the gap does can't be read",
    );
    const breaking = judgementOf(finding("breaking", "table-renamed", "orders"));
    expect(backupNeed({ ...asked, judgement: breaking })?.reason).to.equal(undefined);
  });

  it("follows the setting, and is none where nothing changes", () => {
    expect(backupNeed({ ...asked, when: "always" })?.reason).to.equal("database.backup.when is always");
    expect(backupNeed({ ...asked, when: "always", pending: 0 })?.reason).to.equal(undefined);
    expect(backupNeed({ ...asked, when: "never", judgement: destructive })?.reason).to.equal(undefined);
    expect(backupNeed({ ...asked, pending: 0, judgement: undefined })?.reason).to.equal(undefined);
  });

  it("is decided by what a step-down loses", () => {
    const step = (verdict: "lossy" | "lossless", when: "risky" | "always" | "never" = "risky") =>
      backupNeed({ ...asked, when, pending: 0, steppingDown: { version: "2", verdict, confirmed: true } })
        ?.reason;
    expect(step("lossy")).to.equal("the step-down of 2 loses data");
    expect(step("lossless")).to.equal(undefined);
    expect(step("lossless", "always")).to.contain("always");
    expect(step("lossy", "never")).to.equal(undefined);
  });

  it("is no precaution where data is lost, or nobody knows whether any is, whatever asked for it", () => {
    const mayLose = (more: object) => backupNeed({ ...asked, when: "always", ...more })?.mayLose;
    expect(mayLose({})).to.equal(false);
    expect(mayLose({ judgement: destructive })).to.equal(true);
    expect(mayLose({ unread: ["7_code"] })).to.equal(true);
    expect(mayLose({ judgement: undefined })).to.equal(true);
    const unread = { ...finding("conditional", "unread-statement", "line 3"), migration: "8_split", line: 3 };
    expect(mayLose({ judgement: judgementOf(unread) })).to.equal(true);
    const step = (verdict: "lossy" | "lossless", confirmed = true) => ({
      ...{ pending: 0, judgement: undefined, steppingDown: { version: "2", verdict, confirmed } },
    });
    expect(mayLose(step("lossless"))).to.equal(false);
    expect(mayLose(step("lossless", false))).to.equal(true);
    expect(mayLose(step("lossy"))).to.equal(true);
  });

  it("is told with what the last one took", () => {
    expect(backupText({ reason: "it is so", mayLose: false })).to.equal("a backup is made first: it is so");
    expect(
      backupText({ reason: "it is so", mayLose: true, last: { seconds: 3.2, bytes: 12_000_000 } }),
    ).to.equal("a backup is made first: it is so; the last one took 3.2 s and 12.0 MB");
  });
});
