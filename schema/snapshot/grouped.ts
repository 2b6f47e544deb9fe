import type { Node } from "libpg-query";
import { only, texts } from "../static/nodes";
import { Unparsable, type Parser } from "../static/parser";

/**
 * Whether a query gives each combination of values in some of its columns but once, since it groups by these.
 * @param definition as pg_get_viewdef writes it
 * @param columns places of the columns among those that it selects, from 0
 */
export function groupsBy(definition: string, columns: readonly number[], parser: Parser): boolean {
  try {
    const select = only(parser.parse(definition).stmts?.[0]?.stmt, "SelectStmt");
    if (select === undefined || select.op !== "SETOP_NONE" || select.groupDistinct === true) return false;
    const selected = (select.targetList ?? []).map((one) => columnOf(only(one, "ResTarget")?.val));
    const grouped = (select.groupClause ?? []).map(columnOf);
    const own = new Set(columns.map((place) => selected[place]));
    return grouped.length > 0 && grouped.every((name) => name !== undefined && own.has(name));
  } catch (error) {
    if (error instanceof Unparsable) return false;
    throw error;
  }
}

function columnOf(node: Node | undefined): string | undefined {
  const fields = only(node, "ColumnRef")?.fields;
  const names = texts(fields);
  return fields !== undefined && names.length === fields.length ? names.join(".") : undefined;
}
