import type { Query } from "../snapshot/query";
import type { EmptyObject, Loss } from "./stepDown";

/** An object that a way down takes data from. */
export interface LossCandidate {
  /** As SQL names it and without the schema `public`. */
  object: string;
  /** The rule that found it. */
  rule: string;
  /** The statement behind it, where one could be named. */
  statement?: string;
}

export interface CountedLosses {
  losses: Loss[];
  /** What held nothing, and is looked at again before it is removed. */
  empty: EmptyObject[];
}

export interface CountOptions {
  /** Rows of a table up to which they are counted; past it the planner's estimate is taken. @default 1,000,000 */
  countUpTo?: number | undefined;
  /** Milliseconds of a clock that never goes back. @default that of this process */
  clock?: () => number;
}

/** Milliseconds that one count may take, and all together. */
const oneCount = 5_000;
const allCounts = 10_000;

/** A table, or one of its columns, in a database. */
interface Found {
  schema: string;
  relation: string;
  column: string | null;
  /** Rows by the planner's estimate, with those of partitions; negative where nobody has looked yet. */
  estimate: number;
  /** The share of values that are NULL, by the planner's statistics. */
  nullShare: number | null;
}

/**
 * Counts what would be lost: rows of tables, values of columns that are not NULL. Reads only, 5 s each and 10 s in all;
 * what can't be counted says why. Objects that hold nothing are no losses.
 * @param query one session, without a transaction under way
 */
export async function countLosses(
  query: Query,
  candidates: readonly LossCandidate[],
  { countUpTo = 1_000_000, clock = () => performance.now() }: CountOptions = {},
): Promise<CountedLosses> {
  const deadline = clock() + allCounts;
  const losses: Loss[] = [];
  const empty: EmptyObject[] = [];
  await query("BEGIN READ ONLY");
  try {
    // A role that sees a part of the rows would count that part alone.
    await query("SET LOCAL row_security = off");
    for (const candidate of candidates) {
      const left = Math.min(oneCount, deadline - clock());
      const { loss, check } = await countOne(query, candidate, { countUpTo, left });
      if (check === undefined) losses.push(loss);
      else empty.push(check);
    }
  } finally {
    await query("ROLLBACK");
  }
  return { losses, empty };
}

async function countOne(
  query: Query,
  candidate: LossCandidate,
  { countUpTo, left }: { countUpTo: number; left: number },
): Promise<{ loss: Loss; check?: EmptyObject }> {
  const { object } = candidate;
  const unconfirmed = (reason: string) => ({ loss: { object, estimated: false, unconfirmed: reason } });
  if (left < 1) return unconfirmed(`not counted: the others took ${allCounts / 1000} s already`);
  await query("SAVEPOINT counting");
  try {
    await query(`SET LOCAL statement_timeout = ${Math.ceil(left)}`);
    const found = await find(query, candidate);
    if (found === undefined) return unconfirmed("no table or column of this name is in the database");
    const measured = (number: number) => (found.column === null ? { rows: number } : { values: number });
    const partly = picksRows(candidate)
      ? { unconfirmed: "counted whole, though the statement takes a part" }
      : {};
    if (found.estimate > countUpTo) {
      const share = found.column === null ? 1 : 1 - (found.nullShare ?? 0);
      return {
        loss: { object, ...measured(Math.round(found.estimate * share)), estimated: true, ...partly },
      };
    }
    const check = { object, relation: relationOf(found), sql: countSql(found) };
    const [row] = await query<{ count: string }>(check.sql);
    const number = Number(row?.count);
    const loss = { object, ...measured(number), estimated: false, ...partly };
    return number === 0 ? { loss, check } : { loss };
  } catch (error) {
    await query("ROLLBACK TO SAVEPOINT counting");
    return unconfirmed(`not counted: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Looks an object up by the name that a finding gives it: the reverse of `displayName`. */
async function find(query: Query, { object, rule }: LossCandidate): Promise<Found | undefined> {
  const rows = await query<Found>(
    `WITH RECURSIVE named AS (
       SELECT c.oid, n.nspname, c.relname,
         CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS shown
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'm', 'f')
     ), hit AS (
       SELECT oid, nspname, relname, NULL::name AS attname FROM named WHERE shown = $1
       UNION ALL
       SELECT named.oid, nspname, relname, a.attname FROM named
       JOIN pg_catalog.pg_attribute a ON a.attrelid = named.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE shown || '.' || a.attname = $1
     ), member AS (
       SELECT hit.oid AS root, hit.oid FROM hit
       UNION SELECT member.root, inhrelid FROM pg_catalog.pg_inherits JOIN member ON member.oid = inhparent
     )
     SELECT nspname AS schema, relname AS relation, attname AS column,
       (SELECT CASE WHEN bool_and(c.reltuples < 0) THEN -1 ELSE sum(greatest(c.reltuples, 0)) END
        FROM member JOIN pg_catalog.pg_class c ON c.oid = member.oid AND c.relkind <> 'p'
        WHERE member.root = hit.oid)::float8 AS estimate,
       (SELECT s.null_frac FROM pg_catalog.pg_stats s WHERE s.schemaname = nspname AND s.tablename = relname
          AND s.attname = hit.attname ORDER BY s.inherited DESC LIMIT 1)::float8 AS "nullShare"
     FROM hit WHERE $2::bool IS NULL OR (attname IS NOT NULL) = $2::bool ORDER BY attname IS NOT NULL LIMIT 1`,
    [object, namesColumn(rule)],
  );
  return rows[0];
}

/** Rules whose object is a column, and those whose object is a table: `a.b` can be the name of either. */
const ofColumns: ReadonlySet<string> = new Set([
  "column-dropped",
  "column-recreated",
  "lossy-cast",
  "rows-changed",
  "values-changed",
  "values-lost",
]);
const ofTables: ReadonlySet<string> = new Set([
  "rows-deleted",
  "rows-lost",
  "table-dropped",
  "table-recreated",
  "table-truncated",
]);

/** Null where the rule does not tell. */
function namesColumn(rule: string): boolean | null {
  if (ofColumns.has(rule)) return true;
  return ofTables.has(rule) ? false : null;
}

function relationOf({ schema, relation }: Found): string {
  return `${quoted(schema)}.${quoted(relation)}`;
}

function countSql(found: Found): string {
  const what = found.column === null ? "*" : quoted(found.column);
  return `SELECT count(${what}) AS count FROM ${relationOf(found)}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Whether a statement takes some of an object's rows only. */
function picksRows({ statement }: LossCandidate): boolean {
  return (
    statement !== undefined &&
    /^\s*(with|delete|update|merge)\b/i.test(statement) &&
    /\bwhere\b|\busing\b|\bmerge\b/i.test(statement)
  );
}
