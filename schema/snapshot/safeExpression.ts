import type { A_Expr, FuncCall, Node } from "libpg-query";
import { integer, only, text, texts, walk } from "../static/nodes";
import type { Parser } from "../static/parser";
import type { Catalog } from "./catalog";

/** What an expression may name. */
export interface Known {
  /** Columns of the row that it is about. */
  columns: ReadonlySet<string>;
  /** Their types, where it names them alone, as a computed column does, and not as NEW and OLD have them. */
  types?: ReadonlyMap<string, string>;
  /** Functions and operators of migrations, which can be meant by any name of PostgreSQL's own. */
  catalog: Catalog;
  parser: Parser;
}

/** Functions that fail for no argument of a type that they take. */
const safeCalls = new Set(
  (
    "lower upper initcap btrim ltrim rtrim concat concat_ws length char_length character_length replace left right " +
    "md5 now clock_timestamp statement_timestamp transaction_timestamp round floor ceil ceiling gen_random_uuid to_jsonb to_json row_to_json " +
    "to_tsvector setweight strip reverse sign octet_length bit_length cardinality array_length jsonb_typeof json_typeof " +
    "isempty strpos starts_with date_trunc date_part extract timezone"
  ).split(" "),
);

/** Functions that fail for some arguments, by the places, from 0, of those that must be numbers past the one given. */
const withNumbers: Partial<Record<string, { places: readonly number[]; least: number }>> = {
  substring: { places: [1, 2], least: 0 },
  substr: { places: [1, 2], least: 0 },
  split_part: { places: [2], least: 1 },
};

/** Functions whose first argument must be a constant: of some texts they make nothing. */
const withConstant = new Set(["date_trunc", "date_part", "extract", "timezone"]);

const comparisons = new Set(["=", "<>", "!=", "<", ">", "<=", ">=", "||", "+", "-", "*"]);

/** What fails for no value on the left where that on the right is a constant. */
const withConstants = new Set([
  "~",
  "~*",
  "!~",
  "!~*",
  "~~",
  "~~*",
  "!~~",
  "!~~*",
  "->",
  "->>",
  "#>",
  "#>>",
  "@>",
  "?",
]);

const numbers = new Set(["int2", "int4", "int8", "numeric", "float4", "float8"]);
const days = new Set(["date", "timestamp", "timestamptz"]);

/** Whether a value can be had of every row: no query, no function that can refuse, no division by what can be 0. */
export function isSafe(node: Node | undefined, known: Known): boolean {
  const all = (nodes: readonly (Node | undefined)[] | undefined) =>
    (nodes ?? []).every((one) => isSafe(one, known));
  if (node === undefined) return true;
  if ("A_Const" in node || "SQLValueFunction" in node) return true;
  if ("ColumnRef" in node) return isOfRow(texts(node.ColumnRef.fields), node.ColumnRef.fields?.length, known);
  if ("BoolExpr" in node) return all(node.BoolExpr.args);
  if ("NullTest" in node) return isSafe(node.NullTest.arg, known);
  if ("BooleanTest" in node) return isSafe(node.BooleanTest.arg, known);
  if ("CoalesceExpr" in node) return all(node.CoalesceExpr.args);
  if ("MinMaxExpr" in node) return all(node.MinMaxExpr.args);
  if ("CaseExpr" in node)
    return all([node.CaseExpr.arg, ...(node.CaseExpr.args ?? []), node.CaseExpr.defresult]);
  if ("CaseWhen" in node) return all([node.CaseWhen.expr, node.CaseWhen.result]);
  if ("List" in node) return all(node.List.items);
  if ("A_ArrayExpr" in node) return all(node.A_ArrayExpr.elements);
  if ("CollateClause" in node) return isSafe(node.CollateClause.arg, known);
  if ("TypeCast" in node) {
    // Everything can be written as text; what else a constant can be cast to is the same in every row.
    const { names, arrayBounds, typmods } = node.TypeCast.typeName ?? {};
    const name = texts(names).at(-1) ?? "";
    const plain =
      arrayBounds === undefined &&
      typmods === undefined &&
      (name === "text" || isOfItsKind(node.TypeCast.arg, name, known));
    return only(node.TypeCast.arg, "A_Const") !== undefined || (plain && isSafe(node.TypeCast.arg, known));
  }
  if ("A_Expr" in node) return isSafeOperation(node.A_Expr, known);
  if ("FuncCall" in node) return isSafeCall(node.FuncCall, known);
  return false;
}

/** Whether something of numbers alone becomes a number, or a day a moment: that it may be too large, trials see. */
function isOfItsKind(node: Node | undefined, type: string, { types }: Known): boolean {
  const from: string[] = [];
  walk({ node }, (kind, body) => {
    if (kind === "ColumnRef")
      from.push(types?.get(texts((body as { fields?: Node[] }).fields).at(-1) ?? "") ?? "");
  });
  const all = (pattern: RegExp) => from.length > 0 && from.every((one) => pattern.test(one));
  if (numbers.has(type)) return all(/^(smallint|integer|bigint|numeric|real|double)/);
  return days.has(type) && only(node, "ColumnRef") !== undefined && all(/^(date|timestamp)/);
}

function isOfRow(names: readonly string[], parts: number | undefined, { columns, types }: Known): boolean {
  const [first = "", second] = names;
  if (names.length !== parts) return false;
  if (types !== undefined) return columns.has(names.at(-1) ?? "");
  if (second === undefined)
    return /^(new|old|tg_op|tg_name|tg_table_name|tg_table_schema|tg_when)$/.test(first);
  return names.length === 2 && /^(new|old)$/.test(first) && columns.has(second);
}

function isSafeOperation({ kind, name, lexpr, rexpr }: A_Expr, known: Known): boolean {
  const operator = texts(name).at(-1) ?? "";
  if (known.catalog.facts.operators.some((own) => own.name === operator)) return false;
  if (!isSafe(lexpr, known) || !isSafe(rexpr, known)) return false;
  switch (kind) {
    case "AEXPR_OP":
      if (comparisons.has(operator)) return true;
      if (operator === "/" || operator === "%") return isNumberNotZero(rexpr);
      return withConstants.has(operator) && isConstant(rexpr);
    case "AEXPR_OP_ANY":
    case "AEXPR_OP_ALL":
      return comparisons.has(operator);
    case "AEXPR_LIKE":
    case "AEXPR_ILIKE":
      return isConstant(rexpr);
    case "AEXPR_IN":
    case "AEXPR_DISTINCT":
    case "AEXPR_NOT_DISTINCT":
    case "AEXPR_NULLIF":
    case "AEXPR_BETWEEN":
    case "AEXPR_NOT_BETWEEN":
      return true;
    default:
      return false;
  }
}

function isConstant(node: Node | undefined): boolean {
  const cast = only(node, "TypeCast");
  return only(cast === undefined ? node : cast.arg, "A_Const") !== undefined;
}

function isNumberNotZero(node: Node | undefined): boolean {
  const fraction = only(node, "A_Const")?.fval?.fval;
  return (integer(node) ?? 0) !== 0 || (fraction !== undefined && Number(fraction) !== 0);
}

function isSafeCall(
  { funcname, args = [], over, agg_filter, agg_order, func_variadic }: FuncCall,
  known: Known,
): boolean {
  const parts = texts(funcname);
  const name = parts.at(-1) ?? "";
  const builtIn = parts.length === 1 || parts.at(-2) === "pg_catalog";
  if (!builtIn || known.catalog.facts.routines.some((own) => own.name === name)) return false;
  if (over !== undefined || agg_filter !== undefined || agg_order !== undefined || func_variadic === true)
    return false;
  if (!args.every((argument) => isSafe(argument, known))) return false;
  const numbers = withNumbers[name];
  if (numbers !== undefined)
    return args.every((argument, place) => {
      const number = integer(argument);
      return !numbers.places.includes(place) || (number !== undefined && number >= numbers.least);
    });
  if (withConstant.has(name) && !isConstant(args[0])) return false;
  // A key must not be NULL.
  if (name === "jsonb_build_object")
    return args.every(
      (argument, place) => place % 2 === 1 || text(argument) !== undefined || isConstant(argument),
    );
  return safeCalls.has(name);
}
