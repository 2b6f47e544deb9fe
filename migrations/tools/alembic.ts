import { join } from "node:path";
import type { CapturedWay } from "../../catalog/capturedSql";
import { capture, type CaptureRecipe, type CodeMigration } from "./capture";
import { cleanSql } from "./capturedOutput";
import { entriesOf, filesBelow, nothingFound, readSource } from "./folderEntries";
import { assignedStrings, inDependencyOrder } from "./pythonSource";
import type { FolderContents, FolderOptions, MigrationTool } from "./tool";
import type { Violation } from "../../settings/violations";

/** Alembic: revisions in Python that name the one before them; one row for each head. */
export const alembic: MigrationTool = {
  name: "alembic",
  table: "alembic_version",
  ownsTable: (columns) => columns.includes("version_num"),
  async readApplied(query, table) {
    const rows = await query<{ version: string }>(
      `SELECT version_num AS version FROM ${table} ORDER BY version_num`,
    );
    const heads = rows.map(({ version }) => version);
    return {
      applied: heads.map((version) => ({ version })),
      head: heads.at(-1),
      headOnly: true,
      problems:
        heads.length < 2
          ? []
          : [
              {
                kind: "several-heads",
                reason: `The database is at several heads at once: ${heads.join(", ")}.`,
                remedy: `Join them by a revision: alembic merge ${heads.join(" ")}.`,
              },
            ],
    };
  },
  ownsFolder: (entries) =>
    entries.some(
      ({ name, isFolder, text }) =>
        (isFolder && name === "versions") ||
        (name.endsWith(".py") && /^down_revision\b/m.test(text())) ||
        (name === "alembic.ini" && text().includes("[alembic]")),
    ),
  readFolder,
  whenAhead: {
    starts: false,
    words:
      "Alembic's upgrade refuses with \"Can't locate revision identified by\": it looks for the file of the revision that the database is at.",
    setting: "no setting; let the release start without running alembic upgrade",
  },
  endsTransactions: true,
};

const recipe: CaptureRecipe = {
  tool: "alembic",
  commands: { up: "alembic upgrade {from}:{to} --sql", down: "alembic downgrade {to}:{from} --sql" },
  clean: (output) => cleanSql(output, "alembic_version"),
  isIrreversible: (output) => /NotImplementedError|irreversible/i.test(output),
};

interface Revision extends CodeMigration {
  parents: readonly string[];
}

/** Reads the folder that holds `versions`, or `versions` itself, or the one of alembic.ini. */
async function readFolder(folder: string, options: FolderOptions): Promise<FolderContents> {
  const entries = entriesOf(folder);
  if ("where" in entries) return { migrations: [], violations: [entries], told: [] };
  const files = filesBelow(folder).filter((path) => path.endsWith(".py"));
  const revisions: Revision[] = [];
  const violations: Violation[] = [];
  for (const path of files) {
    const source = readSource(join(folder, path));
    if ("where" in source) violations.push(source);
    else revisions.push(...revisionOf(source));
  }
  if (revisions.length === 0) {
    return violations.length > 0
      ? { migrations: [], violations, told: [] }
      : nothingFound(folder, "Alembic's revisions, the one that holds versions/");
  }
  const known = new Set(revisions.map(({ version }) => version));
  for (const { file, parents } of revisions) {
    for (const parent of parents.filter((each) => !known.has(each))) {
      const expected = "name the folder that holds every revision, from the first on";
      violations.push({ where: file, found: `down_revision ${parent}, of which no file is there`, expected });
    }
  }
  const ordered = inDependencyOrder(revisions, ({ parents }) => parents);
  if (ordered === undefined) {
    const expected = "mend down_revision: revisions that name each other have no first";
    violations.push({ where: folder, found: "revisions in a circle", expected });
  }
  if (violations.length > 0 || ordered === undefined) return { migrations: [], violations, told: [] };
  const contents = await capture(recipe, folder, ordered, options);
  return { ...contents, told: [...branches(revisions), ...contents.told] };
}

function revisionOf({ file, text, bytes }: { file: string; text: string; bytes: Buffer }): Revision[] {
  const version = assignedStrings(text, "revision")?.[0];
  const parents = assignedStrings(text, "down_revision");
  if (version === undefined || parents === undefined) return [];
  const after = assignedStrings(text, "depends_on") ?? [];
  const title = /^(?:[rR]?""")(.*)/m.exec(text)?.[1]?.replace(/"""$/, "").trim();
  return [
    {
      version,
      name: title === undefined || title === "" ? "revision" : title.toLowerCase().slice(0, 60).trim(),
      file,
      source: bytes,
      parents: [...parents, ...after],
      placeholders: { from: parents[0] ?? "base", to: version },
      without: withoutCommand(text, parents, after),
    },
  ];
}

/** A command from one parent on would print the other's revisions too. */
function withoutCommand(
  text: string,
  parents: readonly string[],
  after: readonly string[],
): CapturedWay | undefined {
  if (after.length > 0) return { sql: "", unread: `it depends on ${after.join(", ")} of another branch` };
  if (parents.length < 2) return undefined;
  const joins = `it joins ${parents.join(" and ")}`;
  return isEmptyUpgrade(text)
    ? { sql: `-- ${joins}` }
    : { sql: "", unread: `${joins} and does more than that` };
}

function isEmptyUpgrade(text: string): boolean {
  return /def upgrade\([^)]*\)[^:]*:\s*(?:"""[^"]*"""\s*)?pass\s*(?:\n\S|$)/.test(text);
}

function branches(revisions: readonly Revision[]): string[] {
  const followers = new Map<string, string[]>();
  for (const { version, parents } of revisions) {
    for (const parent of parents) followers.set(parent, [...(followers.get(parent) ?? []), version]);
  }
  const told = [...followers]
    .filter(([, versions]) => versions.length > 1)
    .map(
      ([parent, versions]) => `Alembic's history branches after ${parent}, into ${versions.join(" and ")}`,
    );
  const heads = revisions.filter(({ version }) => !followers.has(version)).map(({ version }) => version);
  if (heads.length > 1) told.push(`Alembic's history has several heads: ${heads.join(", ")}`);
  return told;
}
