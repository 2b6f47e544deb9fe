import type { Catalog } from "../../snapshot/catalog";
import { candidateValues } from "./candidates";
import type { Draft } from "./drafts";
import { wordsOf, type Hints } from "./hints";
import type { PlannedColumn, TablePlan } from "./tablePlan";

/** The most rows that one table gets for the sake of conditions. */
const mostRows = 40;

/** Of the values that one condition may want. */
const mostValues = 8;

/**
 * Rows on both sides of the conditions by which the gap and the views pick rows.
 * @param draft a row like any other, by its number
 */
export function eitherSide(
  plan: TablePlan,
  catalog: Catalog,
  hints: Hints,
  draft: (row: number) => Draft,
): Draft[] {
  const views = catalog.facts.relations.flatMap(({ kind, definition }) =>
    (kind === "v" || kind === "m") && definition !== null && /\bwhere\b/i.test(definition)
      ? [definition.replace(/^.*?\bwhere\b/is, "")]
      : [],
  );
  const unique = new Set(catalog.uniqueIndexesOf(plan.relation.oid).flatMap(({ columns }) => columns));
  const picked = plan.columns.filter(
    ({ plain, numbered, facts }) => plain && !numbered && !unique.has(facts.number),
  );
  const rows = inEachPartition(plan, draft);
  for (const text of [...hints.filters, ...views]) {
    const words = new Set(wordsOf(text));
    const named = picked.filter((column) => words.has(column.name));
    for (const column of named)
      for (const value of candidateValues(text).slice(0, mostValues))
        if (rows.length < mostRows)
          rows.push(lettingThrough(draft(300 + rows.length), named, text).set(column.name, value));
  }
  return rows;
}

/** Rows for each partition, by the first value that it takes: in which column, trying shows. */
function inEachPartition({ bounds, columns }: TablePlan, draft: (row: number) => Draft): Draft[] {
  const firsts = [...bounds.matchAll(/^FOR VALUES (?:FROM|IN) \('?((?:[^',()]|'')+)'?/gm)];
  const settable = columns.filter(({ plain, numbered }) => plain && !numbered);
  return firsts
    .flatMap(([, first = ""]) => settable.map(({ name }) => [name, first.replaceAll("''", "'")] as const))
    .slice(0, mostRows / 2)
    .map(([name, first], place) => draft(500 + place).set(name, first));
}

/** A row that most conditions of a text are met by: what one of them picks shows in no other. */
function lettingThrough(row: Draft, columns: readonly PlannedColumn[], text: string): Draft {
  for (const column of columns) {
    const value = fittingValue(column, text);
    if (value !== undefined) row.set(column.name, value);
  }
  return row;
}

/** What a condition on a flag or a text most likely wants; undefined of other columns. */
function fittingValue({ name, facts }: PlannedColumn, text: string): string | undefined {
  const column = String.raw`(?:\w+\.)?"?${name.replace(/\W/g, "\\$&")}\b"?\)?(?:::\w+)*`;
  const found = (pattern: string) => new RegExp(pattern, "i").exec(text);
  if (facts.typeText === "boolean") {
    const denied = String.raw`\bnot\s+\(?${column}|${column}\s*(?:=\s*false|is\s+(?:false|not\s+true))`;
    return found(denied) === null ? "true" : "false";
  }
  const compared = found(String.raw`${column}\s*(?:=|in\b)\s*\(?'((?:[^']|'')*)'`);
  return compared?.[1]?.replaceAll("''", "'");
}
