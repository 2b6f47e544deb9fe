import type {
  DeleteStmt,
  InsertStmt,
  MergeStmt,
  Node,
  RangeVar,
  ResTarget,
  TruncateStmt,
  UpdateStmt,
} from "libpg-query";
import { carried, fit } from "./conversions";
import { addCopies, insertCopies } from "./copies";
import { subject } from "./journal";
import { type Column, type Relation, columnOf } from "./model";
import { only, referredColumn, relationName } from "./nodes";
import { type NullTests, nullTests } from "./queries";
import type { Effect, Replay } from "./replay";
import { fire } from "./triggers";

/** The table behind a name that rows are changed through, and the table's column behind a view's. */
interface Written {
  relation: Relation;
  column(name: string): Column | undefined;
}

function written(replay: Replay, variable: RangeVar | undefined): Written | undefined {
  const named = relationName(variable);
  if (named.schema === "pg_catalog" || (named.schema === undefined && named.name.startsWith("pg_"))) {
    replay.unreadable("it changes the system catalogs");
    return undefined;
  }
  const relation = replay.existing(variable);
  if (relation === undefined) return undefined;
  const base = relation.reads?.base;
  const table = base === undefined ? undefined : replay.schema.relations.byId.get(base.relation);
  if (relation.kind !== "view" || base === undefined || table === undefined)
    return { relation, column: (name) => replay.column(relation, name) };
  return {
    relation: table,
    column: (name) => table.columns.find(({ id }) => id === base.columns.get(name)) ?? columnOf(table, name),
  };
}

const isFalse = (condition: Node | undefined) => {
  const constant = only(condition, "A_Const");
  return constant?.boolval !== undefined && constant.boolval.boolval !== true;
};

export function deleteRows(replay: Replay, statement: DeleteStmt): void {
  if (isFalse(statement.whereClause)) return;
  const target = written(replay, statement.relation);
  if (target === undefined) return;
  lose(
    replay,
    target.relation,
    "rows-deleted",
    statement.whereClause === undefined ? "all of its rows are deleted" : "rows of it are deleted",
  );
  fire(replay, target.relation, "delete", []);
}

export function truncate(replay: Replay, statement: TruncateStmt): void {
  const tables = new Map<number, Relation>();
  const add = (relation: Relation | undefined) => {
    if (relation === undefined || tables.has(relation.id)) return;
    tables.set(relation.id, relation);
    for (const other of replay.schema.linked(relation.id)) {
      const refers = other.constraints.some(({ target }) => target === relation.id);
      if (other.parents.includes(relation.id) || (refers && statement.behavior === "DROP_CASCADE"))
        add(other);
    }
  };
  for (const node of statement.relations ?? []) add(replay.existing(only(node, "RangeVar")));
  for (const relation of tables.values()) {
    lose(replay, relation, "table-truncated", "all of its rows are deleted");
    fire(replay, relation, "truncate", []);
  }
}

function lose(replay: Replay, relation: Relation, rule: Effect["rule"], reason: string): void {
  // Copies within the table lose the rows together with what they are copies of.
  const own = new Set(relation.columns.map(({ id }) => id));
  for (const id of own) {
    const sources = [...(replay.ahead?.copies.get(id) ?? [])].filter((source) => own.has(source));
    if (sources.length > 0) replay.ahead?.copies.set(id, new Set(sources));
    else replay.ahead?.copies.delete(id);
  }
  replay.note("rows", subject.relation(relation.id));
  if (relation.temporary) return;
  const holders = [relation, ...replay.schema.childrenOf(relation)];
  for (const holder of holders)
    if (replay.isOld(holder)) {
      const alone = holders.length === 1 && !takesAlong(replay, holder);
      replay.effect({ rule, verdict: "destructive", relation: holder.id, reason, alone });
      return;
    }
}

/** Whether rows of other tables can refer to it. */
function isKey({ constraints }: Relation, { id }: Column): boolean {
  return constraints.some(
    ({ kind, columns }) => (kind === "primary key" || kind === "unique") && columns.includes(id),
  );
}

/** Whether rows of other tables go or change with rows of this one. */
function takesAlong(replay: Replay, relation: Relation): boolean {
  return replay.schema
    .linked(relation.id)
    .some(({ constraints }) => constraints.some(({ target, follows }) => target === relation.id && follows));
}

export function updateRows(replay: Replay, statement: UpdateStmt): void {
  if (isFalse(statement.whereClause)) return;
  const target = written(replay, statement.relation);
  if (target === undefined) return;
  const tests = statement.fromClause === undefined ? nullTests(statement.whereClause) : undefined;
  change(replay, target, { list: statement.targetList, variable: statement.relation, tests });
}

interface Assignments {
  list: readonly Node[] | undefined;
  /** The table as the statement names it. */
  variable: RangeVar | undefined;
  /** What alone the condition asks; left out where rows can be passed over for other reasons. */
  tests?: NullTests | undefined;
}

/** What SET does to each column. */
function change(replay: Replay, target: Written, { list, variable, tests }: Assignments): void {
  const { relation } = target;
  const assigned = (list ?? []).flatMap((node) => {
    const assignment = only(node, "ResTarget");
    const column = assignment === undefined ? undefined : target.column(assignment.name ?? "");
    if (assignment === undefined || column === undefined) return [];
    if (isItself(assignment, column, variable)) return [];
    const source = copiedFrom(replay, relation, column, assignment.val, tests);
    // Every assignment reads the row as it was before any of them.
    const sources = source === undefined ? [] : [source.id, ...(replay.ahead?.copies.get(source.id) ?? [])];
    return { column, sources };
  });
  for (const { column } of assigned) replay.ahead?.copies.delete(column.id);
  const changesThem = relation.triggers.some(({ enabled, events }) => enabled && events.includes("update"));
  for (const { column, sources } of assigned)
    if (
      replay.ahead !== undefined &&
      sources.length > 0 &&
      !replay.isOldColumn(relation, column) &&
      !changesThem
    )
      addCopies(replay.ahead, column.id, sources);
  for (const { column } of assigned) {
    replay.noteColumn("rows", relation, column);
    const inOld = [relation, ...replay.schema.childrenOf(relation)].some((holder) => {
      const own = holder === relation ? column : columnOf(holder, column.name);
      return own !== undefined && replay.isOldColumn(holder, own);
    });
    if (inOld && !relation.temporary)
      replay.effect({
        rule: "rows-changed",
        verdict: "destructive",
        relation: relation.id,
        column: column.id,
        reason: "values of it are changed",
        alone: !isKey(relation, column) || !takesAlong(replay, relation),
      });
  }
  const names = assigned.map(({ column }) => column.name);
  fire(replay, relation, "update", names);
}

function isItself(assignment: ResTarget, column: Column, variable: RangeVar | undefined): boolean {
  const reference = only(assignment.val, "ColumnRef");
  if (reference === undefined || assignment.indirection !== undefined) return false;
  const { relation, column: name } = referredColumn(reference);
  // `excluded.plan` and another table's `plan` are other values.
  const isOwn = relation === undefined || relation === (variable?.alias?.aliasname ?? variable?.relname);
  return isOwn && name === column.name;
}

/** The column of the same table whose every value an expression hands on. */
function copiedFrom(
  replay: Replay,
  relation: Relation,
  column: Column,
  expression: Node | undefined,
  tests: NullTests | undefined,
): Column | undefined {
  if (expression === undefined || tests === undefined) return undefined;
  if (tests.isNull.some((name) => name !== column.name)) return undefined;
  for (const source of relation.columns) {
    const { type, kept } = carried(replay, source, expression);
    const skipped = tests.isNotNull.some((name) => name !== source.name);
    if (source.id !== column.id && !skipped && kept && fit(type, column.type, false) !== "lossy")
      return source;
  }
  return undefined;
}

export function insertRows(replay: Replay, statement: InsertStmt): void {
  const target = written(replay, statement.relation);
  if (target === undefined) return;
  const { relation } = target;
  insertCopies(replay, relation, statement);
  replay.ahead?.filled.add(relation.id);
  const conflict = statement.onConflictClause;
  if (conflict?.action === "ONCONFLICT_UPDATE")
    change(replay, target, { list: conflict.targetList, variable: statement.relation });
  fire(replay, relation, "insert", []);
}

export function merge(replay: Replay, statement: MergeStmt): void {
  const target = written(replay, statement.relation);
  if (target === undefined) return;
  for (const node of statement.mergeWhenClauses ?? []) {
    const clause = only(node, "MergeWhenClause");
    if (clause?.commandType === "CMD_UPDATE")
      change(replay, target, { list: clause.targetList, variable: statement.relation });
    if (clause?.commandType === "CMD_DELETE") {
      lose(replay, target.relation, "rows-deleted", "rows of it are deleted");
      fire(replay, target.relation, "delete", []);
    }
    if (clause?.commandType === "CMD_INSERT") fire(replay, target.relation, "insert", []);
  }
}
