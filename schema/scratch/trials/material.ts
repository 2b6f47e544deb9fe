import type { Catalog } from "../../snapshot/catalog";
import type { ColumnFacts, RelationFacts } from "../../snapshot/snapshot";
import { candidateValues } from "../rows/candidates";
import { combinations, draftRow, type Draft, type DraftStyle } from "../rows/drafts";
import { draftStyle, parentsIn, type Filled } from "../rows/fill";
import type { Hints } from "../rows/hints";
import type { TableRows } from "../rows/readRows";
import { planTable, primaryKey, wantedPrefix, type TablePlan } from "../rows/tablePlan";

/** What statements about one relation are built from. */
export interface Material {
  relation: RelationFacts;
  columns: readonly ColumnFacts[];
  plan: TablePlan;
  /** Columns that an insert or update can name. */
  plain: readonly string[];
  /** Columns that an insert must name. */
  required: readonly string[];
  /** Columns of an insert in which no two rows may be alike, by themselves or together. */
  unique: readonly string[];
  /** Rows that are there, column by column. */
  existing: readonly Draft[];
  /** Rows that could be inserted; the first is the most ordinary one. */
  drafts: readonly Draft[];
  /** Columns that tell rows apart. */
  key: readonly string[];
}

/** Types that can be compared with `=` whatever the value. */
export const comparable =
  /^(smallint|integer|bigint|numeric|text|character|uuid|date|timestamp|time |boolean|inet|bytea|"char"|name)/;

/** Rows for a condition that the gap brings, and for one that is there already. */
const combinationsWanted = 14;
const combinationsKept = 4;

export function materialOf(
  relation: RelationFacts,
  catalog: Catalog,
  filled: Filled,
  hints: Hints,
  rows: TableRows | undefined,
): Material {
  const source = isTable(relation) ? relation : (baseOf(relation, catalog, filled) ?? relation);
  const plan = filled.plans.get(source.oid) ?? planTable(source, catalog, hints);
  const columns = catalog.columnsOf(relation.oid);
  const names = new Set(columns.map(({ name }) => name));
  const writable = new Set(columns.filter(({ updatable }) => updatable).map(({ name }) => name));
  const own = plan.columns.filter(({ name }) => names.has(name) && writable.has(name));
  const existing = (rows?.rows ?? []).map(
    (row) => new Map((rows?.columns ?? []).map((name, place) => [name, row[place] ?? null])),
  );
  const style = draftStyle(plan, hints, { ...filled.style, literals: false });
  const plain = own.filter((column) => column.plain && !column.numbered).map(({ name }) => name);
  const unique = uniqueOf(plan, catalog);
  const drafts = draftsOf(plan, catalog, filled, style, existing, unique).map(
    (draft) => new Map([...draft].filter(([name]) => plain.includes(name))),
  );
  return {
    relation,
    columns,
    plan,
    plain,
    unique: plain.filter((name) => unique.has(name)),
    required: own.filter(({ required }) => required).map(({ name }) => name),
    existing,
    drafts,
    key: keyOf(source, catalog, columns),
  };
}

export const isTable = ({ kind }: RelationFacts) => kind === "r" || kind === "p";

/** Fresh rows, rows like those that are there, and rows that meet each condition in some way. */
function draftsOf(
  plan: TablePlan,
  catalog: Catalog,
  filled: Filled,
  style: DraftStyle,
  existing: readonly Draft[],
  unique: ReadonlySet<string>,
): Draft[] {
  const fresh = (row: number) => draftRow(plan, catalog, parentsIn(filled), { row, sparse: false, style });
  // What a table took once it takes again, as long as its keys are others.
  const known = filled.accepted.get(plan.relation.oid) ?? [];
  const alike = [...known, ...existing]
    .slice(0, 3)
    .map(
      (row, place) =>
        new Map(
          [...fresh(61 + place)].map(([name, value]) => [
            name,
            unique.has(name) ? value : (row.get(name) ?? value),
          ]),
        ),
    );
  const [first = fresh(51)] = alike;
  const meeting = plan.conditions.flatMap(({ columns, text, name }) => [
    ...limited(
      combinations(
        first,
        columns.filter((column) => first.has(column)),
        candidateValues(text),
      ),
      name?.startsWith(wantedPrefix) === true ? combinationsWanted : combinationsKept,
    ),
  ]);
  const modest = [71, 72].map((row) => modestRow(fresh(row), plan, catalog, row));
  return [...alike, fresh(52), withDefaults(fresh(53), plan), ...modest, ...meeting].slice(0, 30);
}

function uniqueOf({ relation, columns: all }: TablePlan, catalog: Catalog): ReadonlySet<string> {
  const numbers = new Set(catalog.uniqueIndexesOf(relation.oid).flatMap(({ columns }) => columns));
  return new Set(all.flatMap(({ name, facts }) => (numbers.has(facts.number) ? name : [])));
}

/** With the values that columns have where they are left out: what refers to a fixed set of values refers to these. */
function withDefaults(draft: Draft, { columns }: TablePlan): Draft {
  return new Map(
    [...draft].map(([name, value]) => {
      const expression = columns.find((column) => column.name === name)?.facts.expression ?? "";
      const [, text, number] =
        /^(?:'((?:[^']|'')*)'(?:::[\w\s."]+(?:\(\d+\))?)?|(-?[\d.]+|true|false))$/.exec(expression) ?? [];
      return [name, text?.replaceAll("''", "'") ?? number ?? value];
    }),
  );
}

/** Small values, the same in columns that are compared, which narrower types and most conditions take. */
function modestRow(draft: Draft, plan: TablePlan, catalog: Catalog, row: number): Draft {
  const referring = new Set(plan.references.flatMap(({ columns }) => columns));
  return new Map(
    [...draft].map(([name, value]) => {
      const facts = plan.columns.find((column) => column.name === name)?.facts;
      const type = facts === undefined ? undefined : catalog.type(facts.type);
      const small = type?.kind === "b" && !referring.has(name) ? modestValue(type.name, row) : undefined;
      return [name, value === null ? null : (small ?? value)];
    }),
  );
}

function modestValue(type: string, row: number): string | undefined {
  if (/^(int[248]|float[48]|numeric)$/.test(type)) return String(row - 70);
  if (/^(text|varchar|citext)$/.test(type)) return `m${row}`;
  if (/^(date|timestamp|timestamptz)$/.test(type)) return `2020-01-${row - 60}`;
  return undefined;
}

function* limited<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  let left = count;
  for (const item of items) {
    if (left-- <= 0) return;
    yield item;
  }
}

function keyOf(source: RelationFacts, catalog: Catalog, columns: readonly ColumnFacts[]): string[] {
  const names = new Set(columns.map(({ name }) => name));
  const key = primaryKey(source, catalog);
  if (key.length > 0 && key.every((name) => names.has(name))) return key;
  return columns
    .filter(({ typeText }) => comparable.test(typeText))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** The table that a view most likely reads: the one with the most columns of the same names. */
function baseOf(view: RelationFacts, catalog: Catalog, { plans }: Filled): RelationFacts | undefined {
  const names = new Set(catalog.columnsOf(view.oid).map(({ name }) => name));
  let best: { relation: RelationFacts; shared: number } | undefined;
  for (const { relation, columns } of plans.values()) {
    const shared = columns.filter(({ name }) => names.has(name)).length;
    if (isTable(relation) && shared > (best?.shared ?? 0)) best = { relation, shared };
  }
  return best?.relation;
}
