import { nameKey, type Sides } from "./catalog";
import type { RelationFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { relationName, written } from "./words";

/** A relation that old code names, and what stands under its name afterwards. */
export interface RelationPair {
  before: RelationFacts;
  after: RelationFacts;
  /** Where the very same relation is now, by oid; undefined when it is gone. */
  same: RelationFacts | undefined;
}

export const isTable = ({ kind }: RelationFacts) => kind === "r" || kind === "p" || kind === "f";

/** All names that lead somewhere on both sides. */
export function pairsOf({ before, after }: Sides): RelationPair[] {
  return before.facts.relations.flatMap((relation) => {
    const found = after.relationNamed(relation);
    return found === undefined
      ? []
      : [{ before: relation, after: found, same: after.relation(relation.oid) }];
  });
}

/** Relations that are gone, elsewhere or another thing under the same name. */
export function compareRelations(sides: Sides): StructuralFinding[] {
  const missing = sides.before.facts.relations.flatMap((relation) =>
    sides.after.relationNamed(relation) === undefined ? [missingFinding(relation, sides)] : [],
  );
  return [
    ...missing,
    ...pairsOf(sides).flatMap((pair) => [...replaced(pair), ...hierarchy(pair, sides), ...kept(pair)]),
    ...newChildren(sides),
  ];
}

function missingFinding(relation: RelationFacts, { after }: Sides): StructuralFinding {
  const same = after.relation(relation.oid);
  const name = written(relation);
  if (same !== undefined)
    return structuralFinding(
      isTable(relation) ? "table-renamed" : "view-renamed",
      relationName(relation),
      `${name} is called ${written(same)} now; release code that names ${name} gets an error.`,
      { remedy: wayBack(relation, same) },
    );
  return structuralFinding(
    isTable(relation) ? "table-dropped" : "view-dropped",
    relationName(relation),
    `${name} is gone${isTable(relation) ? " with its rows" : ""}; release code that reads${isTable(relation) ? " or writes" : ""} it gets an error.`,
  );
}

function wayBack(relation: RelationFacts, same: RelationFacts): string {
  if (!isTable(relation) || relation.schema !== same.schema)
    return `Move or rename ${written(same)} back to ${written(relation)}.`;
  return `CREATE VIEW ${written(relation)} AS SELECT * FROM ${written(same)}, or rename it back.`;
}

/** Another relation under the old name. */
function replaced({ before, after, same }: RelationPair): StructuralFinding[] {
  if (before.oid === after.oid) return [];
  const name = written(before);
  const object = relationName(before);
  if (!isTable(before))
    return isTable(after) || before.kind !== after.kind ? [viewReplaced(before, after)] : [];
  const settledByTrial = { relation: { schema: before.schema, name: before.name } };
  if (!isTable(after)) {
    const view = `a ${kindOf(after)} stands under its name`;
    const lost = before.writable & ~after.writable;
    const settled = lost === 0 ? { settledByTrial } : {};
    const able = lost === 0 ? "" : `, which can't take ${eventsIn(lost)}`;
    return same === undefined
      ? [
          structuralFinding(
            "table-dropped",
            object,
            `The table ${name} is gone with its rows, and ${view}${able}.`,
            settled,
          ),
        ]
      : [
          structuralFinding(
            "table-renamed",
            object,
            `The table ${name} is called ${written(same)} now, and ${view}${able}.`,
            settled,
          ),
        ];
  }
  return same === undefined
    ? [
        structuralFinding(
          "table-recreated",
          object,
          `${name} was dropped and made anew; rows that were not copied are gone.`,
          { settledByTrial },
        ),
      ]
    : [
        structuralFinding(
          "table-renamed",
          object,
          `${name} is called ${written(same)} now, and another table stands under its name.`,
          { settledByTrial },
        ),
      ];
}

function viewReplaced(before: RelationFacts, after: RelationFacts): StructuralFinding {
  const name = written(before);
  const [was, is] = [kindOf(before), kindOf(after)];
  const refresh = "REFRESH MATERIALIZED VIEW on it gets an error";
  const [met, remedy] =
    is === "view"
      ? [`it is computed at each read, and ${refresh}`, "Leave out the REFRESH where something still runs it"]
      : is === "materialized view"
        ? ["what release code reads is as old as its last refresh", "See that it is refreshed often enough"]
        : [
            `what release code reads may be out of date${was === "view" ? "" : `, and ${refresh}`}`,
            "See that its rows are kept up to date",
          ];
  return structuralFinding(
    "view-replaced",
    relationName(before),
    `${name} was a ${was} and is a ${is} now; ${met}.`,
    { remedy: `${remedy}, or make it a ${was} again.` },
  );
}

function kindOf(relation: RelationFacts): "table" | "view" | "materialized view" {
  if (isTable(relation)) return "table";
  return relation.kind === "m" ? "materialized view" : "view";
}

/** Partitions and child tables that came to or went from a parent. */
function hierarchy({ before, after }: RelationPair, sides: Sides): StructuralFinding[] {
  const parentsBefore = named(before.parents, sides.before);
  const parentsAfter = named(after.parents, sides.after);
  const gone = [...parentsBefore].filter(
    ([key, parent]) => !parentsAfter.has(key) && sides.after.relationNamed(parent),
  );
  const come = [...parentsAfter].filter(([key]) => !parentsBefore.has(key));
  return [
    ...gone.map(([, parent]) =>
      structuralFinding(
        "partition-detached",
        relationName(before),
        `${written(before)} no longer belongs to ${written(parent)}; release code that reads or writes ${written(parent)} misses its rows.`,
      ),
    ),
    ...come.map(([, parent]) =>
      structuralFinding(
        "partition-attached",
        relationName(before),
        `${written(before)} belongs to ${written(parent)} now${after.partitionBound === null ? "" : ` (${after.partitionBound})`}; rows outside of that can't be written to it.`,
      ),
    ),
    ...(before.partitionBound !== null &&
    after.partitionBound !== null &&
    gone.length === 0 &&
    before.partitionBound !== after.partitionBound
      ? [
          structuralFinding(
            "partition-attached",
            relationName(before),
            `${written(before)} takes rows ${after.partitionBound}, no longer ${before.partitionBound}.`,
          ),
        ]
      : []),
  ];
}

/** Tables that the gap made children of old ones. Partitions keep what their parent keeps, these do not. */
function newChildren({ before, after }: Sides): StructuralFinding[] {
  return after.facts.relations
    .filter(({ oid, partitionBound }) => partitionBound === null && before.relation(oid) === undefined)
    .flatMap((child) =>
      (child.parents ?? [])
        .flatMap((oid) => before.relation(oid) ?? [])
        .filter((parent) => after.relationNamed(parent)?.oid === parent.oid)
        .map((parent) =>
          structuralFinding(
            "child-table-added",
            relationName(parent),
            `${written(child)} is a child of ${written(parent)}; release code that reads ${written(parent)} reads its rows too, for which no unique constraint of ${written(parent)} holds.`,
            { remedy: `ALTER TABLE ${written(child)} NO INHERIT ${written(parent)}.` },
          ),
        ),
    );
}

function named(oids: number[] | null, catalog: Sides["before"]): Map<string, RelationFacts> {
  const parents = (oids ?? []).flatMap((oid) => catalog.relation(oid) ?? []);
  return new Map(parents.map((parent) => [nameKey(parent), parent]));
}

function kept({ before, after }: RelationPair): StructuralFinding[] {
  if (before.persistence !== "p" || after.persistence !== "u") return [];
  return [
    structuralFinding(
      "table-unlogged",
      relationName(before),
      `${written(before)} is unlogged now; its rows don't survive a crash of the server.`,
    ),
  ];
}

/** The events of a bit mask, in words. */
export function eventsIn(mask: number): string {
  const events = [mask & 8 ? "INSERT" : "", mask & 4 ? "UPDATE" : "", mask & 16 ? "DELETE" : ""];
  return events.filter((event) => event !== "").join(" or ");
}
