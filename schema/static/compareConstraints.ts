import { isRequired } from "./compareColumns";
import type { Column, Relation, TableConstraint } from "./model";
import { type Comparison, type ModelFinding, ofRelation, spoken } from "./modelFinding";

interface Rule {
  id: number;
  name: string;
  kind: TableConstraint["kind"];
  definition: string;
  columns: readonly number[];
}

const words = {
  "primary key": "unique",
  unique: "unique",
  check: "check",
  "foreign key": "foreign-key",
  exclusion: "exclusion",
} as const;

/** Constraints and unique indexes: what refuses rows, and what ON CONFLICT needs. */
export function compareConstraints(comparison: Comparison, old: Relation, now: Relation): ModelFinding[] {
  const before = rulesOf(comparison.before, old);
  const after = rulesOf(comparison.after, now);
  const found: ModelFinding[] = [];
  const known = new Set(old.columns.map(({ id }) => id));
  for (const rule of after) {
    if (before.some((one) => alike(one, rule))) continue;
    // What only columns that old code leaves out are checked by holds for its rows, as long as NULL passes.
    const foreign = rule.columns.length > 0 && rule.columns.every((id) => !known.has(id));
    if (
      foreign &&
      old.id === now.id &&
      rule.kind !== "check" &&
      rule.kind !== "exclusion" &&
      allNullable(now, rule)
    )
      continue;
    found.push({
      rule: `${words[rule.kind]}-added`,
      verdict: refusesAll(old, now, rule) ? "breaking" : "conditional",
      object: { kind: "constraint", schema: old.schema, name: old.name, part: rule.name },
      reason: `${spoken(old)} refuses rows now that it took before: ${rule.name}.`,
    });
  }
  for (const rule of before) {
    const renamed = after.find((one) => one.id === rule.id && one.name !== rule.name);
    if (renamed !== undefined && !after.some(({ name }) => name === rule.name))
      found.push({
        rule: "constraint-renamed",
        verdict: "conditional",
        object: { kind: "constraint", schema: old.schema, name: old.name, part: rule.name },
        reason: `${rule.name} of ${spoken(old)} is called ${renamed.name} now: ON CONFLICT ON CONSTRAINT and code that reads its name in errors miss it.`,
      });
  }
  for (const rule of before)
    if (!after.some((one) => alike(one, rule)) && !columnsGone(now, rule, old))
      found.push({
        rule: `${words[rule.kind]}-dropped`,
        verdict: "conditional",
        object: { kind: "constraint", schema: old.schema, name: old.name, part: rule.name },
        reason: `${rule.name} is gone from ${spoken(old)}: ${
          words[rule.kind] === "unique"
            ? "ON CONFLICT on it fails, and there can be duplicates"
            : "there can be rows that old code never met"
        }.`,
      });
  found.push(...heldBack(comparison, old));
  const lost = comparison.ahead.journal.last(`relation ${old.id}`, ["constraint"]);
  if (old.assumed && lost !== undefined && found.length === 0)
    found.push({
      rule: "constraint-changed",
      verdict: "conditional",
      object: ofRelation(old),
      reason: `A constraint or index of ${spoken(old)} was changed, and what it was is not known.`,
    });
  return found;
}

/** Rows that the gap put into tables of its own can keep old code from deleting what they refer to. */
function heldBack({ before, after, ahead }: Comparison, old: Relation): ModelFinding[] {
  return after.linked(old.id).flatMap((other) =>
    before.relations.byId.has(other.id) || !ahead.filled.has(other.id)
      ? []
      : other.constraints
          .filter(({ target, definition }) => target === old.id && !/,"[cnd]"/.test(definition))
          .map(({ name }) => ({
            rule: "foreign-key-added",
            verdict: "breaking" as const,
            object: { kind: "constraint" as const, schema: other.schema, name: other.name, part: name },
            reason: `Rows of ${spoken(other)} keep old code from deleting the rows of ${spoken(old)} that they refer to.`,
          })),
  );
}

function rulesOf(schema: Comparison["before"], relation: Relation): Rule[] {
  const indexes = schema.indexes.of(relation.id).filter(({ unique }) => unique);
  return [
    ...relation.constraints,
    ...indexes.map(({ id, name, columns, definition }) => ({
      id,
      name,
      kind: "unique" as const,
      columns,
      definition,
    })),
  ];
}

function alike(one: Rule, other: Rule): boolean {
  if (one.definition === other.definition) return true;
  const unique = words[one.kind] === "unique" && words[other.kind] === "unique";
  return (
    unique &&
    one.columns.length > 0 &&
    String(one.columns) === String(other.columns) &&
    plain(one) &&
    plain(other)
  );
}

/** An index on expressions or part of the rows is not what ON CONFLICT names by columns. */
function plain({ definition }: Rule): boolean {
  return (
    !definition.includes('"deferrable"') &&
    !definition.includes('{"A_') &&
    !definition.includes('"BoolExpr"') &&
    !definition.includes('"NullTest"') &&
    !definition.includes('"FuncCall"')
  );
}

function columnsGone(now: Relation, rule: Rule, old: Relation): boolean {
  return old.id === now.id && rule.columns.some((id) => !now.columns.some((column) => column.id === id));
}

function allNullable(now: Relation, rule: Rule): boolean {
  return rule.columns.every((id) => now.columns.find((column) => column.id === id)?.default === undefined);
}

/** Whether even an insert that leaves out all that it may can be refused. */
function refusesAll(old: Relation, now: Relation, rule: Rule): boolean {
  const named = (name: string) => rule.definition.includes(`"sval":${JSON.stringify(name)}`);
  const left = (column: Column) => !isRequired(column) && column.identity === undefined;
  if (rule.kind === "check")
    return [...old.columns, ...now.columns].some(
      (column) =>
        named(column.name) &&
        left(column) &&
        (column.default !== undefined ||
          /IS_NOT_NULL|IS_NULL|IS_TRUE|"coalesce|CoalesceExpr/i.test(rule.definition)),
    );
  const own = now.columns.filter(({ id }) => rule.columns.includes(id));
  if (own.length === 0) return false;
  const constant = ({ default: value }: Column) =>
    value !== undefined && !/FuncCall|SQLValueFunction|nextval/.test(value);
  if (words[rule.kind] === "foreign-key") return own.every(constant);
  const empty = rule.definition.includes('"nulls not distinct"');
  return own.every((column) => constant(column) || (empty && left(column)));
}
