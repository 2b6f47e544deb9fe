import { join } from "node:path";
import { sha256Of, type CapturedWay } from "../../catalog/capturedSql";
import type { ShippedMigration } from "../../catalog/migrationFolder";
import type { Violation } from "../../settings/violations";
import { entriesOf, nothingFound, readSource, repeated, shipped } from "./folderEntries";
import { compareNumbers, plainNumber } from "./numericVersions";
import type { FolderContents, MigrationTool } from "./tool";

const fileName = /^([0-9]+)_(.+)\.(sql|go)$/;
const annotation = /^--\s*\+goose\s+(.*?)\s*$/i;

interface Row {
  version: string;
  applied: boolean;
  at: Date | null;
}

/** goose: `<number>_<name>.sql` with `-- +goose Up` and `-- +goose Down`; a row for every way taken. */
export const goose: MigrationTool = {
  name: "goose",
  table: "goose_db_version",
  ownsTable: (columns) => columns.includes("version_id") && columns.includes("is_applied"),
  async readApplied(query, table) {
    // Of a version that went up and down again, the last row tells. Version 0 is the empty schema.
    const rows = await query<Row>(
      `SELECT version, applied, at FROM (
         SELECT DISTINCT ON (version_id) version_id, version_id::text AS version, is_applied AS applied, tstamp AS at
         FROM ${table} WHERE version_id > 0 ORDER BY version_id, id DESC) AS latest
       WHERE applied ORDER BY version_id`,
    );
    const applied = rows.map(({ version, at }) => ({ version, appliedAt: at?.toISOString() }));
    return { applied, head: applied.at(-1)?.version, headOnly: false, problems: [] };
  },
  compareVersions: compareNumbers,
  ownsFolder: (entries) =>
    entries.some(({ name, text }) => name.endsWith(".sql") && /^--\s*\+goose\s+up\b/im.test(text())),
  readFolder: (folder) => Promise.resolve(readFolder(folder)),
  whenAhead: {
    starts: true,
    words: "goose up leaves versions alone that it has no file for: it finds nothing to run, and goes on.",
  },
  endsTransactions: true,
};

function readFolder(folder: string): FolderContents {
  const entries = entriesOf(folder);
  if ("where" in entries) return { migrations: [], violations: [entries], told: [] };
  const names = entries
    .map(({ name }) => name)
    .filter((name) => fileName.test(name) && !name.endsWith("_test.go"));
  if (names.length === 0) return nothingFound(folder, "goose's migrations, <number>_<name>.sql");
  const violations: Violation[] = [];
  const migrations: ShippedMigration[] = [];
  const told: string[] = [];
  for (const name of names) {
    const [, digits = "", title = "", kind] = fileName.exec(name) ?? [];
    const source = readSource(join(folder, name));
    if ("where" in source) {
      violations.push(source);
      continue;
    }
    const origin = { tool: "goose", version: plainNumber(digits), source: sha256Of(source.bytes) } as const;
    const ways = kind === "go" ? goWays : waysOf(source.text);
    if (ways === undefined) {
      const expected = "begin the migration with a line -- +goose Up, as goose wants it";
      violations.push({ where: source.file, found: "no -- +goose Up", expected });
      continue;
    }
    if (ways.up.unread !== undefined) told.push(`${source.file} can't be judged: ${ways.up.unread}`);
    migrations.push(shipped(source.file, title, origin, ways.up, ways.down));
  }
  migrations.sort((a, b) => compareNumbers(a.migration.version, b.migration.version));
  return { migrations, violations: [...violations, ...repeated(migrations)], told };
}

interface Ways {
  up: CapturedWay;
  down?: CapturedWay;
}

const goWays: Ways = {
  up: { sql: "", unread: "it is written in Go" },
  down: { sql: "", unread: "it is written in Go" },
};

/** Both ways of a file. Annotations become empty lines, so that the way up has the file's own lines. */
function waysOf(text: string): Ways | undefined {
  const lines: Record<"before" | "up" | "down", string[]> = { before: [], up: [], down: [] };
  let way: keyof typeof lines = "before";
  let withoutTransaction = false;
  let substituted = false;
  for (const line of text.split(/\r?\n/)) {
    const said = annotation.exec(line)?.[1]?.toLowerCase();
    if (said === "up") {
      way = "up";
      lines.up.push(...lines.before.map(() => ""));
    } else if (said === "down") way = "down";
    else if (said === "no transaction") withoutTransaction = true;
    else if (said === "envsub on") substituted = true;
    lines[way].push(said === undefined ? line : "");
  }
  if (way === "before") return undefined;
  const unread = substituted ? "it takes parts of its SQL from the environment (+goose ENVSUB)" : undefined;
  const captured = (sql: readonly string[]) => ({ sql: sql.join("\n"), withoutTransaction, unread });
  const hasDown = lines.down.some((line) => line.trim() !== "");
  return { up: captured(lines.up), down: hasDown ? captured(lines.down) : undefined };
}
