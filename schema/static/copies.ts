import type { InsertStmt, Node, RangeVar, SelectStmt } from "libpg-query";
import type { ObjectName } from "../objectName";
import { fit } from "./conversions";
import { type Column, type Relation, type Schema, columnOf } from "./model";
import { only, referredColumn, relationName } from "./nodes";
import { readQuery } from "./queries";
import type { Ahead, Effect, Replay } from "./replay";

/** Remembers that a column holds every value of others; of those that have changed already, not as old code left them. */
export function addCopies(ahead: Ahead, copy: number, sources: Iterable<number>): void {
  const known = ahead.copies.get(copy) ?? new Set();
  for (const source of sources) {
    known.add(source);
    if (!ahead.altered.has(source)) ahead.faithful.add(pair(copy, source));
  }
  ahead.copies.set(copy, known);
}

const pair = (copy: number, source: number) => `${copy} ${source}`;

/** Marks what an INSERT … SELECT copies whole, and what one moves that takes the rows that it deletes. */
export function insertCopies(replay: Replay, relation: Relation, statement: InsertStmt): void {
  const select = only(statement.selectStmt, "SelectStmt");
  // What a trigger, a rule or a conflict makes of the rows is not known here.
  const through =
    relation.triggers.some(({ enabled, events }) => enabled && events.includes("insert")) ||
    relation.rules.size > 0 ||
    statement.onConflictClause !== undefined;
  if (select === undefined || select.valuesLists !== undefined || through || replay.ahead === undefined)
    return;
  const names =
    statement.cols === undefined
      ? relation.columns.map(({ name }) => name)
      : statement.cols.map((node) => only(node, "ResTarget")?.name ?? "");
  if (statement.withClause !== undefined) return insertDeleted(replay, relation, names, statement, select);
  const query = readQuery(replay, select);
  for (const [index, { source }] of query.columns.entries()) {
    const column = columnOf(relation, names[index] ?? "");
    if (source === undefined || column === undefined || !query.whole(source)) continue;
    const from = [...query.reads.relations]
      .flatMap((id) => replay.schema.relations.byId.get(id)?.columns ?? [])
      .find(({ id }) => id === source);
    if (from !== undefined && column.id !== source && holds(column, from))
      addCopies(replay.ahead, column.id, [source, ...(replay.ahead.copies.get(source) ?? [])]);
  }
}

const holds = (column: Column, from: Column) => fit(from.type, column.type, false) !== "lossy";

/** `WITH gone AS (DELETE … RETURNING …) INSERT INTO … SELECT … FROM gone`: the rows that go are the rows that come. */
function insertDeleted(
  replay: Replay,
  relation: Relation,
  names: readonly string[],
  { withClause }: InsertStmt,
  select: SelectStmt,
): void {
  const [source] = select.fromClause ?? [];
  const from = only(source, "RangeVar");
  const clause = (withClause?.ctes ?? [])
    .flatMap((node) => only(node, "CommonTableExpr") ?? [])
    .find(({ ctename }) => from?.schemaname === undefined && ctename === from?.relname);
  const deletion = only(clause?.ctequery, "DeleteStmt");
  const alone = (withClause?.ctes ?? []).length === 1 && (select.fromClause ?? []).length === 1;
  if (deletion === undefined || from === undefined || !alone || !handsOn(select)) return;
  const table = replay.find(relationName(deletion.relation));
  const effect = replay.ahead?.effects.findLast(
    (one) => one.statement === replay.statement && one.relation === table?.id && one.rule === "rows-deleted",
  );
  if (table === undefined || effect === undefined || replay.ahead === undefined) return;
  const returned = listed(deletion.returningClause?.exprs, table.columns, deletion.relation);
  const given = returned && listed(select.targetList, returned, from);
  if (given === undefined) return;
  const tokens: number[] = [];
  for (const column of table.columns) {
    const target = columnOf(relation, names[given.indexOf(column)] ?? "");
    if (target === undefined || !holds(target, column)) return;
    const token = newToken();
    tokens.push(token);
    replay.ahead.copies.set(target.id, (replay.ahead.copies.get(target.id) ?? new Set()).add(token));
  }
  effect.moved = tokens;
}

let lastToken = 0;
/** Stands for values that no column's identity can stand for, since they are a part of a column's alone. */
const newToken = () => (lastToken -= 1);

const handsOn = ({
  whereClause,
  distinctClause,
  groupClause,
  havingClause,
  limitCount,
  limitOffset,
  larg,
}: SelectStmt) =>
  [whereClause, distinctClause, groupClause, havingClause, limitCount, limitOffset, larg].every(
    (part) => part === undefined,
  );

/** The columns that a list names, as they are; undefined where it names anything else. */
function listed(
  list: readonly Node[] | undefined,
  columns: readonly Column[],
  variable: RangeVar | undefined,
): Column[] | undefined {
  const found: Column[] = [];
  for (const node of list ?? []) {
    const target = only(node, "ResTarget");
    const reference = only(target?.val, "ColumnRef");
    if (reference === undefined || (target?.name !== undefined && target.indirection !== undefined))
      return undefined;
    const { column: name, relation } = referredColumn(reference);
    if (relation !== undefined && relation !== (variable?.alias?.aliasname ?? variable?.relname))
      return undefined;
    if (name === undefined) found.push(...columns);
    else {
      const column = columns.find((one) => one.name === name);
      // Under another name the next list could mean another column by it.
      if (column === undefined || (target?.name !== undefined && target.name !== name)) return undefined;
      found.push(column);
    }
  }
  return found;
}

/** Where all that an effect took from old code can still be read; undefined where something is nowhere. */
export function refuge(effect: Effect, before: Schema, after: Schema, ahead: Ahead): ObjectName | undefined {
  const { rule, relation, column, moved, alone } = effect;
  const old = before.relations.byId.get(relation);
  if (old === undefined || !alone) return undefined;
  const homes = [...after.relations.all()].filter(({ kind, temporary }) => kind === "table" && !temporary);
  if (rule === "rows-changed") {
    if (column === undefined) return undefined;
    for (const home of homes) {
      const copy = home.columns.find(({ id }) => isFaithful(ahead, id, column));
      if (copy !== undefined && (home.id === relation || holdsKey(home, old, ahead)))
        return { kind: "column", schema: home.schema, name: home.name, part: copy.name };
    }
    return undefined;
  }
  if (rule !== "rows-deleted" && rule !== "table-truncated") return undefined;
  const home = homes.find((one) => {
    if (one.id === relation) return false;
    const own = (wanted: number) => one.columns.some(({ id }) => ahead.copies.get(id)?.has(wanted) === true);
    if (moved !== undefined) return moved.every(own);
    return (
      old.columns.length > 0 &&
      old.columns.every(({ id }) => one.columns.some((copy) => isFaithful(ahead, copy.id, id)))
    );
  });
  return home && { kind: "relation", schema: home.schema, name: home.name };
}

const isFaithful = ({ copies, faithful }: Ahead, copy: number, source: number) =>
  copies.get(copy)?.has(source) === true && faithful.has(pair(copy, source));

/** Whether another table tells which row of the old one a value belongs to. */
function holdsKey(home: Relation, { constraints }: Relation, ahead: Ahead): boolean {
  return constraints.some(
    ({ kind, columns }) =>
      (kind === "primary key" || kind === "unique") &&
      columns.length > 0 &&
      columns.every((key) => home.columns.some(({ id }) => isFaithful(ahead, id, key))),
  );
}
