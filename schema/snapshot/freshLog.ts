import type { InsertStmt, Node } from "libpg-query";
import { only, texts } from "../static/nodes";
import type { Catalog } from "./catalog";
import { fillingOf, leftOut } from "./columnTypes";
import { isSafe, type Known } from "./safeExpression";
import type { ColumnFacts, RelationFacts } from "./snapshot";

/** What a trigger is on, as far as it matters to what it writes elsewhere. */
export interface Written {
  /** Columns of its table. */
  columns: readonly ColumnFacts[];
  /** Whether it runs for rows that have no row before, or none after. */
  inserts: boolean;
  deletes: boolean;
}

/**
 * Whether a trigger's INSERT can't fail: into a table that the gap made, of which old code knows nothing, with nothing
 * that forbids a row, and of values that its columns take whatever they are.
 */
export function isSafeInsert(
  { relation, cols, selectStmt, onConflictClause, withClause }: InsertStmt,
  table: RelationFacts | undefined,
  { known, written }: { known: Known; written: Written },
): boolean {
  const select = only(selectStmt, "SelectStmt");
  const rows = select?.valuesLists ?? [];
  if (relation === undefined || table === undefined || rows.length !== 1) return false;
  if (onConflictClause ?? withClause ?? select?.withClause) return false;
  const facts = known.catalog.columnsOf(table.oid);
  const names =
    cols === undefined
      ? facts.map(({ name }) => name)
      : cols.map((one) => only(one, "ResTarget")?.name ?? "");
  const values = only(rows[0], "List")?.items ?? [];
  if (values.length > names.length || (cols !== undefined && values.length < names.length)) return false;
  const given = new Map(values.map((value, place) => [names[place], value]));
  return (
    takesAll(table, known.catalog, new Set(given.keys())) &&
    facts.every((column) => {
      const value = given.get(column.name);
      const { notNull, filled } = fillingOf(column, known.catalog);
      if (value === undefined) return filled || !notNull;
      return isSafe(value, known) && fits(value, column, written) && (!notNull || isThere(value, written));
    })
  );
}

/** Whether nothing of a table forbids a row: only numbers that it gives itself must be unique. */
function takesAll(
  { oid, kind, rowSecurity }: RelationFacts,
  catalog: Catalog,
  given: ReadonlySet<string | undefined>,
): boolean {
  const columns = catalog.columnsOf(oid);
  const numbersItself = (number: number) => {
    const column = columns.find((one) => one.number === number);
    return (
      column !== undefined && !given.has(column.name) && leftOut(column, catalog) === "another each time"
    );
  };
  return (
    kind === "r" &&
    !rowSecurity &&
    catalog.constraintsOf(oid).length === 0 &&
    catalog.triggersOf(oid).length === 0 &&
    catalog.rewriteRulesOf(oid).length === 0 &&
    catalog.indexesOf(oid).every((index) => index.unique && index.columns.some(numbersItself)) &&
    columns.every(({ generated }) => generated === "")
  );
}

const moments = new Set(["now", "clock_timestamp", "statement_timestamp", "transaction_timestamp"]);

/** Whether a column takes a value of whatever kind the expression gives. */
function fits(value: Node, { typeText, typmod }: ColumnFacts, { columns }: Written): boolean {
  const isText = typeText === "text" || (typeText === "character varying" && typmod === -1);
  if (only(value, "A_Const") !== undefined) return true;
  const fields = texts(only(value, "ColumnRef")?.fields);
  const [first = "", second] = fields;
  if (second === undefined && first.startsWith("tg_")) return isText || typeText === "name";
  const own = columns.find(({ name }) => name === second);
  if (own !== undefined) return isText || own.typeText === typeText;
  const call = only(value, "FuncCall");
  const name = texts(call?.funcname).at(-1) ?? "";
  if (call !== undefined && moments.has(name)) return /^(timestamp|date)/.test(typeText);
  if (name === "to_jsonb") return typeText === "jsonb";
  if (name === "row_to_json" || name === "to_json") return typeText === "json" || typeText === "jsonb";
  const current = only(value, "SQLValueFunction")?.op ?? "";
  if (/^SVFOP_CURRENT_TIMESTAMP$/.test(current)) return /^(timestamp|date)/.test(typeText);
  return /USER|ROLE/.test(current) ? isText || typeText === "name" : false;
}

/** Whether a value is never NULL. */
function isThere(value: Node, { columns, inserts, deletes }: Written): boolean {
  const constant = only(value, "A_Const");
  if (constant !== undefined) return constant.isnull !== true;
  const [first = "", second] = texts(only(value, "ColumnRef")?.fields);
  if (second === undefined && first !== "")
    return /^tg_(op|name|when|level|table_name|table_schema)$/.test(first);
  if (second !== undefined) {
    const notNull = columns.find(({ name }) => name === second)?.notNull === true;
    return notNull && !(first === "new" ? deletes : inserts);
  }
  const name = texts(only(value, "FuncCall")?.funcname).at(-1) ?? "";
  return moments.has(name) || only(value, "SQLValueFunction") !== undefined;
}
