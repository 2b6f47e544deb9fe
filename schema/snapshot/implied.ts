import type { A_Expr, Node } from "libpg-query";
import { only, text, texts } from "../static/nodes";
import { Unparsable, type Parser } from "../static/parser";

/** What conditions of the old schema let into one column; a NULL passes all of them. */
interface Allowed {
  values?: ReadonlySet<string>;
  least?: Bound;
  most?: Bound;
}

interface Bound {
  value: number;
  /** Whether the value itself is let in. */
  itself: boolean;
}

type Part = { column: string } & ({ is: "allowed"; allowed: Allowed } | { is: "not null" });

/**
 * Whether a new CHECK forbids nothing that the old ones let through.
 * @param definition as pg_get_constraintdef writes it, like those of `olds`
 * @param required columns that can't be NULL anyway
 */
export function isImplied(
  definition: string,
  olds: readonly string[],
  required: ReadonlySet<string>,
  parser: Parser,
): boolean {
  const wanted = partsOf(definition, parser);
  if (wanted === undefined) return false;
  const known = olds.flatMap((old) => partsOf(old, parser, true) ?? []);
  return wanted.every((part) => {
    if (part.is === "not null") return required.has(part.column);
    return known.some(
      (old) => old.is === "allowed" && old.column === part.column && isWithin(old.allowed, part.allowed),
    );
  });
}

/** All values that the old CHECKs let into a column, where they count them up. */
export function valuesAllowed(
  column: string,
  olds: readonly string[],
  parser: Parser,
): ReadonlySet<string> | undefined {
  for (const part of olds.flatMap((old) => partsOf(old, parser, true) ?? []))
    if (part.is === "allowed" && part.column === column && part.allowed.values !== undefined)
      return part.allowed.values;
  return undefined;
}

function isWithin(old: Allowed, wanted: Allowed): boolean {
  if (wanted.values !== undefined)
    return old.values !== undefined && [...old.values].every((value) => wanted.values?.has(value));
  const holds = (one: Bound | undefined, other: Bound | undefined, sign: 1 | -1) =>
    other === undefined ||
    (one !== undefined &&
      (sign * (one.value - other.value) > 0 || (one.value === other.value && (other.itself || !one.itself))));
  return holds(old.least, wanted.least, 1) && holds(old.most, wanted.most, -1);
}

/**
 * The conditions that a CHECK joins by AND.
 * @param some whether those that are not understood are left out; else nothing is said of the whole
 */
function partsOf(definition: string, parser: Parser, some = false): Part[] | undefined {
  const [, condition] = /^CHECK \(([\s\S]*)\)( NOT VALID)?$/.exec(definition) ?? [];
  if (condition === undefined) return undefined;
  try {
    const select = only(parser.parse(`SELECT ${condition}`).stmts?.[0]?.stmt, "SelectStmt");
    const parts = conjuncts(only(select?.targetList?.[0], "ResTarget")?.val).map(partOf);
    const understood = parts.filter((part) => part !== undefined);
    return some || understood.length === parts.length ? understood : undefined;
  } catch (error) {
    if (error instanceof Unparsable) return undefined;
    throw error;
  }
}

function conjuncts(node: Node | undefined): (Node | undefined)[] {
  const all = only(node, "BoolExpr");
  return all?.boolop === "AND_EXPR" ? (all.args ?? []).flatMap(conjuncts) : [node];
}

function partOf(node: Node | undefined): Part | undefined {
  const test = only(node, "NullTest");
  if (test !== undefined) {
    const column = columnOf(test.arg);
    return test.nulltesttype === "IS_NOT_NULL" && column !== undefined
      ? { column, is: "not null" }
      : undefined;
  }
  const comparison = only(node, "A_Expr");
  const column = columnOf(comparison?.lexpr);
  const allowed = comparison && allowedBy(comparison);
  return column === undefined || allowed === undefined ? undefined : { column, is: "allowed", allowed };
}

function allowedBy({ kind, name, rexpr }: A_Expr): Allowed | undefined {
  const operator = text(name?.[0]);
  if (kind === "AEXPR_OP_ANY" && operator === "=") {
    const values = (only(bare(rexpr), "A_ArrayExpr")?.elements ?? []).map(constantOf);
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 || known.length < values.length ? undefined : { values: new Set(known) };
  }
  const value = constantOf(rexpr);
  if (kind !== "AEXPR_OP" || value === undefined) return undefined;
  if (operator === "=") return { values: new Set([value]) };
  // Texts are compared in an order of their own.
  if (!isNumber(rexpr) || Number.isNaN(Number(value))) return undefined;
  const bound = { value: Number(value), itself: operator === ">=" || operator === "<=" };
  if (operator === ">" || operator === ">=") return { least: bound };
  return operator === "<" || operator === "<=" ? { most: bound } : undefined;
}

const columnOf = (node: Node | undefined) => {
  const fields = only(bare(node), "ColumnRef")?.fields;
  return fields?.length === 1 ? texts(fields)[0] : undefined;
};

/** Without the casts that PostgreSQL writes round columns and constants of a text's or a number's type. */
function bare(node: Node | undefined): Node | undefined {
  const cast = only(node, "TypeCast");
  const type = texts(cast?.typeName?.names).at(-1) ?? "";
  return cast !== undefined && plainTypes.has(type) && cast.typeName?.typmods === undefined
    ? bare(cast.arg)
    : node;
}

const numbers = new Set(["int2", "int4", "int8", "numeric"]);
const plainTypes = new Set([...numbers, "text", "varchar"]);

function constantOf(node: Node | undefined): string | undefined {
  const constant = only(bare(node), "A_Const");
  if (constant?.sval !== undefined) return constant.sval.sval ?? "";
  if (constant?.ival !== undefined) return String(constant.ival.ival ?? 0);
  return constant?.fval?.fval;
}

/** Whether a constant is a number, or a text that is cast to one. */
function isNumber(node: Node | undefined): boolean {
  const constant = only(bare(node), "A_Const");
  const cast = only(node, "TypeCast");
  return constant?.sval === undefined || numbers.has(texts(cast?.typeName?.names).at(-1) ?? "");
}
