import { join } from "node:path";
import { sha256Of } from "../../catalog/capturedSql";
import type { ShippedMigration } from "../../catalog/migrationFolder";
import { versionPatterns } from "../../catalog/release";
import type { Violation } from "../../settings/violations";
import { entriesOf, needsNoTransaction, nothingFound, readSource, shipped } from "./folderEntries";
import type { AppliedMigration, AppliedProblem, FolderContents, MigrationTool } from "./tool";

interface Row {
  version: string;
  checksum: string;
  finished: Date | null;
}

/** Prisma Migrate: `<time>_<name>/migration.sql`; one row a run, also of failed ones. */
export const prisma: MigrationTool = {
  name: "prisma",
  table: "_prisma_migrations",
  ownsTable: (columns) => columns.includes("migration_name") && columns.includes("rolled_back_at"),
  async readApplied(query, table) {
    const rows = await query<Row>(
      `SELECT migration_name AS version, checksum, finished_at AS finished
       FROM ${table} WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`,
    );
    const applied = new Map<string, AppliedMigration>();
    const problems = new Map<string, AppliedProblem>();
    for (const { version, checksum, finished } of rows) {
      if (finished !== null) problems.delete(version);
      else if (!applied.has(version)) problems.set(version, unfinished(version));
      applied.set(version, { version, appliedAt: finished?.toISOString(), checksum });
    }
    return {
      applied: [...applied.values()],
      head: [...applied.keys()].at(-1),
      headOnly: false,
      problems: [...problems.values()],
    };
  },
  ownsFolder: (entries) =>
    entries.some(({ name, isFolder }) => isFolder && /^[0-9]{14}_/.test(name)) ||
    entries.some(({ name }) => name === "migration_lock.toml"),
  readFolder: (folder) => Promise.resolve(readFolder(folder)),
  whenAhead: {
    starts: true,
    words: "prisma migrate deploy leaves migrations alone that it has no folder for, and goes on.",
  },
  endsTransactions: true,
};

function unfinished(version: string): AppliedProblem {
  return {
    version,
    kind: "unfinished",
    reason: `Migration ${version} began and did not end: part of it can be in the schema, and prisma migrate deploy refuses every further one (P3009).`,
    remedy: `Finish or undo it by hand, then say so: prisma migrate resolve --applied ${version}, or --rolled-back ${version}.`,
  };
}

function readFolder(folder: string): FolderContents {
  const entries = entriesOf(folder);
  if ("where" in entries) return { migrations: [], violations: [entries], told: [] };
  const names = entries.filter(({ isFolder }) => isFolder).map(({ name }) => name);
  if (names.length === 0) return nothingFound(folder, "Prisma's migrations, <time>_<name>/migration.sql");
  const violations: Violation[] = [];
  const migrations: ShippedMigration[] = [];
  for (const version of names) {
    const source = readSource(join(folder, version, "migration.sql"));
    if ("where" in source) violations.push(source);
    else if (!versionPatterns.prisma.test(version)) {
      const expected = 'name it with letters, digits, "_", "." and "-"';
      violations.push({
        where: join(folder, version),
        found: "a name that the catalog can't take",
        expected,
      });
    } else {
      const checksum = sha256Of(source.bytes);
      const up = { sql: source.text, withoutTransaction: needsNoTransaction(source.text) };
      const name = version.replace(/^[0-9]+_/, "");
      migrations.push(
        shipped(source.file, name, { tool: "prisma", version, source: checksum, checksum }, up),
      );
    }
  }
  return { migrations, violations, told: [] };
}
