import { escapeIdentifier } from "pg";
import { ruleOf } from "../rules/rules";
import type { Catalog } from "../snapshot/catalog";
import type { RelationFacts, SequenceFacts } from "../snapshot/snapshot";
import type { StructuralFinding } from "../snapshot/structuralFinding";
import { partName, written } from "../snapshot/words";
import { relationText } from "./sqlText";
import type { ScratchDatabase } from "./scratchDatabase";

/** A column that numbers itself, with the numbers that its rows bear. */
interface Numbered {
  table: RelationFacts;
  column: string;
  /** That its sequence gave out. */
  last: bigint;
  numbers: ReadonlySet<string>;
}

/** Columns that number themselves, by their sequence's oid. */
export type Numbers = ReadonlyMap<number, Numbered>;

const isNumber = /^(smallint|integer|bigint|numeric)/;

/**
 * Reads which numbers are in use.
 * @param catalog of the schema as it is now
 * @param tables whose columns are looked at, by oid
 */
export async function numbersIn(
  database: ScratchDatabase,
  catalog: Catalog,
  tables: ReadonlySet<number>,
): Promise<Numbers> {
  const all = new Map<number, Numbered>();
  for (const sequence of catalog.facts.sequences) {
    const table = tables.has(sequence.ownerRelation) ? catalog.relation(sequence.ownerRelation) : undefined;
    const column = catalog
      .columnsOf(sequence.ownerRelation)
      .find(({ number }) => number === sequence.ownerColumn);
    if (table === undefined || column === undefined || !isNumber.test(column.typeText)) continue;
    all.set(sequence.oid, await numbered(database, sequence, table, column.name));
  }
  return all;
}

async function numbered(
  database: ScratchDatabase,
  sequence: SequenceFacts,
  table: RelationFacts,
  column: string,
): Promise<Numbered> {
  const [row] = await database.query<{ last: string; numbers: string[] | null }>(`
    SELECT (s.last_value - CASE WHEN s.is_called THEN 0 ELSE 1 END)::text AS last,
      (SELECT array_agg(t.${escapeIdentifier(column)}::text) FROM ${relationText(table)} t) AS numbers
    FROM ${relationText(sequence)} s`);
  return { table, column, last: BigInt(row?.last ?? 0), numbers: new Set(row?.numbers ?? []) };
}

/**
 * Rows that the gap put in under numbers of its own without moving the sequence past them. Whether the sequence is past
 * them already where old code will run, made-up rows can't show.
 */
export function numberFindings(before: Numbers, after: Numbers): StructuralFinding[] {
  return [...after].flatMap(([oid, { table, column, last, numbers }]) => {
    const old = before.get(oid);
    if (old === undefined) return [];
    const own = [...numbers]
      .filter((number) => !old.numbers.has(number) && /^-?\d+$/.test(number))
      .map(BigInt)
      .filter((number) => number > 0n && (number <= old.last || number > last));
    const [example] = own;
    const moved = last !== old.last && own.every((number) => number <= last);
    if (example === undefined || moved) return [];
    const name = written(table, column);
    return {
      rule: "numbers-taken",
      verdict: ruleOf("numbers-taken").verdict,
      object: partName("column", table, column),
      reason: `A row with ${example} in ${name} was put in, and the sequence of ${name} does not know; an insert of release code that is given this number fails as a duplicate.`,
      remedy: `SELECT setval(pg_get_serial_sequence('${written(table)}', '${column}'), (SELECT max(${column}) FROM ${written(table)})).`,
    };
  });
}
