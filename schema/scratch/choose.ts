import type { SqlSource } from "../gap";
import type { Catalog } from "../snapshot/catalog";
import type { RelationFacts, RoutineFacts, SequenceFacts } from "../snapshot/snapshot";
import { nameOf } from "./rows/hints";

/** What is filled and tried; the rest is only compared. */
export interface Choice {
  /** Tables, to be filled. */
  tables: RelationFacts[];
  /** Views, to be read and written. */
  views: RelationFacts[];
  /** Those, by oid, on which edge statements are tried as well. */
  edged: ReadonlySet<number>;
  routines: RoutineFacts[];
  sequences: SequenceFacts[];
  /** Whether something that the gap may touch was left out, since there is too much. */
  limited: boolean;
  /**
   * Whether the gap can come near a table's rows: it names the table, one that refers to it or that it refers to, or
   * something that a name does not show, such as a function of the old schema or all tables of the catalogs.
   */
  mayTouch(table: RelationFacts): boolean;
}

/** Up to so many, everything is tried. */
const fewTables = 14;
const fewRoutines = 40;
/** Never more than so many. */
const mostTables = 60;
const mostViews = 40;
const mostRoutines = 80;

/**
 * Picks what the gap names, with the tables that its rows refer to and those that refer to them. Small schemas are taken
 * whole, as are those that the gap goes through by the catalogs.
 */
export function chooseTrials(catalog: Catalog, ahead: readonly SqlSource[]): Choice {
  const { facts } = catalog;
  const words = wordsIn(ahead);
  const tables = facts.relations.filter(({ kind }) => kind === "r" || kind === "p");
  const views = facts.relations.filter(({ kind }) => kind === "v" || kind === "m");
  const searches = ["pg_tables", "pg_class", "information_schema", "pg_attribute", "pg_namespace"].some(
    (word) => words.has(word),
  );
  const all = tables.length <= fewTables || searches;
  const named = searches ? tables : tables.filter((table) => isMentioned(table, catalog, words));
  const mentioned = all ? tables : named;
  const seenViews = views.filter(
    (view) => words.has(view.name) || mentioned.some(({ name }) => reads(view, name)),
  );
  const roots = new Set([
    ...mentioned,
    ...tables.filter(({ name }) => seenViews.some((view) => words.has(view.name) && reads(view, name))),
  ]);
  const chosen = withRelatives([...roots], catalog, all ? 0 : 1);
  const routines =
    facts.routines.length <= fewRoutines
      ? facts.routines
      : facts.routines.filter(({ name }) => words.has(name));
  const sequences = facts.sequences.filter(
    ({ name, ownerRelation }) =>
      facts.sequences.length <= fewRoutines ||
      words.has(name) ||
      chosen.some(({ oid }) => oid === ownerRelation),
  );
  const edged = new Set([...named, ...seenViews, ...withRelatives(named, catalog, 1)].map(({ oid }) => oid));
  const anything = facts.routines.some(({ name }) => words.has(name));
  return {
    tables: chosen.slice(0, mostTables),
    views: seenViews.slice(0, mostViews),
    edged,
    mayTouch: ({ oid }) => anything || edged.has(oid),
    routines: routines.slice(0, mostRoutines),
    sequences: sequences.slice(0, mostRoutines),
    limited: chosen.length > mostTables || seenViews.length > mostViews || routines.length > mostRoutines,
  };
}

function wordsIn(sources: readonly SqlSource[]): Set<string> {
  const words = new Set<string>();
  for (const { sql } of sources) {
    for (const [word] of sql.matchAll(/[\p{L}_][\p{L}\p{N}_$]*/gu)) words.add(word.toLowerCase()).add(word);
    for (const [, quoted = ""] of sql.matchAll(/"((?:[^"]|"")+)"/g)) words.add(quoted.replaceAll('""', '"'));
  }
  return words;
}

/** By its name, a type of a column, a function of a trigger, or a schema of its own. */
function isMentioned(table: RelationFacts, catalog: Catalog, words: ReadonlySet<string>): boolean {
  if (words.has(table.name)) return true;
  if (table.schema !== "public" && words.has(table.schema)) return true;
  const types = catalog.columnsOf(table.oid).map(({ type }) => catalog.type(type));
  if (types.some((type) => type?.own === true && words.has(type.name))) return true;
  return catalog
    .triggersOf(table.oid)
    .some(({ definition }) => words.has(nameOf(/EXECUTE FUNCTION (.*?)\(/.exec(definition)?.[1] ?? "").name));
}

function reads({ definition }: RelationFacts, table: string): boolean {
  return definition?.includes(table) ?? false;
}

/** With all parents, whose rows are needed, partitions, and children one step down. */
function withRelatives(
  roots: readonly RelationFacts[],
  catalog: Catalog,
  childSteps: number,
): RelationFacts[] {
  const chosen = new Map(roots.map((relation) => [relation.oid, relation]));
  const add = (oid: number) => {
    const relation = catalog.relation(oid);
    if (relation === undefined || chosen.has(oid)) return;
    chosen.set(oid, relation);
    parents(relation);
  };
  const parents = ({ oid }: RelationFacts) => {
    for (const { references } of catalog.constraintsOf(oid)) if (references !== 0) add(references);
  };
  for (const root of roots) parents(root);
  if (childSteps > 0)
    for (const { relation, references } of catalog.facts.constraints)
      if (roots.some(({ oid }) => oid === references)) add(relation);
  return [...chosen.values()];
}
