import type { Sides } from "./catalog";
import { leftOut } from "./columnTypes";
import { reachOf, tableAfter } from "./constraints";
import { groupsBy } from "./grouped";
import type { RelationPair } from "./relations";
import type { IndexFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { partName, plain, written } from "./words";

/** Primary keys, unique constraints and unique indexes of the table that old code's rows go to. */
export function compareUniqueness(pair: RelationPair, sides: Sides): StructuralFinding[] {
  // A materialized view is refreshed beside its readers only with one.
  const table = pair.before.kind === "m" ? pair.after : tableAfter(pair);
  if (table === undefined) return [];
  const own = ({ inherited }: IndexFacts) => !inherited;
  const allOld = sides.before.uniqueIndexesOf(pair.before.oid);
  const olds = allOld.filter(own);
  // An index that leaves its parent's is none that was added.
  const fromParent = new Set(allOld.filter((index) => !own(index)).map(({ oid }) => oid));
  const news = sides.after
    .uniqueIndexesOf(table.oid)
    .filter((index) => own(index) && !fromParent.has(index.oid));
  const findings: StructuralFinding[] = [];
  const lost: IndexFacts[] = [];
  const taken = new Set<IndexFacts>();
  for (const old of olds) {
    const alike =
      news.find(({ oid }) => oid === old.oid) ??
      news.find(
        (index) => !taken.has(index) && keyOf(index) === keyOf(old) && index.immediate === old.immediate,
      ) ??
      news.find((index) => !taken.has(index) && keyOf(index) === keyOf(old));
    if (alike === undefined) lost.push(old);
    else {
      taken.add(alike);
      findings.push(...keptFindings(old, alike, pair));
    }
  }
  const numbers = new Set(sides.after.columnsOf(table.oid).map(({ number }) => number));
  const told = (index: IndexFacts) =>
    pair.before.oid === table.oid && index.columns.some((number) => number > 0 && !numbers.has(number));
  findings.push(
    ...lost
      // What went with a column is told by the column.
      .filter((index) => !told(index))
      .map((index) =>
        structuralFinding(
          "unique-dropped",
          partName(index.constraint === null ? "index" : "constraint", pair.before, index.name),
          `${index.name} no longer keeps ${written(pair.before)} unique by ${keyWords(index)}; ON CONFLICT on it gets an error, and release code can read duplicates.`,
        ),
      ),
  );
  return [
    ...findings,
    ...news
      .filter((index) => !taken.has(index))
      .flatMap((index) => newFinding(index, pair, sides, table.oid)),
  ];
}

/**
 * What decides whether two rows collide: the index's definition without its name, its payload and its storage, plain
 * columns in one order, since ON CONFLICT names them in any.
 */
function keyOf({ definition, columns }: IndexFacts): string {
  const key = keyText(definition);
  const [, list, rest] = /^btree \(([^()"]*)\)(.*)$/.exec(key) ?? [];
  if (list === undefined || columns.includes(0)) return key;
  return `btree (${list.split(", ").sort().join(", ")})${rest ?? ""}`;
}

function keyText(definition: string): string {
  return definition
    .replace(/^.*? USING /, "")
    .replace(/ INCLUDE \([^)]*\)/, "")
    .replace(/ WITH \([^)]*\)/, "");
}

const keyWords = (index: IndexFacts) => plain(keyText(index.definition).replace(/^btree /, ""));

function keptFindings(before: IndexFacts, after: IndexFacts, pair: RelationPair): StructuralFinding[] {
  if (before.immediate !== after.immediate || (before.valid && !after.valid))
    return [
      structuralFinding(
        "constraint-changed",
        partName("constraint", pair.before, after.name),
        `${after.name} of ${written(pair.before)} is checked ${after.immediate ? "at once" : "at the end of the transaction"}${after.valid ? "" : " and not valid"}; ON CONFLICT on it can get an error.`,
      ),
    ];
  if (before.constraint === null || before.constraint === after.constraint) return [];
  const now =
    after.constraint === null ? "no constraint any more, only an index" : `called ${after.constraint} now`;
  return [
    structuralFinding(
      "constraint-renamed",
      partName("constraint", pair.before, before.constraint),
      `The constraint ${before.constraint} of ${written(pair.before)} is ${now}; ON CONFLICT ON CONSTRAINT with its name gets an error.`,
    ),
  ];
}

function newFinding(index: IndexFacts, pair: RelationPair, sides: Sides, table: number): StructuralFinding[] {
  const object = partName(index.constraint === null ? "index" : "constraint", pair.before, index.name);
  const name = written(pair.before);
  const places = sides.after.columnsOf(table).map(({ number }) => number);
  const { definition } = pair.after;
  if (
    pair.after.kind === "m" &&
    definition !== null &&
    sides.parser !== undefined &&
    groupsBy(
      definition,
      index.columns.map((number) => places.indexOf(number)),
      sides.parser,
    )
  )
    return [];
  const remedy = dropping(index, name);
  const wholeColumns = index.predicate === null && !index.columns.includes(0);
  const values = wholeColumns
    ? sides.after
        .columnsOf(table)
        .filter(({ number }) => index.columns.includes(number))
        .map((column) => leftOut(column, sides.after))
    : [];
  const nullsCollide = index.definition.includes("NULLS NOT DISTINCT");
  if (wholeColumns && reachOf(index.columns, pair, sides, table) !== "old") {
    if (values.includes("another each time") || (values.includes("NULL") && !nullsCollide)) return [];
  }
  const added = `${index.name} keeps ${name} unique by ${keyWords(index)}; release code that writes a duplicate gets an error.`;
  if (
    values.length > 0 &&
    values.every((value) => value === "one value" || (value === "NULL" && nullsCollide))
  )
    return [
      structuralFinding(
        "unique-added-on-default",
        object,
        `${name} is unique by ${keyWords(index)}; of the rows in which release code leaves that out, the second gets an error.`,
        {
          remedy,
          settledByTrial: {
            relation: { schema: pair.before.schema, name: pair.before.name },
            otherwise: { rule: "unique-added", reason: added },
          },
        },
      ),
    ];
  return [structuralFinding("unique-added", object, added, { remedy })];
}

function dropping(index: IndexFacts, table: string): string {
  const statement =
    index.constraint === null
      ? `DROP INDEX ${plain(`${index.schema}.${index.name}`)}`
      : `ALTER TABLE ${table} DROP CONSTRAINT ${index.constraint}`;
  return `${statement}, where old code must go on as before.`;
}
