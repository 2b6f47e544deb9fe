import { types, type Client } from "pg";
import { gravest, type Verdict } from "../../../schema/verdict";
import { inSession, inThrowaway, known, type OracleServer } from "./oracleSessions";

export type { OracleServer } from "./oracleSessions";

/** A statement of old code. */
export interface Statement {
  run: string;
  /** Reads what it left behind, which must be the same before and after. */
  see?: string;
  /** The same with other values: it works while one of them does that did before. */
  or?: readonly string[];
}

/** A read of old code's data, and the name under which new code would find the same: no sum of several columns. */
export interface Read {
  name: string;
  old: string;
  elsewhere?: string;
}

/** A gap, and what old code does, from which alone its label follows. */
export interface GapCase {
  name: string;
  /** Leads to the old schema, one element a migration. */
  shipped: readonly string[];
  ahead: readonly string[];
  /** What old code had written. */
  rows: readonly string[];
  ordinary: readonly Statement[];
  edge: readonly Statement[];
  reads: readonly Read[];
  /** What new code can write only on the new schema, and the old read that then shows what it could not. */
  unexpected: readonly { by: string; read: string }[];
  /** Roles that must exist; migrations name them. */
  roles: readonly string[];
  /** The role that old code runs as; by default the database's owner. */
  role?: string;
  /** Whether old code logs in as the role, with a password, rather than taking it up. @default false */
  login?: boolean;
  /** Whether migrations run as a superuser, for what an owner may not do. */
  superuser: boolean;
}

export interface Label {
  verdict: Verdict;
  /** What the verdict was seen by. */
  because: readonly string[];
}

/** A case that says nothing, since it did not even work on the old schema, or the gap does not apply. */
export class BrokenCase extends Error {}

interface Outcome {
  error?: string;
  command?: string;
  count?: number;
  rows?: (string | null)[][];
  /** Of each column read. */
  types?: number[];
  seen?: string;
}

interface Trial {
  what: string;
  by: Statement;
  read?: Read;
  grade: (before: Outcome, after: Outcome) => Verdict;
}

interface Asked {
  trial: Trial;
  before: Outcome;
  others: readonly Asked[];
}

/** Stands in migrations for the database's own name. */
export const databaseMark = "{database}";

/**
 * What the gap means for old code, by running its statements on a throwaway database before and after.
 * @throws {BrokenCase} when a statement fails already on the old schema, or a migration fails
 */
export async function label(server: OracleServer, gap: GapCase): Promise<Label> {
  return inThrowaway(server, gap, async (superuser, owner, old, database) => {
    const apply = (migrations: readonly string[], what: string) =>
      run(
        owner,
        migrations.map((sql) => sql.replaceAll(databaseMark, database)),
        what,
      );
    await apply(gap.shipped, "shipped");
    await apply(gap.rows, "rows");
    const trials = trialsOf(gap);
    const asked = await inSession(old, gap, async (session) => {
      if (session instanceof Error) throw new BrokenCase(session.message);
      const answers: Asked[] = [];
      for (const trial of trials) answers.push(await ask(session, trial));
      const broken = answers.filter(({ before }) => before.error !== undefined);
      if (broken.length > 0) {
        throw new BrokenCase(broken.map(({ trial, before }) => `${trial.what}: ${before.error}`).join("\n"));
      }
      return answers;
    });
    const impossible = await inSession(old, gap, (session) => newlyPossible(known(session), gap, "old"));
    await apply(gap.ahead, "ahead");
    return inSession(old, gap, async (session) => {
      if (session instanceof Error) return { verdict: "breaking", because: [`breaking: ${session.message}`] };
      const graded: { verdict: Verdict; because: string }[] = [];
      for (const { trial, before, others } of asked) {
        const after = await attempt(session, trial.by);
        let verdict = trial.grade(before, after);
        for (const other of others)
          if (verdict === "breaking")
            verdict = other.trial.grade(other.before, await attempt(session, other.trial.by));
        if (verdict === "destructive") verdict = await soughtElsewhere(superuser, trial, before);
        graded.push({ verdict, because: `${trial.what}${after.error ? `: ${after.error}` : ""}` });
      }
      const possible = await newlyPossible(session, gap, "new");
      gap.unexpected.forEach(({ by }, index) => {
        if (!impossible[index] && possible[index]) graded.push({ verdict: "conditional", because: by });
      });
      const verdict = gravest(graded.map((one) => one.verdict));
      const because = graded.filter((one) => one.verdict !== "compatible");
      return { verdict, because: because.map((one) => `${one.verdict}: ${one.because}`) };
    });
  });
}

async function ask(session: Client, trial: Trial): Promise<Asked> {
  const others: Asked[] = [];
  for (const run of trial.by.or ?? []) {
    const other = await ask(session, { ...trial, by: { run } });
    if (other.before.error === undefined) others.push(other);
  }
  return { trial, before: await attempt(session, trial.by), others };
}

function trialsOf(gap: GapCase): Trial[] {
  return [
    ...gap.reads.map((read): Trial => ({ what: read.name, by: { run: read.old }, read, grade: gradeRead })),
    ...gap.ordinary.map((by): Trial => ({ what: by.run, by, grade: gradeOrdinary })),
    ...gap.edge.map((by): Trial => ({ what: by.run, by, grade: gradeEdge })),
  ];
}

function gradeRead(before: Outcome, after: Outcome): Verdict {
  if (after.error !== undefined || !sameRows(before, after)) return "destructive";
  return sameTypes(before, after) ? "compatible" : "conditional";
}

function gradeOrdinary(before: Outcome, after: Outcome): Verdict {
  return worksAlike(before, after) ? "compatible" : "breaking";
}

function gradeEdge(before: Outcome, after: Outcome): Verdict {
  return worksAlike(before, after) && answersAlike(before, after) ? "compatible" : "conditional";
}

function worksAlike(before: Outcome, after: Outcome): boolean {
  return after.error === undefined && after.count === before.count && after.seen === before.seen;
}

function answersAlike(before: Outcome, after: Outcome): boolean {
  return before.command !== "SELECT" || (sameRows(before, after) && sameTypes(before, after));
}

/** A read that fails or answers otherwise is lost data, unless another name leads to the same rows. */
async function soughtElsewhere(superuser: Client, trial: Trial, before: Outcome): Promise<Verdict> {
  if (trial.read?.elsewhere === undefined) return "destructive";
  const there = await attempt(superuser, { run: trial.read.elsewhere });
  return there.error === undefined && sameRows(before, there) ? "breaking" : "destructive";
}

/** For each: whether new code's statement runs and old code's read then answers otherwise, or fails. */
async function newlyPossible(session: Client, gap: GapCase, which: "old" | "new"): Promise<boolean[]> {
  const answers: boolean[] = [];
  for (const { by, read } of gap.unexpected) {
    const without = await attempt(session, { run: read });
    if (which === "old" && without.error !== undefined) throw new BrokenCase(`${read}: ${without.error}`);
    const written = await attempt(session, { run: by, see: read });
    answers.push(written.seen !== undefined && written.seen !== asText(without));
  }
  return answers;
}

function sameRows(before: Outcome, after: Outcome): boolean {
  return asText(before) === asText(after);
}

/** Rows as one text, values of another type but the same meaning alike. */
function asText({ rows = [], types: oids = [], error }: Outcome): string {
  const text = (value: string | null, column: number) => meaning(written(value, oids[column]));
  return error ?? JSON.stringify(rows.map((row) => row.map(text)));
}

/** A truth value as a cast to text writes it, so that one that became a text is the same still. */
function written(value: string | null, type: number | undefined): string | null {
  return type === types.builtins.BOOL && value !== null ? String(value === "t") : value;
}

function meaning(value: string | null): string | null {
  if (value === null) return null;
  if (/^-?\d+(\.\d+)?$/.test(value)) return value.includes(".") ? value.replace(/\.?0+$/, "") : value;
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/.test(value)) return value.slice(0, -3);
  return value;
}

const strings = new Set<number>([types.builtins.TEXT, types.builtins.VARCHAR]);

/** Drivers hand out text and varchar alike. */
function sameTypes(before: Outcome, after: Outcome): boolean {
  const family = (oid: number) => (strings.has(oid) ? types.builtins.TEXT : oid);
  return JSON.stringify(before.types?.map(family)) === JSON.stringify(after.types?.map(family));
}

/** Runs a statement with its deferred constraints, sees what it left, and takes it back. */
async function attempt(session: Client, { run, see }: Statement): Promise<Outcome> {
  await session.query("BEGIN");
  try {
    const result = await session.query({ text: run, rowMode: "array" });
    await session.query("SET CONSTRAINTS ALL IMMEDIATE");
    const outcome: Outcome = {
      command: result.command,
      count: result.rowCount ?? 0,
      rows: result.rows as (string | null)[][],
      types: result.fields.map(({ dataTypeID }) => dataTypeID),
    };
    if (see === undefined) return outcome;
    try {
      await session.query("SAVEPOINT seeing");
      const seen = await session.query({ text: see, rowMode: "array" });
      const oids = seen.fields.map(({ dataTypeID }) => dataTypeID);
      return { ...outcome, seen: asText({ rows: seen.rows as (string | null)[][], types: oids }) };
    } catch (error) {
      return { ...outcome, seen: String(error) };
    }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    await session.query("ROLLBACK");
  }
}

async function run(owner: Client, migrations: readonly string[], what: string): Promise<void> {
  for (const sql of migrations) {
    try {
      await owner.query(sql);
    } catch (error) {
      throw new BrokenCase(`${what}: ${error instanceof Error ? error.message : String(error)}\n${sql}`);
    } finally {
      await owner.query("RESET ALL; RESET ROLE; SET TimeZone = 'UTC'");
    }
  }
}
