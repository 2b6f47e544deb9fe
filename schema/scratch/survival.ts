import { escapeIdentifier } from "pg";
import type { Catalog } from "../snapshot/catalog";
import type { ColumnFacts, RelationFacts } from "../snapshot/snapshot";
import { readAs } from "./readAs";
import { readColumns, type TableRows } from "./rows/readRows";
import { bestAnchor, correlate, sameValues, type Values } from "./rowMatching";
import { sameText } from "./sameText";
import type { ScratchDatabase } from "./scratchDatabase";

/** What became of a column's values. */
export type Fate =
  | { is: "same" }
  /** Another name leads to them. */
  | { is: "moved"; to: { schema: string; name: string; column: string } }
  /** Something else stands under the name. */
  | { is: "changed"; from: string; to: string }
  /** Nothing stands under the name. */
  | { is: "lost" };

/** What became of the rows of one relation. */
export interface Survival {
  relation: RelationFacts;
  /** Rows that were there, and rows of these that no longer are. */
  rows: number;
  lostRows: number;
  /** Of the columns that had a value. */
  columns: ReadonlyMap<string, Fate>;
}

/** A relation as it is after the gap, with the places of its new columns. */
interface Fresh {
  relation: RelationFacts;
  columns: readonly ColumnFacts[];
}

/**
 * Looks for every value that was there before: under its name, under the name that its column bears now, and in
 * columns that are new.
 */
export async function survivalOf(
  database: ScratchDatabase,
  before: Catalog,
  after: Catalog,
  tables: ReadonlyMap<number, TableRows>,
): Promise<Survival[]> {
  const fresh = freshColumns(before, after);
  const survivals: Survival[] = [];
  for (const [oid, rows] of tables) {
    const relation = before.relation(oid);
    if (relation === undefined) continue;
    survivals.push(await survivalOfOne(database, relation, rows, { before, after, fresh, tables }));
  }
  return survivals;
}

interface Sides {
  before: Catalog;
  after: Catalog;
  fresh: readonly Fresh[];
  /** What was in each before. */
  tables: ReadonlyMap<number, TableRows>;
}

async function survivalOfOne(
  database: ScratchDatabase,
  relation: RelationFacts,
  rows: TableRows,
  sides: Sides,
): Promise<Survival> {
  const { before, after } = sides;
  const facts = before.columnsOf(relation.oid);
  const old = underNewLabels(rows, facts, sides);
  const valued = facts.filter(({ name }) => valuesOf(old, name).some((value) => value !== null));
  const named = after.relationNamed(relation);
  const own = after.relation(relation.oid);
  const byName =
    named === undefined ? undefined : await readAs(database, named, after, facts, ({ name }) => name);
  const numbered = new Map(
    (own === undefined ? [] : after.columnsOf(own.oid)).map(({ number, name }) => [number, name]),
  );
  const byNumber =
    own === undefined
      ? undefined
      : await readAs(database, own, after, facts, ({ number }) => numbered.get(number));
  const fates = new Map<string, Fate>();
  const matchByName = byName && match(old, byName);
  if (isTable(relation) && (matchByName === undefined || matchByName.lost > 0)) {
    const home = await homeOfAll(database, relation, old, facts, sides);
    if (home !== undefined) {
      for (const { name } of valued)
        fates.set(name, { is: "moved", to: { schema: home.schema, name: home.name, column: name } });
      return { relation, rows: old.rows.length, lostRows: 0, columns: fates };
    }
  }
  for (const { name } of valued)
    if (matchByName !== undefined && survives(old, byName, matchByName.places, name, name))
      fates.set(name, { is: "same" });
  if (own !== undefined && byNumber !== undefined) {
    const { places } = match(old, byNumber);
    for (const { name, number } of valued) {
      const column = numbered.get(number);
      if (!fates.has(name) && column !== undefined && survives(old, byNumber, places, name, name))
        fates.set(name, { is: "moved", to: { schema: own.schema, name: own.name, column } });
    }
  }
  const missing = valued.filter(({ name }) => !fates.has(name));
  if (missing.length > 0)
    for (const target of sides.fresh)
      await searchIn(database, target, { relation, old, facts, missing, fates, after, own });
  for (const { name } of missing)
    if (!fates.has(name)) fates.set(name, fateOf(old, byName, matchByName?.places, name));
  return { relation, rows: old.rows.length, lostRows: matchByName?.lost ?? 0, columns: fates };
}

const isTable = ({ kind }: RelationFacts) => kind === "r" || kind === "p";

/** Old rows as they are written now that values of enums were renamed: the values are the same. */
function underNewLabels(old: TableRows, facts: readonly ColumnFacts[], { before, after }: Sides): TableRows {
  const renamed = new Map<string, ReadonlyMap<string, string>>();
  for (const { name, type } of facts) {
    const now = new Map(after.type(type)?.labels ?? []);
    const labels = new Map(
      (before.type(type)?.labels ?? []).map(([oid, label]) => [label, now.get(oid) ?? label]),
    );
    if ([...labels].some(([label, other]) => label !== other)) renamed.set(name, labels);
  }
  if (renamed.size === 0) return old;
  return {
    ...old,
    rows: old.rows.map((row) =>
      row.map((value, place) =>
        value === null ? null : (renamed.get(old.columns[place] ?? "")?.get(value) ?? value),
      ),
    ),
  };
}

/**
 * The other table that rows missing under the old name are in, together with those that stayed: the table itself under
 * a new name, a partition that was detached, the table that it was a partition of, a table that the gap made, an old one
 * that has come to have more rows.
 */
async function homeOfAll(
  database: ScratchDatabase,
  relation: RelationFacts,
  old: TableRows,
  facts: readonly ColumnFacts[],
  { before, after, fresh, tables }: Sides,
): Promise<RelationFacts | undefined> {
  const named = after.relationNamed(relation);
  const own = after.relation(relation.oid);
  const left = before.facts.relations.flatMap(({ oid, partitionBound }) => {
    const now = after.relation(oid);
    return partitionBound !== null && now?.partitionBound === null ? [now] : [];
  });
  const whole =
    relation.partitionBound === null ? [] : (relation.parents ?? []).map((oid) => after.relation(oid));
  const kin = [own, ...left, ...whole];
  const others = [...tables.keys()].flatMap((oid) => {
    const now = after.relation(oid);
    return now === undefined || !isTable(now) || kin.includes(now) ? [] : [now];
  });
  const homes = [...kin, ...fresh.map((one) => one.relation), ...others].filter(
    (home): home is RelationFacts => home !== undefined && home.oid !== named?.oid,
  );
  const byName = ({ name }: ColumnFacts) => name;
  const stayed = named && (await readAs(database, named, after, facts, byName));
  for (const home of new Set(homes)) {
    if (facts.some(({ name }) => after.columnsOf(home.oid).every((column) => column.name !== name))) continue;
    const all = await readAs(database, home, after, facts, byName);
    // What an old table held before is its own, though it may look alike.
    const there = others.includes(home) && all !== undefined ? come(all, tables.get(home.oid)) : all;
    if (there === undefined || there.rows.length === 0) continue;
    const same = stayed !== undefined && stayed.columns.join() === there.columns.join();
    const together = same ? [{ ...there, rows: [...stayed.rows, ...there.rows] }] : [];
    for (const rows of [there, ...together]) {
      const { places, lost } = match(old, rows);
      if (lost === 0 && facts.every(({ name }) => survives(old, rows, places, name, name))) return home;
    }
  }
  return undefined;
}

/** The rows that were not there before, each as often as it came. */
function come(now: TableRows, before: TableRows | undefined): TableRows {
  const known = new Map<string, number>();
  const places = now.columns.map((name) => before?.columns.indexOf(name) ?? -1);
  for (const row of before?.rows ?? []) {
    const key = JSON.stringify(places.map((place) => row[place] ?? null));
    known.set(key, (known.get(key) ?? 0) + 1);
  }
  const rows = now.rows.filter((row) => {
    const key = JSON.stringify(row);
    const left = known.get(key) ?? 0;
    if (left > 0) known.set(key, left - 1);
    return left === 0;
  });
  return { ...now, rows };
}

/** Where each old row is now, and how many are nowhere. */
function match(old: TableRows, now: TableRows): Match {
  const shared = old.columns.filter((name) => now.columns.includes(name));
  const anchor = bestAnchor(shared.map((name) => [valuesOf(old, name), valuesOf(now, name)]));
  const name = anchor === undefined ? undefined : shared[anchor];
  const fewer = Math.max(0, old.rows.length - now.rows.length);
  if (name === undefined) return { places: old.rows.map(() => undefined), lost: fewer };
  const values = valuesOf(old, name);
  const places = correlate(values, valuesOf(now, name));
  const gone = values.filter((value, row) => value !== null && places[row] === undefined).length;
  return { places, lost: Math.max(gone, fewer) };
}

interface Match {
  places: readonly (number | undefined)[];
  lost: number;
}

/** Whether the rows that are still there hold the old values; without any way to tell rows apart, as a whole. */
function survives(
  old: TableRows,
  now: TableRows | undefined,
  places: readonly (number | undefined)[],
  column: string,
  as: string,
): boolean {
  if (now === undefined || !now.columns.includes(as)) return false;
  const values = valuesOf(old, column);
  const found = valuesOf(now, as);
  if (places.every((place) => place === undefined)) return sameValues(values, found);
  return values.every((value, row) => {
    const place = places[row];
    return place === undefined || sameText(value, found[place] ?? null);
  });
}

interface Search {
  relation: RelationFacts;
  old: TableRows;
  facts: readonly ColumnFacts[];
  missing: readonly ColumnFacts[];
  fates: Map<string, Fate>;
  after: Catalog;
  own: RelationFacts | undefined;
}

/** Looks through the new columns of one table; its other columns tell which row is which. */
async function searchIn(
  database: ScratchDatabase,
  { relation: target, columns }: Fresh,
  { old, missing, fates, after }: Search,
): Promise<void> {
  const now = await readColumns(
    database,
    target,
    after.columnsOf(target.oid).map(({ name }) => [name, `${escapeIdentifier(name)}::text`]),
  ).catch(() => undefined);
  if (now === undefined || now.rows.length === 0) return;
  const pairs = old.columns.flatMap((one) => now.columns.map((other) => [one, other] as const));
  const anchor = bestAnchor(pairs.map(([one, other]) => [valuesOf(old, one), valuesOf(now, other)]));
  const pair = anchor === undefined ? undefined : pairs[anchor];
  if (pair === undefined) return;
  const places = correlate(valuesOf(old, pair[0]), valuesOf(now, pair[1]));
  if (places.some((place) => place === undefined)) return;
  for (const { name } of missing) {
    if (fates.has(name) || new Set(valuesOf(old, name).filter((value) => value !== null)).size < 2) continue;
    const found = columns.find((column) => survives(old, now, places, name, column.name));
    if (found !== undefined)
      fates.set(name, { is: "moved", to: { schema: target.schema, name: target.name, column: found.name } });
  }
}

function fateOf(
  old: TableRows,
  now: TableRows | undefined,
  places: readonly (number | undefined)[] | undefined,
  name: string,
): Fate {
  if (now === undefined || !now.columns.includes(name)) return { is: "lost" };
  const found = valuesOf(now, name);
  const row = valuesOf(old, name).findIndex((value, at) => {
    const place = places?.[at];
    return place !== undefined && !sameText(value, found[place] ?? null);
  });
  const from = valuesOf(old, name)[Math.max(0, row)] ?? null;
  const place = places?.[row];
  return {
    is: "changed",
    from: shown(from),
    to: shown(place === undefined ? (found[0] ?? null) : (found[place] ?? null)),
  };
}

/** Columns that no relation had before. Those of views lead to a table's. */
function freshColumns(before: Catalog, after: Catalog): Fresh[] {
  return after.facts.relations
    .filter(({ kind, partitionBound }) => (kind === "r" || kind === "p") && partitionBound === null)
    .flatMap((relation) => {
      const known = new Set(before.columnsOf(relation.oid).map(({ number }) => number));
      const columns = after.columnsOf(relation.oid).filter(({ number }) => !known.has(number));
      return columns.length === 0 ? [] : [{ relation, columns }];
    });
}

function valuesOf({ columns, rows }: TableRows, name: string): Values {
  const place = columns.indexOf(name);
  return rows.map((row) => row[place] ?? null);
}

const shown = (value: string | null) => (value === null ? "NULL" : `'${value.slice(0, 40)}'`);
