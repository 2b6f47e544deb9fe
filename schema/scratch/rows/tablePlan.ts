import type { Catalog } from "../../snapshot/catalog";
import type { ColumnFacts, RelationFacts } from "../../snapshot/snapshot";
import { namesOf, nameOf, wordsOf, type Condition, type Hints, type Reference } from "./hints";

export interface PlannedColumn {
  facts: ColumnFacts;
  name: string;
  /** Whether an insert may name it; a generated column has no say. */
  plain: boolean;
  /** Whether the server numbers it by itself. */
  numbered: boolean;
  /** Whether an insert must name it. */
  required: boolean;
  /** Whether NULL can stand in it, now and after the gap. */
  nullable: boolean;
}

/** What a row of a table must be like. */
export interface TablePlan {
  relation: RelationFacts;
  columns: readonly PlannedColumn[];
  conditions: readonly Condition[];
  references: readonly PlannedReference[];
  /** Text that tells which rows belong to a partition. */
  bounds: string;
}

export interface PlannedReference {
  name?: string;
  columns: readonly string[];
  parent: RelationFacts;
  referenced: readonly string[];
}

/** Names of conditions that only the gap's text tells of. */
export const wantedPrefix = "knowngood_wanted_";

/** Reads from the catalogs, and from what the gap will want, what the rows of a table must be like. */
export function planTable(relation: RelationFacts, catalog: Catalog, hints: Hints | undefined): TablePlan {
  const wanted = hints?.tables.get(relation.name);
  const facts = catalog.columnsOf(relation.oid);
  const names = new Set(facts.map(({ name }) => name));
  const known = (columns: readonly string[]) =>
    columns.length > 0 && columns.every((name) => names.has(name));
  const columns = facts.map((column) => planned(column, catalog, wanted?.required.has(column.name) ?? false));
  const constraints = catalog.constraintsOf(relation.oid);
  const nameAt = new Map(facts.map(({ number, name }) => [number, name]));
  const written = constraints
    .filter(({ type }) => type === "f")
    .map(({ name, definition }) => ({ name, ...referenceOf(definition) }));
  return {
    relation,
    columns,
    conditions: [
      ...constraints
        .filter(({ type }) => type === "c")
        .map(({ name, definition, columns: numbers }) => ({
          name,
          text: definition,
          columns: (numbers ?? []).flatMap((number) => nameAt.get(number) ?? []),
        })),
      ...domainConditions(facts, catalog),
      ...(wanted?.conditions ?? []).map(({ text }, place) => ({
        name: `${wantedPrefix}${place}`,
        text,
        columns: wordsOf(text).filter((name) => names.has(name)),
      })),
    ],
    references: [...written, ...(wanted?.references ?? [])]
      .filter(({ columns: own }) => known(own))
      .flatMap((reference) => resolved(reference, relation, catalog)),
    bounds: catalog.facts.relations
      .filter(({ parents }) => parents?.includes(relation.oid) === true)
      .map(({ partitionBound }) => partitionBound ?? "")
      .join("\n"),
  };
}

function planned(facts: ColumnFacts, catalog: Catalog, soonRequired: boolean): PlannedColumn {
  const { identity, generated, expression, notNull, name } = facts;
  const numbered = identity !== "" || /^nextval\(/i.test(expression ?? "");
  const plain = generated === "" && identity !== "a";
  const domain = catalog.type(facts.type);
  const never = notNull || (domain?.kind === "d" && domain.notNull);
  return {
    facts,
    name,
    plain,
    numbered,
    required: plain && never && !numbered && expression === null && (domain?.expression ?? null) === null,
    nullable: !never && !soonRequired,
  };
}

function domainConditions(facts: readonly ColumnFacts[], catalog: Catalog): Condition[] {
  return facts.flatMap(({ name, type }) =>
    (catalog.type(type)?.constraints ?? []).map((constraint) => ({
      name: constraint.name,
      text: constraint.definition,
      columns: [name],
    })),
  );
}

function referenceOf(definition: string): Omit<Reference, "name"> {
  const [, columns = "", table = "", referenced = ""] =
    /^FOREIGN KEY \((.*?)\) REFERENCES (.+?)\((.*?)\)/.exec(definition) ?? [];
  return { columns: namesOf(columns), table: nameOf(table), referenced: namesOf(referenced) };
}

function resolved(reference: Reference, relation: RelationFacts, catalog: Catalog): PlannedReference[] {
  const { schema, name } = reference.table;
  const parent = (schema === undefined ? [relation.schema, "public"] : [schema])
    .map((place) => catalog.relationNamed({ schema: place, name }))
    .find((found) => found !== undefined);
  if (parent === undefined) return [];
  const own = {
    columns: reference.columns,
    parent,
    referenced: reference.referenced.length > 0 ? reference.referenced : primaryKey(parent, catalog),
    ...(reference.name !== undefined && { name: reference.name }),
  };
  return own.referenced.length === own.columns.length ? [own] : [];
}

/** Names of a relation's primary key's columns; empty without one. */
export function primaryKey(relation: RelationFacts, catalog: Catalog): string[] {
  const index = catalog.uniqueIndexesOf(relation.oid).find(({ primary }) => primary);
  const nameAt = new Map(catalog.columnsOf(relation.oid).map(({ number, name }) => [number, name]));
  return (index?.columns ?? []).flatMap((number) => nameAt.get(number) ?? []);
}
