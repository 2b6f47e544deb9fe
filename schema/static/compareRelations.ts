import { compareColumns } from "./compareColumns";
import { compareConstraints } from "./compareConstraints";
import { compareTriggers } from "./compareTriggers";
import type { Relation } from "./model";
import { type Comparison, type ModelFinding, ofRelation, spoken } from "./modelFinding";

export function compareRelations(comparison: Comparison): ModelFinding[] {
  const found: ModelFinding[] = [];
  for (const [name, { id }] of comparison.before.schemas) {
    const object = { kind: "schema", name } as const;
    if (comparison.after.schemas.has(name)) continue;
    const to = [...comparison.after.schemas].find(([, other]) => other.id === id)?.[0];
    found.push(
      to === undefined
        ? { rule: "schema-dropped", verdict: "breaking", object, reason: `The schema ${name} is gone.` }
        : {
            rule: "schema-renamed",
            verdict: "breaking",
            object,
            reason: `The schema ${name} is called ${to} now.`,
          },
    );
  }
  for (const relation of comparison.before.relations.all())
    if (!relation.temporary) found.push(...compareRelation(comparison, relation));
  return found;
}

function compareRelation(comparison: Comparison, old: Relation): ModelFinding[] {
  const { after } = comparison;
  const same = after.relations.byId.get(old.id);
  const named = after.relations.at(old.schema, old.name);
  if (same !== undefined && same === named) return compareUnderName(comparison, old, same);
  if (old.ownedBy !== undefined && old.kind === "sequence") return [];
  if (old.kind === "view" || old.kind === "materialized view") return viewGone(comparison, old, same, named);
  if (old.kind === "sequence") return [gone(old, same, named, "sequence")];
  return tableGone(comparison, old, same, named);
}

function gone(
  old: Relation,
  same: Relation | undefined,
  named: Relation | undefined,
  word: "sequence" | "view",
): ModelFinding {
  if (same !== undefined)
    return {
      rule: `${word}-renamed`,
      verdict: "breaking",
      object: ofRelation(old),
      reason: `${spoken(old)} is called ${spoken(same)} now.`,
    };
  if (named !== undefined && word === "sequence")
    return {
      rule: "sequence-changed",
      verdict: "conditional",
      object: ofRelation(old),
      reason: `${spoken(old)} was made anew and counts from its start.`,
    };
  return {
    rule: `${word}-dropped`,
    verdict: "breaking",
    object: ofRelation(old),
    reason: `${spoken(old)} is gone.`,
  };
}

function viewGone(
  comparison: Comparison,
  old: Relation,
  same: Relation | undefined,
  named: Relation | undefined,
): ModelFinding[] {
  if (named === undefined) return [gone(old, same, named, "view")];
  return compareUnderName(comparison, old, named);
}

function tableGone(
  comparison: Comparison,
  old: Relation,
  same: Relation | undefined,
  named: Relation | undefined,
): ModelFinding[] {
  const { ahead, after } = comparison;
  const copied = (column: { id: number }, target: Relation | undefined) =>
    target?.columns.some(({ id }) => ahead.copies.get(id)?.has(column.id) === true) ?? false;
  if (named !== undefined) {
    const stands =
      named.reads?.base?.relation === old.id || old.columns.every((column) => copied(column, named));
    if (named.kind === "view" && same !== undefined) return behindView(comparison, old, same, named);
    if (named.kind === "table" && stands) return compareUnderName(comparison, old, named);
    if (same === undefined)
      return [
        {
          rule: "table-recreated",
          verdict: "destructive",
          object: ofRelation(old),
          reason: `${spoken(old)} was dropped, and what stands under its name now holds none of its rows.`,
        },
      ];
  }
  if (same !== undefined)
    return [
      {
        rule: "table-renamed",
        verdict: "breaking",
        object: ofRelation(old),
        reason: `${spoken(old)} is called ${spoken(same)} now.`,
      },
    ];
  const holder = [...after.relations.all()].find(
    (other) =>
      !other.temporary && old.columns.length > 0 && old.columns.every((column) => copied(column, other)),
  );
  if (holder !== undefined)
    return [
      {
        rule: "table-renamed",
        verdict: "breaking",
        object: ofRelation(old),
        reason: `${spoken(old)} was dropped after its rows were copied to ${spoken(holder)}.`,
      },
    ];
  return [
    {
      rule: "table-dropped",
      verdict: "destructive",
      object: ofRelation(old),
      reason: `${spoken(old)} and its rows are gone.`,
    },
  ];
}

/** A renamed table with a view under its old name. Whether every statement goes through only a trial can show. */
function behindView(comparison: Comparison, old: Relation, same: Relation, view: Relation): ModelFinding[] {
  const base = view.reads?.base;
  const plain =
    base?.relation === same.id &&
    !base.filtered &&
    old.columns.every(({ name, id }) => base.columns.get(name) === id);
  const owed = [...old.grants].some(([role, privileges]) =>
    [...privileges].some((privilege) => view.grants.get(role)?.has(privilege) !== true),
  );
  if (!plain || owed)
    return [
      {
        rule: "view-not-writable",
        verdict: "breaking",
        object: ofRelation(old),
        reason: owed
          ? `${spoken(old)} is a view now, without the privileges that the table gave.`
          : `${spoken(old)} is a view now, and it does not hand on every column of the table as it is.`,
      },
      ...compareColumns(comparison, old, same, "behind a view"),
    ];
  return [
    {
      rule: "view-replaced",
      verdict: "conditional",
      object: ofRelation(old),
      reason: `${spoken(old)} is a view of ${spoken(same)} now: what only a table allows fails.`,
    },
    ...compareColumns(comparison, old, same, "behind a view"),
    ...compareConstraints(comparison, old, same),
  ];
}

function compareUnderName(comparison: Comparison, old: Relation, now: Relation): ModelFinding[] {
  if (old.kind === "sequence") return [];
  if (old.kind === "view" || old.kind === "materialized view") {
    const columns = compareColumns(comparison, old, now, "view");
    const written = compareTriggers(comparison, old, now);
    const alike = old.definition === now.definition && old.kind === now.kind;
    if (columns.length > 0 || alike) return [...columns, ...written];
    return [
      ...written,
      {
        rule: "view-changed",
        verdict: "breaking",
        object: ofRelation(old),
        reason:
          old.kind === now.kind
            ? `${spoken(old)} is defined otherwise and can give other rows.`
            : `${spoken(old)} was a ${old.kind} and is a ${now.kind} now, and can give other rows.`,
      },
    ];
  }
  return [
    ...rebuilt(old, now),
    ...compareColumns(comparison, old, now, "table"),
    ...compareConstraints(comparison, old, now),
    ...compareTriggers(comparison, old, now),
    ...comparePartition(comparison, old, now),
  ];
}

function rebuilt(old: Relation, now: Relation): ModelFinding[] {
  if (old.id === now.id) return [];
  return [
    {
      rule: "view-replaced",
      verdict: "conditional",
      object: ofRelation(old),
      reason: `${spoken(old)} is another table now, to which the rows were copied.`,
    },
  ];
}

function comparePartition(comparison: Comparison, old: Relation, now: Relation): ModelFinding[] {
  const found: ModelFinding[] = [];
  for (const id of old.parents)
    if (!now.parents.includes(id)) {
      const parent = comparison.before.relations.byId.get(id);
      if (parent !== undefined)
        found.push({
          rule: "partition-detached",
          verdict: "breaking",
          object: ofRelation(parent),
          reason: `The rows of ${spoken(old)} are no longer among those of ${spoken(parent)}.`,
        });
    }
  for (const id of now.parents)
    if (!old.parents.includes(id)) {
      const parent = comparison.before.relations.byId.get(id);
      if (parent !== undefined)
        found.push({
          rule: "partition-attached",
          verdict: "conditional",
          object: ofRelation(parent),
          reason: `The rows of ${spoken(old)} are among those of ${spoken(parent)} now.`,
        });
    }
  return found;
}
