import { compareType } from "./compareType";
import { type Column, type Relation, columnOf } from "./model";
import { type Comparison, type ModelFinding, ofRelation, spoken } from "./modelFinding";

/** @param through what stands under the old name: the table itself, a view, or a view before the renamed table */
export function compareColumns(
  comparison: Comparison,
  old: Relation,
  now: Relation,
  through: "table" | "view" | "behind a view",
): ModelFinding[] {
  const found: ModelFinding[] = [];
  const survivors: string[] = [];
  for (const column of old.columns) {
    const named = columnOf(now, column.name);
    if (named !== undefined && stands(comparison, old, column, named, through)) {
      survivors.push(column.name);
      found.push(...compareColumn(comparison, old, column, named));
    } else if (through === "table") found.push(gone(comparison, old, now, column, named));
    else if (through === "view")
      found.push({
        rule: "view-column-dropped",
        verdict: "breaking",
        object: ofRelation(old, column.name),
        reason: `The view ${spoken(old)} no longer has the column ${column.name}.`,
      });
  }
  const added = now.columns.filter(({ name, id }) => {
    // One that is told as renamed, or that a view calls by its old name, is no new one.
    const renamed = old.columns.find((column) => column.id === id);
    const isTold =
      renamed !== undefined && (through === "behind a view" || !survivors.includes(renamed.name));
    return columnOf(old, name) === undefined && !isTold;
  });
  const required = through === "view" ? [] : added.filter(isRequired);
  for (const column of required)
    found.push({
      rule: "column-added-required",
      verdict: "breaking",
      object: ofRelation(old, column.name),
      reason: `${spoken(old)} has the column ${column.name} now, which must be given and has no default: inserts of old code fail.`,
    });
  if (added.length > 0 && added.length > required.length)
    found.push({
      rule: "columns-added",
      verdict: "compatible",
      object: ofRelation(old),
      reason: `${spoken(old)} has more columns: ${added.map(({ name }) => name).join(", ")}. SELECT * gives them too.`,
    });
  const order = now.columns.map(({ name }) => name).filter((name) => survivors.includes(name));
  const moved = order.join("\0") !== survivors.join("\0") || pushedBack(old, now, survivors);
  if (moved && through !== "behind a view" && survivors.length === old.columns.length)
    found.push({
      rule: "column-order-changed",
      verdict: "conditional",
      object: ofRelation(old),
      reason: `The columns of ${spoken(old)} stand in another order: INSERT without a column list and reads by position mix them up.`,
    });
  return found;
}

/** Whether a new column stands before one that old code knows. */
function pushedBack(old: Relation, now: Relation, survivors: readonly string[]): boolean {
  const leading = now.columns.slice(0, survivors.length).map(({ name }) => name);
  return survivors.length === old.columns.length && leading.some((name) => !survivors.includes(name));
}

/** Whether an insert must give it. */
export function isRequired(column: Column): boolean {
  return column.notNull && column.default === undefined && column.identity === undefined && !column.generated;
}

/** Whether what has the column's name now gives the same values. */
function stands(
  { ahead }: Comparison,
  old: Relation,
  column: Column,
  named: Column,
  through: "table" | "view" | "behind a view",
): boolean {
  if (named.id === column.id || through === "view" || old.kind === "view") return true;
  return ahead.copies.get(named.id)?.has(column.id) === true;
}

function gone(
  { ahead, after }: Comparison,
  old: Relation,
  now: Relation,
  column: Column,
  named: Column | undefined,
): ModelFinding {
  const object = ofRelation(old, column.name);
  const where = `${spoken(old)}.${column.name}`;
  const moved = now.columns.find(({ id }) => id === column.id);
  if (moved !== undefined && named !== undefined)
    return {
      rule: "column-renamed",
      verdict: "breaking",
      object,
      reason: `What is called ${where} now holds other values; the old ones are in ${moved.name}.`,
    };
  if (moved !== undefined)
    return {
      rule: "column-renamed",
      verdict: "breaking",
      object,
      reason: `${where} is called ${moved.name} now.`,
    };
  for (const relation of after.relations.all())
    for (const copy of relation.columns)
      if (!relation.temporary && ahead.copies.get(copy.id)?.has(column.id) === true)
        return {
          rule: "column-renamed",
          verdict: "breaking",
          object,
          reason: `${where} was dropped after its values were copied to ${spoken(relation)}.${copy.name}.`,
        };
  if (named !== undefined)
    return {
      rule: "column-recreated",
      verdict: "destructive",
      object,
      reason: `${where} was dropped and made anew without its values.`,
    };
  return {
    rule: "column-dropped",
    verdict: "destructive",
    object,
    reason: `${where} and its values are gone.`,
  };
}

function compareColumn(comparison: Comparison, old: Relation, column: Column, now: Column): ModelFinding[] {
  const object = ofRelation(old, column.name);
  const where = `${spoken(old)}.${column.name}`;
  const found: ModelFinding[] = [];
  const add = (rule: string, verdict: ModelFinding["verdict"], reason: string) =>
    found.push({ rule, verdict, object, reason });
  const type = compareType(comparison, column.type, now.type);
  if (type !== undefined) add(type.rule, type.verdict, `${where} ${type.reason}.`);
  const filled = now.default !== undefined || now.identity !== undefined || now.generated;
  const optional = !isRequired(column);
  if (now.notNull && !column.notNull && !column.assumed) {
    if (filled) add("not-null-set-with-default", "conditional", `${where} refuses an explicit NULL now.`);
    else add("not-null-set", "breaking", `${where} must be given now, and has no default.`);
  } else if (now.notNull && column.assumed && !filled)
    add("not-null-set", "breaking", `${where} must be given now.`);
  if (
    !now.notNull &&
    (column.notNull || comparison.ahead.journal.last(`column ${column.id}`, ["nullability"]) !== undefined)
  )
    if (column.notNull || column.assumed) add("not-null-dropped", "conditional", `${where} can be NULL now.`);
  const had = column.default !== undefined || column.identity !== undefined;
  const touched = comparison.ahead.journal.last(`column ${column.id}`, ["default"]) !== undefined;
  if (had && !filled) {
    if (now.notNull && column.notNull)
      add("default-dropped", "breaking", `${where} must be given now: its default is gone.`);
    else if (!now.notNull) add("default-changed", "conditional", `${where} has no default now.`);
  } else if (column.assumed && touched && !filled)
    add("default-dropped", "breaking", `${where} has no default now, and may be required.`);
  else if (had && now.default !== column.default && now.default !== undefined && optional)
    add("default-changed", "conditional", `${where} has another default.`);
  if (now.identity === "always" && column.identity !== "always" && (had || column.assumed))
    add("identity-always", "conditional", `${where} refuses values of its own now.`);
  else if (now.identity === "always" && column.identity !== "always")
    add(
      "identity-always-on-written",
      "breaking",
      `${where}, which old code gives, refuses values of its own now.`,
    );
  if (now.collation !== column.collation)
    add("collation-changed", "conditional", `${where} sorts and compares otherwise.`);
  if (now.generated && !column.generated)
    add("generated-column", "breaking", `${where} is computed now and can't be written.`);
  else if (!now.generated && column.generated)
    add("generation-changed", "conditional", `${where} is no longer computed.`);
  return found;
}
