import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { show, type Violation } from "../settings/violations";
import { compareTexts } from "./consistency";
import type { MigrationReader, ShippedMigration } from "./migrationFolder";

const fileName = /^([0-9]+)_([A-Za-z0-9_][A-Za-z0-9_.-]*)\.sql$/;
/** As dbmate finds them: at the beginning of a line, options after them. */
const upMarker = /^--\s*migrate:up(\s*$|\s+\S+)/gm;
const downMarker = /^--\s*migrate:down(\s*$|\s+\S+)/gm;

/** Reads a folder of dbmate's: `<version>_<name>.sql` with `-- migrate:up` and, if wanted, `-- migrate:down`. */
export const readDbmateFolder: MigrationReader = (folder) => {
  let names: string[];
  try {
    names = readdirSync(folder)
      .filter((name) => name.endsWith(".sql") && !name.startsWith("."))
      .sort(compareTexts);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const found = missing ? "no such folder" : (error as Error).message;
    return {
      migrations: [],
      violations: [{ where: folder, found, expected: "name the folder of the migrations, of whatever tool" }],
    };
  }
  if (names.length === 0) {
    // A folder that shows no other tool's files is read as dbmate's.
    const expected =
      "name the folder of the migrations, and their tool where it is not dbmate: --tool TOOL; " +
      "without migrations leave --migrations out";
    return { migrations: [], violations: [{ where: folder, found: "no .sql file", expected }] };
  }
  const read = names.map((name) => readMigration(folder, name));
  const migrations = read.flatMap((result) => ("migration" in result ? [result] : []));
  migrations.sort((a, b) => compareTexts(a.migration.version, b.migration.version));
  return {
    migrations,
    violations: [
      ...read.flatMap((result) => ("where" in result ? [result] : [])),
      ...repeatedVersions(migrations),
    ],
  };
};

/** What is wrong with a migration's text, as words for "found" and "what to do"; undefined where it is good. */
export function dbmateProblem(text: string): Pick<Violation, "found" | "expected"> | undefined {
  const ups = [...text.matchAll(upMarker)];
  const downs = [...text.matchAll(downMarker)];
  const up = ups[0]?.index;
  if (up === undefined) {
    return {
      found: "no -- migrate:up",
      expected: "begin the migration with a line -- migrate:up, as dbmate wants it",
    };
  }
  const down = downs[0]?.index;
  if (ups.length > 1 || downs.length > 1) {
    const marker = ups.length > 1 ? "-- migrate:up" : "-- migrate:down";
    return { found: `more than one ${marker}`, expected: "write one migration a file, each marker once" };
  }
  if (down !== undefined && down < up) {
    return { found: "-- migrate:down before -- migrate:up", expected: "write the up part first" };
  }
  const before = text
    .slice(0, up)
    .split("\n")
    .find((line) => line.trim() !== "" && !line.trimStart().startsWith("--"));
  if (before !== undefined) {
    const expected = "move it below -- migrate:up: dbmate refuses statements above it";
    return { found: `${show(before.trim())} before -- migrate:up`, expected };
  }
  return undefined;
}

function readMigration(folder: string, name: string): ShippedMigration | Violation {
  const file = join(folder, name);
  const [, version, title] = fileName.exec(name) ?? [];
  if (version === undefined || title === undefined) {
    const expected = 'name it <version>_<name>.sql, as in "20260301090000_add_email.sql"';
    return { where: file, found: "a name that dbmate's files don't have", expected };
  }
  let sql: Buffer;
  let text: string;
  try {
    sql = readFileSync(file);
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(sql);
  } catch (error) {
    return {
      where: file,
      found: (error as Error).message,
      expected: "make it a file in UTF-8 that can be read",
    };
  }
  const problem = dbmateProblem(text);
  if (problem) return { where: file, ...problem };
  const sha256 = createHash("sha256").update(sql).digest("hex");
  return { migration: { version, name: title, sha256 }, file, sql, hasDown: text.search(downMarker) >= 0 };
}

function repeatedVersions(sorted: readonly ShippedMigration[]): Violation[] {
  return sorted.flatMap(({ file, migration: { version } }, index) => {
    const before = sorted[index - 1];
    if (before?.migration.version !== version) return [];
    const expected = "give each migration a version of its own";
    return [{ where: file, found: `version ${version}, which ${before.file} has too`, expected }];
  });
}
