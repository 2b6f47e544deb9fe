import type { ColumnRef, Node, RangeVar, SelectStmt } from "libpg-query";
import { type ReadSet, type Relation, columnOf } from "./model";
import { only, referredColumn, relationName, walk } from "./nodes";
import type { Replay } from "./replay";

/** What a query reads and gives back, as far as the model knows. */
export interface Query {
  /** Names of the columns that it gives, in order. */
  columns: readonly OutputColumn[];
  reads: ReadSet;
  /** Whether every value of a column of the one relation in its FROM comes back; rows with a NULL there may not. */
  whole(column: number): boolean;
}

interface OutputColumn {
  name: string;
  /** The column that it hands through unchanged. */
  source: number | undefined;
}

/** Reads a SELECT. A star is the columns that the model knows at this moment, as PostgreSQL expands it. */
export function readQuery(replay: Replay, select: SelectStmt): Query {
  const relations = relationsIn(replay, select);
  const leading = select.larg === undefined ? select : leftmost(select);
  const sources = (leading.fromClause ?? []).flatMap((node) => fromItems(replay, node));
  const columns = (leading.targetList ?? []).flatMap((node) => outputColumns(node, sources));
  const read = new Set<number>();
  walk(select, (kind, body) => {
    if (kind !== "ColumnRef") return;
    const { column, relation: qualifier } = referredColumn(body as ColumnRef);
    for (const relation of relations) {
      if (qualifier !== undefined && !mayMean(sources, relation, qualifier)) continue;
      for (const own of relation.columns) if (column === undefined || own.name === column) read.add(own.id);
    }
  });
  const simple = isSimple(select) && sources.length === 1 ? sources[0]?.relation : undefined;
  const tests = nullTests(select.whereClause);
  return {
    columns,
    reads: {
      relations: new Set(relations.map(({ id }) => id)),
      columns: read,
      base:
        simple === undefined
          ? undefined
          : {
              relation: simple.id,
              filtered: select.whereClause !== undefined,
              columns: new Map(
                columns.flatMap(({ name, source }) =>
                  source === undefined ? [] : [[name, source] as const],
                ),
              ),
            },
    },
    whole: (column) =>
      simple !== undefined &&
      tests?.isNull.length === 0 &&
      tests.isNotNull.every((name) => {
        const tested = columnOf(simple, name);
        return tested?.id === column || tested?.notNull === true;
      }),
  };
}

interface Source {
  alias: string;
  relation: Relation;
}

function leftmost(select: SelectStmt): SelectStmt {
  let left = select;
  while (left.larg !== undefined) left = left.larg;
  return left;
}

function isSimple(select: SelectStmt): boolean {
  return (
    select.larg === undefined &&
    select.distinctClause === undefined &&
    select.groupClause === undefined &&
    select.havingClause === undefined &&
    select.limitCount === undefined &&
    select.limitOffset === undefined &&
    select.withClause === undefined &&
    select.valuesLists === undefined
  );
}

/** The columns that a condition asks to be NULL, or not; undefined where it asks anything else. */
export interface NullTests {
  isNull: readonly string[];
  isNotNull: readonly string[];
}

export function nullTests(condition: Node | undefined): NullTests | undefined {
  if (condition === undefined) return { isNull: [], isNotNull: [] };
  const all = only(condition, "BoolExpr");
  if (all !== undefined) {
    const parts = all.boolop === "AND_EXPR" ? (all.args ?? []).map(nullTests) : [undefined];
    return parts.includes(undefined)
      ? undefined
      : {
          isNull: parts.flatMap((one) => one?.isNull ?? []),
          isNotNull: parts.flatMap((one) => one?.isNotNull ?? []),
        };
  }
  const test = only(condition, "NullTest");
  const reference = only(test?.arg, "ColumnRef");
  const column = reference === undefined ? undefined : referredColumn(reference).column;
  if (column === undefined) return undefined;
  return test?.nulltesttype === "IS_NOT_NULL"
    ? { isNull: [], isNotNull: [column] }
    : { isNull: [column], isNotNull: [] };
}

export function relationsIn(replay: Replay, tree: unknown): Relation[] {
  const local = new Set<string>();
  const found = new Map<number, Relation>();
  walk(tree, (kind, body) => {
    if (kind === "CommonTableExpr") local.add((body as { ctename?: string }).ctename ?? "");
  });
  walk({ tree }, (kind, body) => {
    if (kind !== "RangeVar") return;
    const variable = body as RangeVar;
    if (variable.schemaname === undefined && local.has(variable.relname ?? "")) return;
    const relation = replay.find(relationName(variable));
    if (relation !== undefined) found.set(relation.id, relation);
  });
  return [...found.values()];
}

function fromItems(replay: Replay, node: Node): Source[] {
  const variable = only(node, "RangeVar");
  if (variable !== undefined) {
    const relation = replay.find(relationName(variable));
    return relation === undefined
      ? []
      : [{ alias: variable.alias?.aliasname ?? variable.relname ?? "", relation }];
  }
  const join = only(node, "JoinExpr");
  if (join?.larg !== undefined && join.rarg !== undefined)
    return [...fromItems(replay, join.larg), ...fromItems(replay, join.rarg)];
  return [];
}

function mayMean(sources: readonly Source[], relation: Relation, qualifier: string): boolean {
  const named = sources.filter(({ alias }) => alias === qualifier);
  return named.length === 0 || named.some((source) => source.relation === relation);
}

function outputColumns(node: Node, sources: readonly Source[]): OutputColumn[] {
  const target = only(node, "ResTarget");
  const reference = only(target?.val, "ColumnRef");
  if (reference === undefined) return [{ name: target?.name ?? impliedName(target?.val), source: undefined }];
  const { column, relation: qualifier } = referredColumn(reference);
  const meant = sources.filter(({ alias }) => qualifier === undefined || alias === qualifier);
  if (column === undefined)
    return meant.flatMap(({ relation }) => relation.columns.map(({ id, name }) => ({ name, source: id })));
  const source = meant.flatMap(({ relation }) => columnOf(relation, column) ?? [])[0];
  return [{ name: target?.name ?? column, source: source?.id }];
}

function impliedName(expression: Node | undefined): string {
  const call = only(expression, "FuncCall");
  const last = only(call?.funcname?.at(-1), "String")?.sval;
  if (last !== undefined) return last;
  const cast = only(expression, "TypeCast");
  if (cast !== undefined) {
    const inner = impliedName(cast.arg);
    return inner === "?column?" ? (only(cast.typeName?.names?.at(-1), "String")?.sval ?? inner) : inner;
  }
  const reference = only(expression, "ColumnRef");
  if (reference !== undefined) return referredColumn(reference).column ?? "?column?";
  if (only(expression, "CoalesceExpr") !== undefined) return "coalesce";
  if (only(expression, "CaseExpr") !== undefined) return "case";
  return "?column?";
}
