import { basename, join } from "node:path";
import { crc32 } from "node:zlib";
import { sha256Of, type CapturedWay } from "../../catalog/capturedSql";
import type { ShippedMigration } from "../../catalog/migrationFolder";
import type { Violation } from "../../settings/violations";
import {
  entriesOf,
  filesBelow,
  needsNoTransaction,
  nothingFound,
  readSource,
  repeated,
  shipped,
} from "./folderEntries";
import { compareDotted } from "./numericVersions";
import type { AppliedMigration, AppliedProblem, FolderContents, MigrationTool } from "./tool";

const fileName = /^(?:([VUB])([0-9]+(?:[._][0-9]+)*)|(R))__(.+)\.(sql|java|kt)$/;

interface Row {
  version: string | null;
  description: string;
  type: string;
  script: string;
  checksum: number | null;
  at: Date | null;
  success: boolean;
}

/** Flyway: `V<version>__<name>.sql`, `U…` to undo, `R__…` whenever it changed; one row a run, also of failed ones. */
export const flyway: MigrationTool = {
  name: "flyway",
  table: "flyway_schema_history",
  ownsTable: (columns) => columns.includes("installed_rank") && columns.includes("checksum"),
  async readApplied(query, table) {
    const rows = await query<Row>(
      `SELECT version, description, type, script, checksum, installed_on AS at, success
       FROM ${table} ORDER BY installed_rank`,
    );
    const applied = new Map<string, AppliedMigration>();
    const problems = new Map<string, AppliedProblem>();
    let baseline: string | undefined;
    for (const row of rows) {
      if (row.type === "SCHEMA" || row.type === "DELETE") continue;
      const version =
        row.version === null ? repeatableVersion(row.script, row.checksum) : dotted(row.version);
      problems.delete(version);
      if (!row.success) problems.set(version, failed(version, row));
      if (row.type.startsWith("UNDO_")) {
        // An undo that failed left the migration half in the schema.
        if (row.success) applied.delete(version);
        continue;
      }
      if (row.type.endsWith("BASELINE") && row.success) baseline = version;
      applied.delete(version);
      applied.set(version, {
        version,
        name: row.description.replaceAll(" ", "_"),
        appliedAt: row.at?.toISOString(),
        checksum: row.checksum === null ? undefined : String(row.checksum),
      });
    }
    const versioned = [...applied.keys()].filter((version) => !version.startsWith("R__"));
    return {
      applied: [...applied.values()],
      head: versioned.sort(compareDotted).at(-1) ?? [...applied.keys()].at(-1),
      headOnly: false,
      baseline,
      problems: [...problems.values()],
    };
  },
  compareVersions: compareFlyway,
  ownsFolder: (entries) => entries.some(({ name }) => /^(V[0-9][0-9._]*|R)__.+\.sql$/.test(name)),
  readFolder: (folder) => Promise.resolve(readFolder(folder)),
  whenAhead: {
    starts: "depends",
    words:
      "Flyway goes on with a warning where the unknown versions are newer than all of the release's own, and refuses (validate: applied migration not resolved locally) where one is older than the release's newest, or repeatable.",
    setting: 'flyway.ignoreMigrationPatterns="*:future,*:missing"',
  },
  endsTransactions: true,
};

/** `1_02` and `1.2.0` are the version `1.2` to Flyway. */
export function dotted(version: string): string {
  const parts = version.split(/[._]/).map((part) => BigInt(part).toString());
  while (parts.length > 1 && parts.at(-1) === "0") parts.pop();
  return parts.join(".");
}

/** A repeatable migration is another one whenever its text changes: the checksum is part of its version here. */
function repeatableVersion(script: string, checksum: number | null): string {
  const name = (script.split(/[\\/]/).at(-1) ?? script)
    .replace(/\.[A-Za-z]+$/, "")
    .replace(/[^A-Za-z0-9_.-]/g, "_");
  return checksum === null ? name : `${name}.${(checksum >>> 0).toString(16).padStart(8, "0")}`;
}

/** Repeatable ones run after all others, by name. */
function compareFlyway(one: string, other: string): number {
  const [a, b] = [one.startsWith("R__"), other.startsWith("R__")];
  if (a !== b) return a ? 1 : -1;
  if (!a) return compareDotted(one, other);
  return one < other ? -1 : one > other ? 1 : 0;
}

function failed(version: string, { script, type }: Row): AppliedProblem {
  return {
    version,
    kind: "failed",
    reason: `${type.startsWith("UNDO_") ? "Undoing m" : "M"}igration ${version} (${script}) failed: what of it ran outside a transaction is in the schema.`,
    remedy: "Undo by hand what of it was applied, then let Flyway forget it: flyway repair.",
  };
}

/** As Flyway computes it: CRC-32 of the lines without their ends, as a signed number. */
export function flywayChecksum(text: string): number {
  const lines = text.split(/\r\n|\n|\r/);
  return crc32(Buffer.from(lines.join("").replace(/^\uFEFF/, ""), "utf8")) | 0;
}

function readFolder(folder: string): FolderContents {
  const entries = entriesOf(folder);
  if ("where" in entries) return { migrations: [], violations: [entries], told: [] };
  const files = filesBelow(folder);
  const named = files.flatMap((path) => {
    const [, kind, version, repeatable, title, type] = fileName.exec(basename(path)) ?? [];
    return title === undefined
      ? []
      : [{ path, kind: kind ?? repeatable, version, title, isSql: type === "sql" }];
  });
  const undos = new Map(
    named.filter(({ kind }) => kind === "U").map(({ version = "", path }) => [dotted(version), path]),
  );
  const violations: Violation[] = [];
  const migrations: ShippedMigration[] = [];
  const told: string[] = [];
  for (const { path, kind, version, title, isSql } of named) {
    if (kind === "U") continue;
    if (kind === "B") {
      told.push(
        `${join(folder, path)} is a baseline: it is not taken, since the versions it stands for are judged`,
      );
      continue;
    }
    const up = readSource(join(folder, path));
    const undo = version === undefined ? undefined : undos.get(dotted(version));
    const down = undo === undefined ? undefined : readSource(join(folder, undo));
    if ("where" in up) violations.push(up);
    else if (down !== undefined && "where" in down) violations.push(down);
    else {
      const checksum = flywayChecksum(up.text);
      const origin = {
        tool: "flyway",
        version: version === undefined ? repeatableVersion(path, checksum) : dotted(version),
        source: sha256Of(up.bytes),
        checksum: isSql ? String(checksum) : undefined,
      } as const;
      const captured = wayOf(
        up.text,
        isSql,
        files.includes(`${path}.conf`) ? join(folder, `${path}.conf`) : undefined,
      );
      if (captured.unread !== undefined) told.push(`${up.file} can't be judged: ${captured.unread}`);
      migrations.push(
        shipped(
          up.file,
          title,
          origin,
          captured,
          down && wayOf(down.text, undo?.endsWith(".sql") ?? true, undefined),
        ),
      );
    }
  }
  if (named.length === 0) return nothingFound(folder, "Flyway's migrations, V<version>__<name>.sql");
  migrations.sort((a, b) => compareFlyway(a.migration.version, b.migration.version));
  return { migrations, violations: [...violations, ...repeated(migrations)], told };
}

function wayOf(text: string, isSql: boolean, configuration: string | undefined): CapturedWay {
  if (!isSql) return { sql: "", unread: "it is written in Java" };
  const placeholder = /\$\{[^}]+\}/.exec(text)?.[0];
  const settings = configuration === undefined ? undefined : readSource(configuration);
  const said =
    settings !== undefined &&
    "text" in settings &&
    /^\s*executeInTransaction\s*=\s*false/m.test(settings.text);
  return {
    sql: text,
    withoutTransaction: said || needsNoTransaction(text),
    unread: placeholder && `only Flyway knows what stands for its placeholder ${placeholder}`,
  };
}
