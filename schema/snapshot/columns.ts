import type { Sides } from "./catalog";
import { compareColumn } from "./column";
import { fillingOf } from "./columnTypes";
import { isTable, type RelationPair } from "./relations";
import type { ColumnFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { listed, partName, plain, relationName, written } from "./words";

/** The columns that stand under a relation's name, before and after. */
export function compareColumns(pair: RelationPair, sides: Sides): StructuralFinding[] {
  const olds = sides.before.columnsOf(pair.before.oid);
  const news = sides.after.columnsOf(pair.after.oid);
  const matching = new Matching(pair, olds, news);
  const perColumn = olds.flatMap((old) => {
    const found = matching.named(old);
    if (found === undefined) return [missing(old, pair, sides)];
    const swapped = matching.isOther(old, found) ? [otherUnderName(old, found, pair, matching)] : [];
    // A computed column never holds what was written to the old one: its own rule says so.
    return [...swapped.flat(), ...compareColumn(old, found, pair, sides)];
  });
  return [...perColumn, ...added(pair, sides, matching), ...reordered(pair, matching)];
}

/** Which column is which, by number within one relation, by name across two. */
class Matching {
  readonly inPlace: boolean;
  private readonly newByName: Map<string, ColumnFacts>;
  private readonly newByNumber: Map<number, ColumnFacts>;
  private readonly oldNumbers: Set<number>;

  constructor(
    { before, after }: RelationPair,
    readonly olds: readonly ColumnFacts[],
    readonly news: readonly ColumnFacts[],
  ) {
    this.inPlace = before.oid === after.oid;
    this.newByName = new Map(news.map((column) => [column.name, column]));
    this.newByNumber = new Map(news.map((column) => [column.number, column]));
    this.oldNumbers = new Set(olds.map(({ number }) => number));
  }

  named({ name }: ColumnFacts): ColumnFacts | undefined {
    return this.newByName.get(name);
  }

  /** Where the very same column is now. */
  same({ number }: ColumnFacts): ColumnFacts | undefined {
    return this.inPlace ? this.newByNumber.get(number) : undefined;
  }

  isOther(old: ColumnFacts, found: ColumnFacts): boolean {
    return this.inPlace && old.number !== found.number;
  }

  /** Whether a column stood in the old relation, under whatever name. */
  isOld({ number, name }: ColumnFacts): boolean {
    return this.inPlace ? this.oldNumbers.has(number) : this.olds.some((old) => old.name === name);
  }
}

function missing(old: ColumnFacts, pair: RelationPair, { after }: Sides): StructuralFinding {
  const object = partName("column", pair.before, old.name);
  const name = written(pair.before, old.name);
  const moved =
    pair.same &&
    after.columnsOf(pair.same.oid).find(({ number }) => isTable(pair.before) && number === old.number);
  const inView = !isTable(pair.before) && pair.before.oid === pair.after.oid;
  const renamed = inView
    ? after.columnsOf(pair.after.oid).find(({ number }) => number === old.number)
    : moved;
  if (renamed !== undefined) {
    const now = pair.same && written(pair.same, renamed.name);
    return structuralFinding(
      "column-renamed",
      object,
      `${name} is called ${now ?? renamed.name} now; release code that selects or writes ${old.name} gets an error.`,
      {
        remedy:
          pair.before.oid === pair.after.oid
            ? `ALTER ${isTable(pair.before) ? "TABLE" : "VIEW"} ${written(pair.before)} RENAME COLUMN ${renamed.name} TO ${old.name}, or keep both for as long as old code may return.`
            : undefined,
      },
    );
  }
  return isTable(pair.before)
    ? structuralFinding(
        "column-dropped",
        object,
        `${name} is gone with its values; release code that selects or writes it gets an error.`,
      )
    : structuralFinding(
        "view-column-dropped",
        object,
        `${name} is gone; release code that selects it gets an error.`,
      );
}

/** Another column stands under the name within one relation. */
function otherUnderName(
  old: ColumnFacts,
  found: ColumnFacts,
  { before }: RelationPair,
  matching: Matching,
): StructuralFinding[] {
  const object = partName("column", before, old.name);
  const name = written(before, old.name);
  const same = matching.same(old);
  const settledByTrial = { relation: { schema: before.schema, name: before.name } };
  if (!isTable(before)) return [];
  if (matching.isOld(found)) {
    const formerly = matching.olds.find(({ number }) => number === found.number)?.name ?? found.name;
    return [
      structuralFinding(
        "columns-swapped",
        object,
        `${name} holds what ${formerly} held; release code reads and writes the wrong column without an error.`,
      ),
    ];
  }
  if (same === undefined)
    return [
      structuralFinding(
        "column-recreated",
        object,
        `${name} was dropped and made anew; values that were not copied are gone.`,
        { settledByTrial },
      ),
    ];
  // The computed column's own rule says it.
  if (found.generated !== "" && old.generated === "") return [];
  return [
    structuralFinding(
      "column-renamed",
      object,
      `${name} is called ${same.name} now, and a new column stands under its name; release code no longer finds its values there.`,
      { settledByTrial },
    ),
  ];
}

function added(pair: RelationPair, sides: Sides, matching: Matching): StructuralFinding[] {
  const { before, after } = pair;
  const fresh = matching.news.filter(
    (column) => !matching.isOld(column) && !matching.olds.some(({ name }) => name === column.name),
  );
  const isRequired = (column: ColumnFacts) => {
    const { notNull, filled } = fillingOf(column, sides.after);
    return isTable(before) && isTable(after) && notNull && !filled;
  };
  const required = fresh.filter(isRequired);
  const optional = fresh.filter((column) => !isRequired(column));
  const findings = required.map((column) =>
    structuralFinding(
      "column-added-required",
      partName("column", before, column.name),
      `${written(before, column.name)} (${plain(column.typeText)}) is new, NOT NULL and without a default; release code that inserts without it gets an error.`,
      {
        remedy: `ALTER TABLE ${written(before)} ALTER COLUMN ${column.name} SET DEFAULT …, or DROP NOT NULL.`,
        settledByTrial: { relation: { schema: before.schema, name: before.name } },
      },
    ),
  );
  if (optional.length > 0)
    findings.push(
      structuralFinding(
        "columns-added",
        relationName(before),
        `${written(before)} has ${optional.length === 1 ? "one more column" : `${optional.length} more columns`}: ${listed(optional.map(({ name }) => name))}; SELECT * returns ${optional.length === 1 ? "it" : "them"} too.`,
      ),
    );
  return findings;
}

/** Columns that stayed, in another order, or with a new one among them. */
function reordered({ before }: RelationPair, matching: Matching): StructuralFinding[] {
  const stayed = matching.olds.filter((old) => {
    const found = matching.named(old);
    return found !== undefined && !matching.isOther(old, found);
  });
  const names = new Set(stayed.map(({ name }) => name));
  const places = matching.news.filter(({ name }) => names.has(name)).map(({ name }) => name);
  const moved = places.some((name, place) => stayed[place]?.name !== name);
  const lastStayed = matching.news.findLastIndex(({ name }) => names.has(name));
  const among = matching.news
    .slice(0, lastStayed)
    .some((column) => !matching.isOld(column) && !matching.olds.some(({ name }) => name === column.name));
  if (!moved && !among) return [];
  return [
    structuralFinding(
      "column-order-changed",
      relationName(before),
      `${written(before)} has its columns in the order ${listed(matching.news.map(({ name }) => name))}, before ${listed(matching.olds.map(({ name }) => name))}; SELECT * and INSERT without a list of columns mean others.`,
    ),
  ];
}
