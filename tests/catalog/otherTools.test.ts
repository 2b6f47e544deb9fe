import { expect } from "chai";
import {
  capturedText,
  keepsLines,
  originOf,
  unreadDownReason,
  unreadReason,
} from "../../catalog/capturedSql";
import { migrationOrder } from "../../catalog/catalog";
import { migrationSections } from "../../catalog/migrationSections";
import { migrationLabel, type Migration, type Release } from "../../catalog/release";
import { parseRelease, releaseText } from "../../catalog/releaseFile";
import { notRunnable } from "../../migrations/tools/notRunnable";
import { planSchema } from "../../schema/schemaPlan";
import { releaseOf } from "./catalogFolder";

const migrations = (...versions: string[]): Migration[] =>
  versions.map((version) => ({ version, name: "x", sha256: "a".repeat(64) }));
const violationsOf = (release: Release) => {
  const read = parseRelease("releases/v1.yaml", releaseText(release));
  return "violations" in read ? read.violations.map(({ where, expected }) => `${where}: ${expected}`) : [];
};

describe("releases with another tool's migrations", () => {
  it("take each tool's versions, and name the tool unless it is dbmate", () => {
    const versions = {
      "golang-migrate": "12",
      goose: "12",
      flyway: "1.2",
      alembic: "ae1027a6acf",
      laravel: "2026_01_01_000000_add_note",
      prisma: "20260101000000_add_note",
      django: "shop.0002_note",
    } as const;
    for (const [tool, version] of Object.entries(versions)) {
      const release = releaseOf("v1", 1, {
        tool: tool as keyof typeof versions,
        migrations: migrations(version),
      });
      expect(violationsOf(release), tool).to.deep.equal([]);
      expect(releaseText(release)).to.contain(`\ntool: ${tool}\n`);
    }
    expect(releaseText(releaseOf("v1", 1, { migrations: migrations("1") }))).not.to.contain("tool:");
  });

  it("refuse what the tool's versions can't be, and tools that are not known", () => {
    expect(violationsOf(releaseOf("v1", 1, { migrations: migrations("1", "1.2") }))).to.deep.equal([
      "releases/v1.yaml: migrations[1].version: write the version in quotes, digits only",
    ]);
    expect(
      violationsOf(releaseOf("v1", 1, { tool: "django", migrations: migrations("0001") })),
    ).to.deep.equal([
      "releases/v1.yaml: migrations[0].version: write the version in quotes, as django has it",
    ]);
    expect(violationsOf(releaseOf("v1", 1, { tool: "flyaway" as never }))).to.deep.equal([
      "releases/v1.yaml: tool: write one of dbmate, golang-migrate, goose, flyway, alembic, laravel, prisma, django; leave it out for dbmate",
    ]);
  });

  it("are labelled by version and name, or by the version that holds the name", () => {
    expect(migrationLabel({ version: "12", name: "note" })).to.equal("12_note");
    expect(migrationLabel({ version: "shop.0002_note", name: "note" })).to.equal("shop.0002_note");
  });
});

describe("the order of all migrations", () => {
  const orderOf = (...releases: string[][]) =>
    migrationOrder({
      folder: "releases",
      releases: releases.map((versions, index) =>
        releaseOf(`v${index}`, index + 1, { tool: "alembic", migrations: migrations(...versions) }),
      ),
    }).map(({ version }) => version);

  it("is the releases' own, one after the other", () => {
    expect(orderOf(["f0", "a1"], ["f0", "a1", "77"], ["f0", "a1", "77", "05"])).to.deep.equal([
      "f0",
      "a1",
      "77",
      "05",
    ]);
  });

  it("has what another branch added where that branch has it", () => {
    expect(orderOf(["a", "b"], ["a", "b", "d"], ["a", "c", "b", "d"])).to.deep.equal(["a", "c", "b", "d"]);
    expect(orderOf(["a", "b"], ["a", "c"])).to.deep.equal(["a", "b", "c"]);
  });

  it("leads a plan where versions don't sort as text", () => {
    const order = ["f0", "a1", "77", "05"];
    const plan = planSchema(migrations("f0", "a1"), ["77", "a1", "05", "f0"], order);
    expect(plan).to.deep.equal({ pending: [], gap: ["77", "05"], head: "05" });
    const unknown = planSchema(migrations("f0"), ["f0", "zz", "a1", "00"], order);
    expect(unknown).to.deep.include({ gap: ["a1", "zz", "00"], head: "00" });
  });
});

describe("migrations that an up can't run", () => {
  it("are refused with the tool's own command, unless all is applied", () => {
    const release = { tag: "v2", tool: "alembic" } as const;
    expect(notRunnable(release, [])).to.equal(undefined);
    expect(notRunnable({ tag: "v2" }, migrations("1"))).to.equal(undefined);
    expect(notRunnable(release, migrations("a", "b"))).to.equal(
      "Release v2 ships migrations of alembic that the database has not applied (a_x, b_x), and only dbmate's are run by an up. " +
        "Run your own migration before: alembic upgrade head; then run pulumi up again.",
    );
    expect(notRunnable(release, migrations("1", "2", "3", "4", "5", "6", "7"))).to.contain("5_x and 2 more)");
  });
});

describe("SQL that was taken over from another tool", () => {
  const origin = { tool: "goose", version: "12", source: "b".repeat(64) } as const;

  it("is kept in dbmate's format, with where it comes from", () => {
    const text = capturedText(
      origin,
      { sql: "SELECT 1;\n\n" },
      { sql: "SELECT 2;", withoutTransaction: true },
    );
    expect(text).to.equal(
      `-- knowngood: from goose 12; source ${"b".repeat(64)}\n-- migrate:up\nSELECT 1;\n-- migrate:down transaction:false\nSELECT 2;\n`,
    );
    expect(originOf(text)).to.deep.equal({ ...origin, checksum: undefined });
    const { up, down } = migrationSections("12", text);
    expect([up.sql.trim(), up.firstLine, down?.sql.trim(), down?.withoutTransaction]).to.deep.equal([
      "SELECT 1;",
      0,
      "SELECT 2;",
      true,
    ]);
  });

  it("says why what it does can't be known", () => {
    const text = capturedText(origin, { sql: "", unread: "it is\nwritten in Go" }, { sql: "", unread: "so" });
    expect([unreadReason(text), unreadDownReason(text)]).to.deep.equal(["it is written in Go", "so"]);
    expect(migrationSections("12", text).down).to.equal(undefined);
    expect(unreadReason(capturedText(origin, { sql: "-- knowngood: not captured: no" }))).to.equal(undefined);
    expect(unreadReason("-- knowngood: not captured: no\n-- migrate:up\n")).to.equal(undefined);
  });

  it("can't end its own way up by a line that looks like a marker", () => {
    const text = capturedText(origin, { sql: "SELECT 1;\n-- migrate:down\nSELECT 2;" });
    expect(migrationSections("12", text).down).to.equal(undefined);
  });

  it("counts lines as the tool's file has them, unless that is code", () => {
    const code = capturedText({ ...origin, tool: "alembic" }, { sql: "SELECT 1;" });
    expect([keepsLines(code), migrationSections("12", code).up.firstLine]).to.deep.equal([false, 2]);
  });
});
