import { existsSync } from "node:fs";
import { lookAtWayDown, type CountedDatabase } from "../assessment/lookAtWayDown";
import { doubtsOf, type SchemaDoubt } from "../assessment/schemaDoubts";
import { holdsPassword } from "../migrations/password";
import type { ReviewedTarget } from "../schema/fingerprint";
import type { Gap, SqlSource } from "../schema/gap";
import type { JudgeOptions } from "../schema/judge";
import { notJudged } from "../schema/notJudged";
import type { RunnerWord } from "../schema/report";
import type { StepDown } from "../schema/stepDown/stepDown";
import { InvalidInput, show, type Violation } from "../settings/violations";
import type { AssessOptions } from "./assess";
import { askApplied, type Applied } from "./assessApplied";
import { releasesSubject } from "./assessReleases";
import { nothingAhead } from "./nothingAhead";
import { tell } from "./output";
import { appliedFiles } from "./sqlFileVersions";
import { readSqlFiles, readWayDown, withoutShipped } from "./sqlFiles";

/** What is judged, and what the report says beside the judgement. */
export interface AssessedSubject {
  gap: Gap;
  target: ReviewedTarget;
  flags: readonly string[];
  runner: RunnerWord | undefined;
  notJudged: string;
  /** What speaks against the gap's being the one that is in the database. */
  doubts: readonly SchemaDoubt[];
  /** Why the schema is not ahead; undefined where it is. */
  nothingAhead: string | undefined;
  /** Looks at the way down of the newest migration; undefined where there is no place for one. */
  stepDown: ((judging: JudgeOptions) => Promise<StepDown>) | undefined;
}

export type Question =
  { subject: AssessedSubject; judging: JudgeOptions } | { batch: string; judging: JudgeOptions };

/** The variable that holds the database's address where `--database` stands alone. */
const databaseVariable = "KNOWNGOOD_DATABASE_URL";

/**
 * What the options ask for, read from files, the catalog and the database.
 * @throws InvalidInput with everything that is wrong with the options, or can't be read
 */
export async function readSubject(options: AssessOptions, environment: NodeJS.ProcessEnv): Promise<Question> {
  const { url, violations } = databaseUrl(options, environment);
  refuse([...combinationViolations(options), ...violations, ...scratchViolations(options)]);
  warnOfPasswords(options);
  const dump = readDump(options);
  const judging: JudgeOptions = {
    scratch: scratchSetting(options.scratch),
    ...(options.role !== undefined && { role: options.role }),
    ...(dump !== undefined && options.dumpUpTo === undefined && { dump }),
    ...(!options.cache && { cacheFolder: false as const }),
  };
  if (options.batch !== undefined) return { batch: options.batch, judging };
  const { countUpTo } = options;
  const database = url === undefined ? undefined : { url, ...(countUpTo !== undefined && { countUpTo }) };
  if (options.to === undefined) return { subject: await filesSubject(options, database), judging };
  const applied = database === undefined ? undefined : await askApplied(database.url);
  const { releases, from, to } = options;
  const standIn = dump && options.dumpUpTo !== undefined && { source: dump, upTo: options.dumpUpTo };
  const question = {
    ...{ releases, to },
    ...(from !== undefined && { from }),
    ...(database && { database }),
    ...(standIn && { dump: standIn }),
  };
  return { subject: releasesSubject(question, applied), judging };
}

async function filesSubject(
  options: AssessOptions,
  database: CountedDatabase | undefined,
): Promise<AssessedSubject> {
  const here = process.cwd();
  const shipped = readSqlFiles("--shipped", options.shipped ?? [], here);
  const ahead = readSqlFiles("--ahead", options.ahead ?? [], here);
  refuse([...shipped.violations, ...ahead.violations]);
  const applied = database === undefined ? undefined : await askApplied(database.url);
  const asked = applied !== undefined && !("unreachable" in applied);
  const files = { shipped: shipped.sources, ahead: withoutShipped(ahead.sources, shipped.sources) };
  const { gap, doubts } = narrowed(files, applied);
  return {
    gap,
    target: { tag: undefined, images: [] },
    flags: [],
    runner: applied?.runner,
    notJudged: notJudged(undefined, undefined),
    doubts,
    nothingAhead: nothingAhead(
      gap,
      asked
        ? "the database has applied nothing beside what --shipped holds"
        : "--shipped holds all that --ahead names, by name and content",
    ),
    stepDown: options.dump === undefined ? stepDownOfFiles(gap, asked ? database : undefined) : undefined,
  };
}

/** The newest that is applied is what a step-down would take back; nobody can say what it is without its SQL. */
function stepDownOfFiles(gap: Gap, database: CountedDatabase | undefined): AssessedSubject["stepDown"] {
  const up = gap.ahead.at(-1);
  const ways =
    up === undefined || (gap.unread ?? []).length > 0 ? undefined : readWayDown(up.name, process.cwd());
  if (up === undefined || ways === undefined) return undefined;
  const before = [...gap.shipped, ...gap.ahead.slice(0, -1)];
  const newest = { migration: { version: up.name, name: "" }, before, up, ...ways };
  return (judging) => lookAtWayDown(newest, database, judging);
}

/** Of the files named as ahead, those that the database has applied; all of them where it can't be asked. */
function narrowed(named: Gap, applied: Applied | undefined): { gap: Gap; doubts: SchemaDoubt[] } {
  if (applied === undefined) return { gap: named, doubts: [] };
  if ("unreachable" in applied) {
    const reason = `All of --ahead is taken as applied: ${applied.unreachable}`;
    return { gap: named, doubts: [{ reason, unknown: true }] };
  }
  return { gap: appliedFiles(named, applied), doubts: doubtsOf(applied.problems) };
}

/** Which options go together: one way to name the gap. */
function combinationViolations(options: AssessOptions): Violation[] {
  const { batch, from, to, shipped, ahead, dump, dumpUpTo, database, countUpTo } = options;
  const given = Object.entries({ from, to, shipped, ahead, dump, database })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `--${name}`);
  const wrong = (where: string, found: string, expected: string): Violation[] => [{ where, found, expected }];
  if (countUpTo !== undefined && database === undefined)
    return wrong(
      "--count-up-to",
      String(countUpTo),
      "name the --database in which it counts, or leave it out",
    );
  if (dumpUpTo !== undefined && (dump === undefined || to === undefined))
    return dump === undefined
      ? wrong("--dump", "nothing", "name the dump that --dump-up-to is of")
      : wrong("--dump-up-to", "no --to", "leave it out, and out of --shipped the files of what --dump holds");
  if (batch !== undefined) {
    if (given.length === 0) return [];
    return wrong("--batch", given.join(", "), "leave them out: each line of the batch names its own gap");
  }
  if (to !== undefined || from !== undefined) {
    const files = given.filter((name) => name === "--shipped" || name === "--ahead");
    if (files.length > 0)
      return wrong(
        "--from, --to",
        files.join(", "),
        "name releases or files, not both: knowngood assess --help",
      );
    if (to === undefined) return wrong("--to", "nothing", "name the older release that would run, too");
    if (from === undefined && database === undefined)
      return wrong("--from", "nothing", "name the release whose migrations are applied, or ask a --database");
    return [];
  }
  if (ahead === undefined)
    return wrong(
      "--ahead",
      "nothing",
      "name releases (--from, --to), files (--shipped, --ahead) or a --batch",
    );
  if (shipped === undefined && dump === undefined)
    return wrong(
      "--shipped",
      "nothing",
      "name the SQL files of the older release, or a --dump of its schema",
    );
  return [];
}

function databaseUrl(
  { database }: AssessOptions,
  environment: NodeJS.ProcessEnv,
): { url?: string; violations: Violation[] } {
  if (database === undefined) return { violations: [] };
  const url = database === true ? environment[databaseVariable] : database;
  const where = database === true ? databaseVariable : "--database";
  if (url !== undefined && isAddress(url)) return { url, violations: [] };
  const found =
    url === undefined || url === "" ? "nothing" : "a text that is no address of a PostgreSQL database";
  return { violations: [{ where, found, expected: "write postgres://user@host:port/database" }] };
}

function scratchViolations({ scratch }: AssessOptions): Violation[] {
  if (scratch === "embedded" || scratch === "off" || isAddress(scratch)) return [];
  const found = scratch.includes("://") ? "an address of another kind" : show(scratch);
  return [
    { where: "--scratch", found, expected: "write embedded, off, or postgres://user@host:port/database" },
  ];
}

function scratchSetting(scratch: string): JudgeOptions["scratch"] {
  return scratch === "embedded" || scratch === "off" ? scratch : { url: scratch };
}

function isAddress(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text);
}

/** Every user of the machine can read a process's arguments. */
function warnOfPasswords({ database, scratch }: AssessOptions): void {
  const elsewhere: [option: string, value: string | true | undefined, instead: string][] = [
    ["--database", database, `set ${databaseVariable} and write --database alone`],
    ["--scratch", scratch, "leave the password out of it and set PGPASSWORD, or a password file"],
  ];
  for (const [option, value, instead] of elsewhere) {
    if (typeof value === "string" && holdsPassword(value))
      tell("warning", `the password in ${option} stands in this machine's list of processes: ${instead}`);
  }
}

function readDump({ dump }: AssessOptions): SqlSource | undefined {
  if (dump === undefined) return undefined;
  if (!existsSync(dump)) {
    refuse([{ where: "--dump", found: `no such file: ${show(dump)}`, expected: "name a dump in SQL" }]);
  }
  const { sources, violations } = readSqlFiles("--dump", [dump], process.cwd());
  refuse(violations);
  return sources[0];
}

function refuse(violations: readonly Violation[]): void {
  if (violations.length > 0) throw new InvalidInput("Nothing was judged", violations);
}
