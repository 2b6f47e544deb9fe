import { expect } from "chai";
import { join } from "node:path";
import type { SchemaDump } from "../../assessment/schemaDump";
import type { Applied } from "../../cli/assessApplied";
import { releasesSubject } from "../../cli/assessReleases";
import type { AppliedState } from "../../migrations/tools/tool";
import { appliedVersionsOf } from "../../migrations/tools/appliedVersionsOf";
import { capturedText } from "../../catalog/capturedSql";
import { InvalidInput } from "../../settings/violations";
import {
  first,
  releaseOf,
  second,
  sha256,
  testFolder,
  third,
  writeCatalog,
  type TestFolder,
} from "../catalog/catalogFolder";

const [one, two, three] = [first.migration, second.migration, third.migration];

/** A database's word, as `askApplied` gives it. */
function says(state: Partial<AppliedState>): Applied {
  const whole: AppliedState = {
    tool: "dbmate",
    table: "schema_migrations",
    applied: [],
    head: undefined,
    headOnly: false,
    problems: [],
    ...state,
  };
  return {
    state: whole,
    versions: (known) => appliedVersionsOf(whole, known),
    halfApplied: new Map(),
    problems: whole.problems,
  };
}

describe("the gap between two releases", () => {
  let folder: TestFolder;
  beforeEach(() => (folder = testFolder()));
  afterEach(() => folder.remove());
  const subject = (question: { from?: string; to: string; dump?: SchemaDump }, applied?: Applied) =>
    releasesSubject({ releases: join(folder.path, "releases"), ...question }, applied);

  it("has a step-down only where the newest that is applied is ahead", () => {
    writeCatalog(folder, [
      releaseOf("v1", 1, { migrations: [one, three] }),
      releaseOf("v2", 3, { migrations: [one, two, three] }),
      releaseOf("v3", 2, { migrations: [one, two] }),
    ]);
    const between = subject({ from: "v2", to: "v1" });
    expect(between.gap.ahead.map(({ name }) => name)).to.deep.equal([`${two.version}_${two.name}`]);
    expect(between.stepDown).to.equal(undefined);
    expect(subject({ from: "v2", to: "v3" }).stepDown).to.be.a("function");
  });

  it("has a dump in place of the migrations up to its newest, those that no release ships any more among them", () => {
    writeCatalog(folder, [
      releaseOf("v1", 1, { migrations: [two] }),
      releaseOf("v2", 2, { migrations: [two, three] }),
    ]);
    const applied = says({ applied: [one, two, three].map(({ version }) => ({ version })) });
    const without = subject({ to: "v1" }, applied);
    expect(without.gap.unread?.map(({ name }) => name)).to.deep.equal([one.version]);
    const source = { name: "schema.sql", sql: "CREATE TABLE users ();" };
    const { gap } = subject({ to: "v1", dump: { source, upTo: two.version } }, applied);
    expect([gap.shipped, gap.ahead.map(({ name }) => name), gap.unread ?? []]).to.deep.equal([
      [source],
      [`${three.version}_${three.name}`],
      [],
    ]);
    expect(() => subject({ to: "v1", dump: { source, upTo: "9" } }, applied))
      .to.throw(InvalidInput)
      .with.property("message")
      .that.contains("--dump-up-to");
  });

  it("is in doubt where the database can't be asked, or says otherwise than the catalog", () => {
    const text = (checksum: string) =>
      capturedText(
        { tool: "flyway", version: "1", source: "a".repeat(64), checksum },
        { sql: "CREATE TABLE orders ();" },
      );
    const sql = text("7");
    const migration = { version: "1", name: "orders", sha256: sha256(sql) };
    folder.write(`releases/migrations/${migration.sha256}.sql`, sql);
    writeCatalog(folder, [releaseOf("v1", 1, { tool: "flyway", migrations: [migration] })]);
    const doubts = (applied: Applied) => subject({ from: "v1", to: "v1" }, applied).doubts;
    expect(doubts({ unreachable: "timeout" })).to.deep.equal([
      { reason: "What v1 ships is taken as applied: timeout", unknown: true },
    ]);
    const applied = (checksum: string) => says({ tool: "flyway", applied: [{ version: "1", checksum }] });
    expect(doubts(applied("7"))).to.deep.equal([]);
    const [changed] = doubts(applied("8"));
    expect(changed?.unknown).to.equal(true);
    expect(changed?.reason).to.contain("recorded the checksum 8, the catalog's has 7");
    const heads = { kind: "several-heads", reason: "Two heads.", remedy: "Merge them." } as const;
    expect(doubts(says({ problems: [heads] }))).to.deep.equal([{ reason: "Two heads.", unknown: true }]);
  });

  it("names what the target's runner does with these very versions", () => {
    writeCatalog(folder, [
      releaseOf("v1", 1, { tool: "golang-migrate", migrations: [one, three] }),
      releaseOf("v2", 3, { tool: "golang-migrate", migrations: [one, two, three] }),
      releaseOf("v3", 2, { tool: "golang-migrate", migrations: [one, two] }),
    ]);
    expect(subject({ from: "v2", to: "v1" }).runner).to.include({ tool: "golang-migrate", starts: true });
    expect(subject({ from: "v2", to: "v3" }).runner).to.include({ tool: "golang-migrate", starts: false });
  });
});
