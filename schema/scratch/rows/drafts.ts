import type { Catalog } from "../../snapshot/catalog";
import type { DatabaseFailure } from "../runSource";
import { candidateValues } from "./candidates";
import type { PlannedReference, TablePlan } from "./tablePlan";
import { valueText, type TextStyle } from "./values";

/** A row as an INSERT writes it. */
export type Draft = Map<string, string | null>;

/** Values that stand in the referenced columns of a table, row by row. */
export type ParentValues = (reference: PlannedReference) => readonly (readonly (string | null)[])[];

export interface DraftStyle {
  text: TextStyle;
  /** Columns that take their values from here. */
  fixed: ReadonlyMap<string, readonly string[]>;
}

/** How many combinations of candidates one condition is worth. */
const mostCombinations = 60;

/**
 * A row for a table: every plain column that the server does not number itself.
 * @param row from 0; rows differ by it
 * @param sparse whether some columns that may be NULL are
 */
export function draftRow(
  plan: TablePlan,
  catalog: Catalog,
  parents: ParentValues,
  { row, sparse, style }: { row: number; sparse: boolean; style: DraftStyle },
): Draft {
  const draft: Draft = new Map();
  plan.columns.forEach(({ name, facts, plain, numbered, nullable }, place) => {
    if (!plain || numbered) return;
    const salt = `${plan.relation.schema}.${plan.relation.name}.${name}`;
    const fixed = style.fixed.get(name);
    const wish = { type: facts.type, typmod: facts.typmod, row, salt, style: style.text };
    const value = fixed?.[row % Math.max(1, fixed.length)] ?? valueText(wish, catalog) ?? null;
    draft.set(name, sparse && nullable && (row + place) % 4 === 3 ? null : value);
  });
  plan.references.forEach((reference, place) => refer(draft, reference, parents, row, place));
  return draft;
}

/**
 * Makes a row refer to a row that is there; to none where there is none.
 * @param place the reference's among those of the table
 */
function refer(
  draft: Draft,
  reference: PlannedReference,
  parents: ParentValues,
  row: number,
  place: number,
): void {
  const rows = parents(reference).filter((values) => values.every((value) => value !== null));
  // The other half stays without children, so that a row can be deleted.
  const half = Math.max(1, Math.ceil(rows.length / 2));
  // Tables that join two others want each pair but once.
  const values = rows[(row + place * Math.floor(row / half)) % half];
  reference.columns.forEach((name, at) => {
    if (draft.has(name) && draft.get(name) !== null) draft.set(name, values?.[at] ?? null);
  });
}

/**
 * Rows like one that failed which may do better, most likely first; what failed says which.
 * @param again makes the row anew under another number
 */
export function* mended(
  draft: Draft,
  failure: DatabaseFailure,
  plan: TablePlan,
  again: (row: number) => Draft,
): Generator<Draft> {
  switch (failure.code) {
    case "23514":
      yield* meeting(draft, failure, plan);
      return;
    case "23502": {
      const value = failure.column === undefined ? undefined : again(0).get(failure.column);
      if (failure.column !== undefined && value !== undefined)
        yield new Map(draft).set(failure.column, value);
      return;
    }
    case "23505":
    case "23P01":
    case "23503":
      for (const row of [101, 202, 303]) yield again(row);
      return;
    default:
      return;
  }
}

function* meeting(draft: Draft, failure: DatabaseFailure, plan: TablePlan): Generator<Draft> {
  const named = plan.conditions.filter(({ name }) => name !== undefined && name === failure.constraint);
  const partition = { columns: [...draft.keys()], text: plan.bounds };
  const conditions = named.length > 0 ? named : failure.constraint === undefined ? [partition] : [];
  for (const { columns, text } of conditions) {
    const own = columns.filter((name) => draft.has(name));
    yield* combinations(draft, own, candidateValues(text));
  }
}

/** Each column by itself, then all pairs; also values of other columns, since conditions compare columns. */
export function* combinations(
  draft: Draft,
  columns: readonly string[],
  candidates: readonly string[],
): Generator<Draft> {
  let left = mostCombinations;
  for (const column of columns)
    for (const value of [...candidates, null]) {
      if (left-- <= 0) return;
      yield new Map(draft).set(column, value);
    }
  for (const one of columns)
    for (const other of columns) {
      if (one === other) continue;
      for (const value of [draft.get(other) ?? null, ...candidates])
        for (const second of [value, null, ...candidates]) {
          if (left-- <= 0) return;
          yield new Map(draft).set(one, value).set(other, second);
        }
    }
}
