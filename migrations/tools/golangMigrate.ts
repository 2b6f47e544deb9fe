import { join } from "node:path";
import { sha256Of, type CapturedWay } from "../../catalog/capturedSql";
import type { ShippedMigration } from "../../catalog/migrationFolder";
import type { Violation } from "../../settings/violations";
import { entriesOf, needsNoTransaction, nothingFound, readSource, repeated, shipped } from "./folderEntries";
import { compareNumbers, plainNumber } from "./numericVersions";
import type { FolderContents, MigrationTool } from "./tool";

const fileName = /^([0-9]+)_(.*)\.(up|down)\.sql$/;

/** golang-migrate: `<number>_<name>.up.sql` and `.down.sql`; one row for all, with the head and whether it is whole. */
export const golangMigrate: MigrationTool = {
  name: "golang-migrate",
  table: "schema_migrations",
  ownsTable: (columns) => columns.includes("version") && columns.includes("dirty"),
  async readApplied(query, table) {
    const rows = await query<{ version: string; dirty: boolean }>(
      `SELECT version::text AS version, dirty FROM ${table} ORDER BY version`,
    );
    // Nothing is written as no row; a database that was stepped down to nothing while dirty holds -1.
    const applied = rows.filter(({ version }) => !version.startsWith("-"));
    return {
      applied: applied.map(({ version }) => ({ version })),
      head: applied.at(-1)?.version,
      headOnly: true,
      problems: rows
        .filter(({ dirty }) => dirty)
        .map(({ version }) => ({
          version,
          kind: "dirty",
          reason: `Migration ${version} stopped half-way: golang-migrate holds it as dirty, and nobody knows how much of it is in the schema.`,
          remedy: `Look at what of it was applied, finish it or undo it by hand, then say so: migrate force ${version} where it is whole, or the version before it where it is undone.`,
        })),
    };
  },
  compareVersions: compareNumbers,
  ownsFolder: (entries) => entries.some(({ name }) => /^[0-9]+_.*\.up\.sql$/.test(name)),
  readFolder: (folder) => Promise.resolve(readFolder(folder)),
  whenAhead: {
    starts: false,
    words:
      'golang-migrate\'s up refuses with "no migration found for version": it looks for the file of the version that the database is at.',
    setting:
      "no setting; let the release start without running migrate, or take fs.ErrNotExist from Up() for nothing to do",
  },
  endsTransactions: true,
};

function readFolder(folder: string): FolderContents {
  const entries = entriesOf(folder);
  if ("where" in entries) return { migrations: [], violations: [entries], told: [] };
  const names = entries.map(({ name }) => name).filter((name) => fileName.test(name));
  const ups = names.filter((name) => name.endsWith(".up.sql"));
  if (ups.length === 0) return nothingFound(folder, "golang-migrate's migrations, <number>_<name>.up.sql");
  const violations: Violation[] = [];
  const migrations: ShippedMigration[] = [];
  for (const name of ups) {
    const [, digits = "", title = ""] = fileName.exec(name) ?? [];
    const downName = name.replace(/\.up\.sql$/, ".down.sql");
    const up = readSource(join(folder, name));
    const down = names.includes(downName) ? readSource(join(folder, downName)) : undefined;
    if ("where" in up) violations.push(up);
    else if (down !== undefined && "where" in down) violations.push(down);
    else {
      const version = plainNumber(digits);
      const origin = { tool: "golang-migrate", version, source: sha256Of(up.bytes) } as const;
      const ways = [up, ...(down === undefined ? [] : [down])].map(({ text }) => wayOf(text));
      migrations.push(shipped(up.file, title, origin, ways[0] ?? wayOf(""), ways[1]));
    }
  }
  migrations.sort((a, b) => compareNumbers(a.migration.version, b.migration.version));
  return { migrations, violations: [...violations, ...repeated(migrations)], told: [] };
}

/** A file is sent as it is: what it needs of transactions it says itself. */
function wayOf(sql: string): CapturedWay {
  return { sql, withoutTransaction: needsNoTransaction(sql) };
}
