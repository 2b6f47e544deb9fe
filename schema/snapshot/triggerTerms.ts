import type { A_Expr, Node } from "libpg-query";
import { text, texts } from "../static/nodes";

/** What is known of a value while a trigger runs for a statement of old code. */
export type Term =
  | { is: "null" }
  | { is: "flag"; flag: boolean }
  | { is: "text"; text: string }
  /** What stood in a column of the row that is written, or of the row as it was, at the beginning. */
  | { is: "column"; column: string }
  | { is: "unknown" };

export const unknown: Term = { is: "unknown" };

const flag = (value: boolean): Term => ({ is: "flag", flag: value });

/** A row that is written, column by column, and by what. */
export interface RowTerms {
  /** Undefined where it can be any. */
  readonly event: "INSERT" | "UPDATE" | undefined;
  row: ReadonlyMap<string, Term>;
}

/** The columns of a trigger's table, as old code sees them. */
export interface SeenColumns {
  columns: ReadonlySet<string>;
  /** Those that it has and still means. */
  kept: ReadonlySet<string>;
  /** Those that it never names. */
  strange: ReadonlySet<string>;
  /** Of these, those that nothing fills. */
  blank: ReadonlySet<string>;
}

/**
 * The row as old code's statement leaves it to the trigger: columns that it never names are NULL in a new row and what
 * they were in a changed one.
 */
export function writtenByOldCode(
  event: "INSERT" | "UPDATE",
  { columns, kept, strange, blank }: SeenColumns,
): RowTerms["row"] {
  const term = (name: string): Term => {
    if (kept.has(name)) return { is: "column", column: `new.${name}` };
    if (event === "UPDATE") return strange.has(name) ? { is: "column", column: `old.${name}` } : unknown;
    return blank.has(name) ? { is: "null" } : unknown;
  };
  return new Map([...columns].map((name) => [name, term(name)]));
}

export function sameTerm(one: Term, other: Term): boolean {
  return one.is !== "unknown" && JSON.stringify(one) === JSON.stringify(other);
}

/** What holds whichever of two ways was gone. */
export function either(one: RowTerms["row"], other: RowTerms["row"]): RowTerms["row"] {
  return new Map(
    [...one].map(([name, term]) => [name, sameTerm(term, other.get(name) ?? unknown) ? term : unknown]),
  );
}

/** What an expression comes to, as far as that can be told. */
export function termOf(node: Node | undefined, known: RowTerms): Term {
  if (node === undefined) return unknown;
  if ("A_Const" in node) {
    const { isnull, sval, boolval } = node.A_Const;
    if (isnull === true) return { is: "null" };
    if (boolval !== undefined) return flag(boolval.boolval ?? false);
    return sval === undefined ? unknown : { is: "text", text: sval.sval ?? "" };
  }
  if ("ColumnRef" in node) return columnTerm(texts(node.ColumnRef.fields), known);
  if ("CoalesceExpr" in node) {
    const [first, ...others] = (node.CoalesceExpr.args ?? [])
      .map((argument) => termOf(argument, known))
      .filter(({ is }) => is !== "null");
    if (first === undefined) return { is: "null" };
    return isThere(first) || others.every((other) => sameTerm(first, other)) ? first : unknown;
  }
  if ("NullTest" in node) {
    const term = termOf(node.NullTest.arg, known);
    if (term.is !== "null" && !isThere(term)) return unknown;
    return flag((term.is === "null") === (node.NullTest.nulltesttype === "IS_NULL"));
  }
  if ("BoolExpr" in node) {
    const terms = (node.BoolExpr.args ?? []).map((argument) => termOf(argument, known));
    if (node.BoolExpr.boolop === "NOT_EXPR") return negated(terms[0] ?? unknown);
    const deciding = flag(node.BoolExpr.boolop === "OR_EXPR");
    if (terms.some((term) => sameTerm(term, deciding))) return deciding;
    return terms.every((term) => sameTerm(term, negated(deciding))) ? negated(deciding) : unknown;
  }
  if ("A_Expr" in node) return comparisonTerm(node.A_Expr, known);
  return unknown;
}

const isThere = ({ is }: Term) => is === "text" || is === "flag";

const negated = (term: Term): Term =>
  term.is === "flag" ? flag(!term.flag) : term.is === "null" ? term : unknown;

function columnTerm([first = "", second]: readonly string[], { event, row }: RowTerms): Term {
  if (second === undefined)
    return first === "tg_op" && event !== undefined ? { is: "text", text: event } : unknown;
  if (first === "new") return row.get(second) ?? unknown;
  return first === "old" && event === "UPDATE" ? { is: "column", column: `old.${second}` } : unknown;
}

function comparisonTerm({ kind, name, lexpr, rexpr }: A_Expr, known: RowTerms): Term {
  const [one, other] = [termOf(lexpr, known), termOf(rexpr, known)];
  const apart = isThere(one) && isThere(other) && !sameTerm(one, other);
  switch (kind) {
    case "AEXPR_DISTINCT":
    case "AEXPR_NOT_DISTINCT":
      if (!sameTerm(one, other) && !apart) return unknown;
      return flag(apart === (kind === "AEXPR_DISTINCT"));
    case "AEXPR_OP": {
      const operator = text(name?.[0]);
      if (one.is === "null" || other.is === "null") return { is: "null" };
      if (!isThere(one) || !isThere(other) || (operator !== "=" && operator !== "<>")) return unknown;
      return flag(apart === (operator === "<>"));
    }
    default:
      return unknown;
  }
}
