import type { Catalog, Sides } from "./catalog";
import { fillingOf, leftOut } from "./columnTypes";
import { isImplied, valuesAllowed } from "./implied";
import { isTable, type RelationPair } from "./relations";
import type { ConstraintFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { partName, short, written } from "./words";

const added = { c: "check-added", f: "foreign-key-added", x: "exclusion-added" } as const;
const dropped = { c: "check-dropped", f: "foreign-key-dropped", x: "exclusion-dropped" } as const;
const called = { c: "CHECK", f: "foreign key", x: "exclusion constraint" } as const;
const metByAdded = {
  c: "release code that writes what it forbids gets an error",
  f: "release code that writes a reference to nothing, or deletes what is referenced, gets an error",
  x: "release code that writes rows that exclude each other gets an error",
} as const;
const metByDropped = {
  c: "release code can read what it used to forbid",
  f: "release code can read references to nothing, and nothing cascades",
  x: "release code can read rows that used to exclude each other",
} as const;

/** CHECKs, foreign keys and exclusion constraints of the table that old code's rows go to. */
export function compareConstraints(pair: RelationPair, sides: Sides): StructuralFinding[] {
  const table = tableAfter(pair);
  if (table === undefined) return [];
  const enforced = ({ definition, inherited }: ConstraintFacts) =>
    !inherited && !definition.includes("NOT ENFORCED");
  const olds = sides.before.constraintsOf(pair.before.oid).filter(enforced);
  const news = sides.after.constraintsOf(table.oid).filter(enforced);
  const newByOid = new Map(news.map((constraint) => [constraint.oid, constraint]));
  const kept = olds.flatMap((old) => {
    const same = newByOid.get(old.oid);
    return same === undefined ? [] : keptFindings(old, same, pair);
  });
  const oldOids = new Set(olds.map(({ oid }) => oid));
  const leftNew = news.filter(({ oid }) => !oldOids.has(oid));
  const leftOld: ConstraintFacts[] = [];
  const renamed: StructuralFinding[] = [];
  for (const old of olds.filter(({ oid }) => !newByOid.has(oid))) {
    const alike = leftNew.findIndex((constraint) => essence(constraint) === essence(old));
    if (alike === -1) leftOld.push(old);
    else
      renamed.push(...leftNew.splice(alike, 1).flatMap((constraint) => keptFindings(old, constraint, pair)));
  }
  const exchanged = leftOld.flatMap((old) => {
    const at =
      old.type === "f" ? leftNew.findIndex((constraint) => referenceOf(constraint) === referenceOf(old)) : -1;
    if (at === -1) return lostFinding(old, pair, sides, table.oid);
    return leftNew.splice(at, 1).map((constraint) => changed(old, constraint, pair));
  });
  return [
    ...kept,
    ...renamed,
    ...exchanged,
    ...leftNew.flatMap((constraint) => newFinding(constraint, pair, sides, table.oid)),
  ];
}

/** The table behind the old name: itself, or where it moved to when a view took its name. */
export function tableAfter({ before, after, same }: RelationPair) {
  if (!isTable(before)) return undefined;
  if (isTable(after)) return after;
  return same;
}

/** Its definition but for what only says whether rows from before were looked at. */
const essence = ({ definition }: ConstraintFacts) => definition.replace(/ NOT VALID$/, "");

/** Columns and what they reference, without what a delete or an update does. */
const referenceOf = ({ type, definition }: ConstraintFacts) =>
  type === "f" ? /^FOREIGN KEY \(.*?\) REFERENCES .*?\)/.exec(definition)?.[0] : undefined;

function keptFindings(
  before: ConstraintFacts,
  after: ConstraintFacts,
  pair: RelationPair,
): StructuralFinding[] {
  if (before.deferrable !== after.deferrable || deferral(before) !== deferral(after))
    return [changed(before, after, pair)];
  if (before.name === after.name || (before.type !== "x" && !before.deferrable)) return [];
  return [
    structuralFinding(
      "constraint-renamed",
      partName("constraint", pair.before, before.name),
      `The ${called[before.type]} ${before.name} of ${written(pair.before)} is called ${after.name} now; release code that names it gets an error.`,
    ),
  ];
}

const deferral = ({ definition }: ConstraintFacts) => definition.includes("INITIALLY DEFERRED");

function changed(before: ConstraintFacts, after: ConstraintFacts, pair: RelationPair): StructuralFinding {
  return structuralFinding(
    "constraint-changed",
    partName("constraint", pair.before, after.name),
    `${after.name} of ${written(pair.before)} is ${short(after.definition)}, before ${short(before.definition)}.`,
  );
}

function lostFinding(
  old: ConstraintFacts,
  pair: RelationPair,
  { after }: Sides,
  table: number,
): StructuralFinding[] {
  // What went with a column is told by the column.
  const numbers = new Set(after.columnsOf(table).map(({ number }) => number));
  if (pair.before.oid === table && (old.columns ?? []).some((number) => !numbers.has(number))) return [];
  return [
    structuralFinding(
      dropped[old.type],
      partName("constraint", pair.before, old.name),
      `The ${called[old.type]} ${old.name} of ${written(pair.before)}, ${short(old.definition)}, is gone; ${metByDropped[old.type]}.`,
    ),
  ];
}

function newFinding(
  constraint: ConstraintFacts,
  pair: RelationPair,
  sides: Sides,
  table: number,
): StructuralFinding[] {
  const reach = reachOf(constraint.columns ?? [], pair, sides, table);
  // A NULL passes any CHECK that doesn't ask for one, any foreign key and any exclusion.
  if (reach === "left NULL" && constraint.type !== "c") return [];
  if (constraint.type === "f" && reach === "old" && refersByDefault(constraint, sides, table))
    return [
      structuralFinding(
        "foreign-key-added-on-default",
        partName("constraint", pair.before, constraint.name),
        `${written(pair.before)} has a new foreign key, ${short(constraint.definition)}; a row in which release code leaves the column out refers to what the default names, and gets an error where that is not there.`,
        { remedy: dropping(constraint, pair) },
      ),
    ];
  const said = saidBefore(constraint, pair, sides, table);
  if (
    constraint.type === "c" &&
    said !== undefined &&
    isImplied(constraint.definition, said.checks, said.required, said.parser)
  )
    return [];
  const settled =
    reach === "old"
      ? {}
      : { settledByTrial: { relation: { schema: pair.before.schema, name: pair.before.name } } };
  return [
    structuralFinding(
      added[constraint.type],
      partName("constraint", pair.before, constraint.name),
      `${written(pair.before)} has a new ${called[constraint.type]}, ${short(constraint.definition)}; ${metByAdded[constraint.type]}.`,
      {
        remedy: dropping(constraint, pair),
        ...settled,
        unless: said && allValuesIn(constraint, sides, said),
      },
    ),
  ];
}

/** What the old schema says of the columns of a new constraint; undefined where they are not what they were. */
function saidBefore({ columns }: ConstraintFacts, { before }: RelationPair, sides: Sides, table: number) {
  const { parser } = sides;
  const facts = sides.after.columnsOf(table).filter(({ number }) => columns?.includes(number));
  const olds = new Map(sides.before.columnsOf(before.oid).map((column) => [column.name, column]));
  const same = facts.every(({ name, number, typeText }) => {
    const old = olds.get(name);
    return old?.typeText === typeText && (before.oid !== table || old.number === number);
  });
  if (parser === undefined || !same || facts.length === 0) return undefined;
  const checks = sides.before
    .constraintsOf(before.oid)
    .filter(({ type, definition }) => type === "c" && !definition.includes("NOT ENFORCED"))
    .map(({ definition }) => definition);
  const required = new Set(facts.flatMap(({ name }) => (olds.get(name)?.notNull === true ? [name] : [])));
  return { parser, checks, required, names: facts.map(({ name }) => name) };
}

/** A table of the gap that a new foreign key refers to, and all values that the old CHECKs let into its column. */
function allValuesIn(
  { type, definition, references }: ConstraintFacts,
  { before, after }: Sides,
  { parser, checks, names }: NonNullable<ReturnType<typeof saidBefore>>,
) {
  const relation = after.relation(references);
  const [, column] = / REFERENCES [^(]*\((\w+)\)/.exec(definition) ?? [];
  const [name = "", ...others] = names;
  if (type !== "f" || relation === undefined || before.relation(references) !== undefined) return undefined;
  const values = others.length === 0 ? valuesAllowed(name, checks, parser) : undefined;
  return column === undefined || values === undefined ? undefined : { relation, column, values: [...values] };
}

const dropping = ({ name }: ConstraintFacts, { before }: RelationPair) =>
  `ALTER TABLE ${written(before)} DROP CONSTRAINT ${name}, where old code must go on as before.`;

/**
 * Whether rows of old code that leave the columns out refer to one and the same row of an old table. Nobody knows
 * whether that is there: rows that were made up for a trial can hold it by chance.
 */
function refersByDefault({ columns, references }: ConstraintFacts, sides: Sides, table: number): boolean {
  const facts = sides.after.columnsOf(table).filter(({ number }) => columns?.includes(number));
  return (
    sides.before.relation(references) !== undefined &&
    facts.every((column) => leftOut(column, sides.after) === "one value")
  );
}

/**
 * Whether columns of a table hold what old code writes (`old`), or none of them does: all are new, and either left NULL
 * by it (`left NULL`) or filled for it (`filled`).
 */
export function reachOf(
  columns: readonly number[],
  pair: RelationPair,
  sides: Sides,
  table: number,
): "old" | "left NULL" | "filled" {
  if (columns.length === 0 || columns.includes(0)) return "old";
  const facts = sides.after.columnsOf(table).filter(({ number }) => columns.includes(number));
  const oldColumns = sides.before.columnsOf(pair.before.oid);
  const isNew = ({ number, name }: { number: number; name: string }) =>
    !oldColumns.some((old) => (pair.before.oid === table && old.number === number) || old.name === name);
  if (!facts.every(isNew)) return "old";
  return facts.some((column) => isLeftNull(column, sides.after)) ? "left NULL" : "filled";
}

const isLeftNull = (column: Parameters<typeof fillingOf>[0], catalog: Catalog) => {
  const { notNull, filled } = fillingOf(column, catalog);
  return !notNull && !filled;
};
