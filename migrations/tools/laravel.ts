import { join } from "node:path";
import type { CapturedWay } from "../../catalog/capturedSql";
import type { Violation } from "../../settings/violations";
import { capture, type CaptureRecipe, type CodeMigration } from "./capture";
import { cleanSql } from "./capturedOutput";
import { entriesOf, nothingFound, readSource } from "./folderEntries";
import type { FolderContents, FolderOptions, MigrationTool } from "./tool";

const fileName = /^([0-9]{4}_[0-9]{2}_[0-9]{2}_[0-9]{6}_(.+))\.php$/;

/** Laravel: `<time>_<name>.php`; one row a file, with the batch in which it ran. */
export const laravel: MigrationTool = {
  name: "laravel",
  table: "migrations",
  ownsTable: (columns) => columns.includes("migration") && columns.includes("batch"),
  async readApplied(query, table) {
    const rows = await query<{ version: string }>(
      `SELECT migration AS version FROM ${table} ORDER BY batch, migration COLLATE "C"`,
    );
    const applied = rows.map(({ version }) => ({ version }));
    return { applied, head: applied.at(-1)?.version, headOnly: false, problems: [] };
  },
  ownsFolder: (entries) => entries.some(({ name }) => fileName.test(name)),
  readFolder,
  whenAhead: {
    starts: true,
    words: "php artisan migrate leaves rows alone that it has no file for, and goes on.",
  },
  endsTransactions: true,
};

const recipe: CaptureRecipe = {
  tool: "laravel",
  // Going back is only pretended for what a database has applied, so there is no command for it.
  commands: { up: "php artisan migrate --pretend --force --path={folder}/{version}.php", down: undefined },
  clean: (output) => cleanPretended(output),
  isIrreversible: () => false,
};

async function readFolder(folder: string, options: FolderOptions): Promise<FolderContents> {
  const entries = entriesOf(folder);
  if ("where" in entries) return { migrations: [], violations: [entries], told: [] };
  const found: CodeMigration[] = [];
  const violations: Violation[] = [];
  for (const { name } of entries) {
    const [, version, title] = fileName.exec(name) ?? [];
    if (version === undefined || title === undefined) continue;
    const source = readSource(join(folder, name));
    if ("where" in source) violations.push(source);
    else found.push({ version, name: title, file: source.file, source: source.bytes, placeholders: {} });
  }
  if (violations.length > 0) return { migrations: [], violations, told: [] };
  if (found.length === 0) return nothingFound(folder, "Laravel's migrations, database/migrations");
  return capture(recipe, folder, found, options);
}

/** What `--pretend` prints: an arrow before each statement, or in older versions the migration's name and a colon. */
async function cleanPretended(output: string): Promise<CapturedWay> {
  const lines = output.replace(/\u001B\[[0-9;]*m/g, "").split(/\r?\n/);
  const statements: string[][] = [];
  let inStatement = false;
  for (const line of lines) {
    const [, begun] = /^\s*[⇂⇓]\s?(.*)$/.exec(line) ?? /^\w+: (.*)$/.exec(line) ?? [];
    if (begun !== undefined) {
      statements.push([begun]);
      inStatement = true;
    } else if (/^\s*INFO\b|\.{5,}|^\s*$/.test(line)) inStatement = false;
    else if (inStatement) statements.at(-1)?.push(line);
  }
  if (statements.length === 0 && /nothing to migrate/i.test(output)) {
    return {
      sql: "",
      unread: "the database that it was captured against has applied it already; take an empty one",
    };
  }
  const texts = statements.map((parts) => parts.join("\n").trimEnd().replace(/;$/, ""));
  const way = await cleanSql(texts.map((text) => `${text};`).join("\n"));
  // On PostgreSQL Laravel puts a transaction round each migration that does not ask for none.
  return { ...way, withoutTransaction: /\bconcurrently\b/i.test(way.sql) };
}
