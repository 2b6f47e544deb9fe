import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { tools } from "../migrations/tools/tools";
import type { SqlSource } from "../schema/gap";
import { show, type Violation } from "../settings/violations";
import { byPath, filesOf, isGlob } from "./fileGlob";
import { sqlWays, type SqlWays } from "./sqlWays";

export interface ReadFiles {
  sources: SqlSource[];
  violations: Violation[];
}

/**
 * SQL from files: each path names a file, a folder of `.sql` files, or a pattern of them. A pattern's files come in
 * the order of their names, paths in the order given, but files of one folder that all begin with a version come in
 * the order of that. Of a file only the part that leads up is taken.
 * @param option what a violation calls the list: `--shipped`
 */
export function readSqlFiles(option: string, paths: readonly string[], folder: string): ReadFiles {
  const found = paths.map((path) => expand(option, path, folder));
  const files = inOrder([...new Set(found.flatMap((each) => ("files" in each ? each.files : [])))]);
  const ups = withoutDowns(files, folder);
  const read = ups.map((file) => readSqlFile(option, file, folder));
  return {
    sources: read.flatMap((each) => ("sql" in each ? [each] : [])),
    violations: [
      ...found.flatMap((each) => ("violation" in each ? [each.violation] : [])),
      ...read.flatMap((each) => ("where" in each ? [each] : [])),
      ...(files.length > 0 && ups.length === 0 ? [onlyDowns(option)] : []),
    ],
  };
}

function expand(
  option: string,
  path: string,
  folder: string,
): { files: string[] } | { violation: Violation } {
  const missing = (found: string, expected: string) => ({ violation: { where: option, found, expected } });
  if (path === "") return missing("an empty path", "name a file, a folder or a pattern of SQL files");
  const whole = pathOf(path, folder);
  if (existsSync(whole)) {
    if (!statSync(whole).isDirectory()) return { files: [path] };
    const below = path.replace(/\/+$/, "");
    const files = filesOf("**/*.sql", whole).map((file) => `${below}/${file}`);
    return files.length > 0
      ? { files }
      : missing(`the folder ${show(path)} without a .sql file`, "name a folder or files with SQL");
  }
  if (!isGlob(path))
    return missing(`no such file: ${show(path)}`, "name a file, a folder or a pattern of SQL files");
  const files = filesOf(path, folder);
  if (files.length > 0) return { files };
  return missing(
    `no file that ${show(path)} matches`,
    `name a file, a folder or a pattern of SQL files, from ${folder}`,
  );
}

/** Of files named as ahead those that were shipped already, as in a folder of all migrations: same name, same content. */
export function withoutShipped(ahead: readonly SqlSource[], shipped: readonly SqlSource[]): SqlSource[] {
  // Prisma names its files by their folders.
  const identity = ({ name, sql }: SqlSource) =>
    JSON.stringify([basename(name) === "migration.sql" ? basename(dirname(name)) : basename(name), sql]);
  const known = new Set(shipped.map(identity));
  return ahead.filter((source) => !known.has(identity(source)));
}

/** Flyway's letter, then digits with dots or underscores between them, then what it is called. */
const version = /^[VU]?\d+(?:[._]\d+)*(?=[_.-])/;

/** Shells and people name versions as text: 1, 10, 2. */
function inOrder(files: readonly string[]): string[] {
  const runs: string[][] = [];
  for (const file of files) {
    const run = runs.at(-1);
    if (run !== undefined && dirname(run[0] ?? "") === dirname(file)) run.push(file);
    else runs.push([file]);
  }
  return runs.flatMap((run) => (run.every((file) => version.test(basename(file))) ? run.sort(byPath) : run));
}

/** golang-migrate's ways down lie beside the ways up, in files of their own. */
function withoutDowns(files: readonly string[], folder: string): string[] {
  const hasUp = (file: string) => {
    const up = file.replace(/\.down\.sql$/, ".up.sql");
    return files.includes(up) || existsSync(pathOf(up, folder));
  };
  return files.filter((file) => !(file.endsWith(".down.sql") && hasUp(file)));
}

function onlyDowns(option: string): Violation {
  return { where: option, found: "only ways down", expected: "name the ways up beside them, *.up.sql" };
}

function readSqlFile(option: string, file: string, folder: string): SqlSource | Violation {
  try {
    return readWays(file, folder).up;
  } catch (error) {
    return { where: option, found: (error as Error).message, expected: "make it a file that can be read" };
  }
}

/**
 * The way down of a migration that was read: from its own file, or from golang-migrate's beside it. Undefined where
 * its format has no place for one.
 */
export function readWayDown(
  file: string,
  folder: string,
): Pick<SqlWays, "down" | "endsTransactions"> | undefined {
  const beside = file.replace(/\.up\.sql$/, ".down.sql");
  if (beside !== file)
    return {
      down: existsSync(pathOf(beside, folder)) ? readWays(beside, folder).up : undefined,
      endsTransactions: tools["golang-migrate"].endsTransactions,
    };
  const { down, marked, endsTransactions } = readWays(file, folder);
  return marked ? { down, endsTransactions } : undefined;
}

/** Bytes that are not UTF-8 stand as U+FFFD: a comment in another encoding must not stop the judgement. */
function readWays(file: string, folder: string): SqlWays {
  return sqlWays(file, readFileSync(pathOf(file, folder), "utf8").replace(/^\uFEFF/, ""));
}

function pathOf(file: string, folder: string): string {
  return isAbsolute(file) ? file : join(folder, file);
}
