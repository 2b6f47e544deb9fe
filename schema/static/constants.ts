import type { Node } from "libpg-query";
import { only, texts } from "./nodes";
import { type Parser, Unparsable } from "./parser";

/** The text that a PL/pgSQL expression always is: literals, joined by `||` or put together by `format`. */
export function constantText(parser: Parser, expression: string): string | undefined {
  try {
    const [statement] = parser.parse(`SELECT ${expression}`).stmts ?? [];
    const [target] = only(statement?.stmt, "SelectStmt")?.targetList ?? [];
    return valueOf(only(target, "ResTarget")?.val);
  } catch (error) {
    if (error instanceof Unparsable) return undefined;
    throw error;
  }
}

/** The literals of an expression whose whole is not known, in their order. */
export function literalsIn(expression: string): string {
  return [...expression.matchAll(/'((?:[^']|'')*)'/g)].map(([, text]) => text).join(" ");
}

function valueOf(node: Node | undefined): string | undefined {
  const constant = only(node, "A_Const");
  if (constant !== undefined) {
    if (constant.sval !== undefined) return constant.sval.sval ?? "";
    return constant.ival === undefined ? undefined : String(constant.ival.ival ?? 0);
  }
  const cast = only(node, "TypeCast");
  if (cast !== undefined) return valueOf(cast.arg);
  const operation = only(node, "A_Expr");
  if (operation !== undefined) {
    if (texts(operation.name).at(-1) !== "||") return undefined;
    const left = valueOf(operation.lexpr);
    const right = valueOf(operation.rexpr);
    return left === undefined || right === undefined ? undefined : left + right;
  }
  const call = only(node, "FuncCall");
  // Which database it is makes no difference to what the statement means.
  if (texts(call?.funcname).at(-1) === "current_database") return "current_database";
  const args = call?.args?.map(valueOf);
  const [first] = args ?? [];
  if (args === undefined || first === undefined || args.includes(undefined)) return undefined;
  switch (texts(call?.funcname).at(-1)) {
    case "format":
      return formatted(first, args.slice(1) as string[]);
    case "quote_ident":
      return identifier(first);
    case "quote_literal":
      return quoted(first);
    case "concat":
      return (args as string[]).join("");
    default:
      return undefined;
  }
}

function formatted(template: string, values: readonly string[]): string | undefined {
  let next = 0;
  let known = true;
  const text = template.replace(
    /%(%|[-\d$]*([sIL]))/g,
    (place: string, all: string, kind: string | undefined) => {
      if (all === "%") return "%";
      const value = values[next];
      next += 1;
      if (value === undefined || place.length > 2) known = false;
      return kind === "I" ? identifier(value ?? "") : kind === "L" ? quoted(value ?? "") : (value ?? "");
    },
  );
  return known ? text : undefined;
}

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;
const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;
