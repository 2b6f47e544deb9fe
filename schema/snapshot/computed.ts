import type { Node } from "libpg-query";
import { only, texts, walk } from "../static/nodes";
import { Unparsable } from "../static/parser";
import type { Sides } from "./catalog";
import { tableAfter } from "./constraints";
import type { RelationPair } from "./relations";
import { isSafe } from "./safeExpression";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { partName, short, written } from "./words";

/** Columns and indexes that the gap lets PostgreSQL work out of what old code writes, and that can fail over it. */
export function compareComputed(pair: RelationPair, sides: Sides): StructuralFinding[] {
  const table = tableAfter(pair);
  if (table === undefined || sides.parser === undefined) return [];
  const name = written(pair.before);
  const context: Context = { pair, sides, table: table.oid };
  const olds = new Map(
    sides.before.columnsOf(pair.before.oid).map(({ number, expression }) => [number, expression]),
  );
  const columns = sides.after
    .columnsOf(table.oid)
    .filter(
      ({ generated, expression, number }) =>
        generated === "s" && (pair.before.oid !== table.oid || olds.get(number) !== expression),
    )
    .filter(({ expression }) => canFail(`SELECT ${expression ?? ""}`, context))
    .map((column) =>
      structuralFinding(
        "computed-can-fail",
        partName("column", pair.before, column.name),
        `${written(pair.before, column.name)} is worked out as ${short(column.expression ?? "")}; where that fails for what release code writes, its statement gets an error.`,
      ),
    );
  const known = new Set(sides.before.indexesOf(pair.before.oid).map(({ oid }) => oid));
  const indexes = sides.after
    .indexesOf(table.oid)
    .filter(({ oid, columns: keys, predicate, inherited }) => {
      return !known.has(oid) && !inherited && (keys.includes(0) || predicate !== null);
    })
    .filter(({ definition }) => canFail(definition, context))
    .map((index) =>
      structuralFinding(
        "computed-can-fail",
        partName("index", pair.before, index.name),
        `${index.name} of ${name} is worked out as ${short(index.definition.replace(/^.*? USING /, ""))}; where that fails for what release code writes, its statement gets an error.`,
      ),
    );
  return [...columns, ...indexes];
}

interface Context {
  pair: RelationPair;
  sides: Sides;
  table: number;
}

/** Whether an expression reads a column that old code writes, and need not have a value for each that it can write. */
function canFail(statement: string, { pair, sides, table }: Context): boolean {
  const { parser, before, after } = sides;
  if (parser === undefined) return false;
  const olds = new Set(before.columnsOf(pair.before.oid).map(({ name }) => name));
  const types = new Map(after.columnsOf(table).map(({ name, typeText }) => [name, typeText]));
  try {
    const expressions = expressionsIn(parser.parse(statement).stmts?.[0]?.stmt);
    const known = { columns: new Set(types.keys()), types, catalog: after, parser };
    return expressions.some((expression) => reads(expression, olds) && !isSafe(expression, known));
  } catch (error) {
    if (error instanceof Unparsable) return true;
    throw error;
  }
}

function expressionsIn(statement: Node | undefined): (Node | undefined)[] {
  const index = only(statement, "IndexStmt");
  if (index === undefined)
    return (only(statement, "SelectStmt")?.targetList ?? []).map((one) => only(one, "ResTarget")?.val);
  return [
    ...(index.indexParams ?? []).map((one) => only(one, "IndexElem")?.expr),
    ...(index.whereClause === undefined ? [] : [index.whereClause]),
  ];
}

function reads(expression: Node | undefined, columns: ReadonlySet<string>): boolean {
  let found = false;
  walk(expression, (kind, body) => {
    if (kind !== "ColumnRef") return;
    found ||= columns.has(texts((body as { fields?: Node[] }).fields).at(-1) ?? "");
  });
  return found;
}
