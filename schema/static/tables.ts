import type {
  CreateSeqStmt,
  CreateStmt,
  CreateTableAsStmt,
  IndexStmt,
  RangeVar,
  SelectStmt,
  ViewStmt,
} from "libpg-query";
import { addColumn, addConstraint } from "./columns";
import { addCopies } from "./copies";
import { subject } from "./journal";
import { type Relation, columnOf, newColumn, newId, newRelation } from "./model";
import { digest, only, relationName, texts } from "./nodes";
import { readQuery } from "./queries";
import type { Replay } from "./replay";

const untyped = { name: "", modifiers: [], array: false };

/** A new relation under a name; undefined where there is one already. */
function create(
  replay: Replay,
  variable: RangeVar | undefined,
  kind: Relation["kind"],
): Relation | undefined {
  const temporary = variable?.relpersistence === "t";
  const { schema, name } = replay.target(relationName(variable), temporary);
  if (replay.schema.relations.at(schema, name) !== undefined) return undefined;
  const relation = newRelation(schema, name, kind);
  relation.temporary = temporary;
  replay.schema.relations.add(relation);
  replay.note("created", subject.relation(relation.id));
  return relation;
}

export function createTable(replay: Replay, statement: CreateStmt, kind: Relation["kind"] = "table"): void {
  const relation = create(replay, statement.relation, kind);
  if (relation === undefined) return;
  for (const node of statement.inhRelations ?? []) {
    const parent = replay.existing(only(node, "RangeVar"));
    if (parent === undefined) continue;
    relation.parents.push(parent.id);
    replay.schema.link(parent.id, relation);
    relation.partition = statement.partbound !== undefined;
    for (const column of parent.columns)
      if (columnOf(relation, column.name) === undefined) relation.columns.push({ ...column, id: newId() });
  }
  const later = [];
  for (const node of statement.tableElts ?? []) {
    const definition = only(node, "ColumnDef");
    const like = only(node, "TableLikeClause");
    const constraint = only(node, "Constraint");
    if (definition !== undefined) {
      const inherited = columnOf(relation, definition.colname ?? "");
      if (inherited === undefined) addColumn(replay, relation, definition);
    } else if (like !== undefined) {
      const template = replay.find(relationName(like.relation));
      const options = like.options ?? 0;
      for (const column of template?.columns ?? [])
        relation.columns.push({
          ...column,
          id: newId(),
          default: (options & 8) === 0 ? undefined : column.default,
          identity: (options & 32) === 0 ? undefined : column.identity,
          generated: (options & 16) !== 0 && column.generated,
        });
    } else if (constraint !== undefined) later.push(constraint);
  }
  for (const constraint of later) addConstraint(replay, relation, constraint);
}

/** CREATE TABLE AS, CREATE MATERIALIZED VIEW and SELECT INTO; the rows of whole columns count as copied. */
export function createTableAs(
  replay: Replay,
  statement: Pick<CreateTableAsStmt, "into" | "query" | "objtype">,
): void {
  const materialized = statement.objtype === "OBJECT_MATVIEW";
  const select = only(statement.query, "SelectStmt");
  const query = select === undefined ? undefined : readQuery(replay, select);
  const relation = create(replay, statement.into?.rel, materialized ? "materialized view" : "table");
  if (relation === undefined) return;
  const names = texts(statement.into?.colNames);
  if (materialized) {
    relation.definition = digest([select, statement.into?.skipData]);
    relation.reads = query?.reads;
    linkReads(replay, relation);
  }
  for (const [index, { name, source }] of (query?.columns ?? []).entries()) {
    const column = newColumn(names[index] ?? name, sourceType(replay, query?.reads, source) ?? untyped);
    relation.columns.push(column);
    if (
      source !== undefined &&
      query?.whole(source) === true &&
      statement.into?.skipData !== true &&
      !materialized
    )
      markCopy(replay, column.id, source);
  }
}

function linkReads(replay: Replay, relation: Relation): void {
  for (const id of [...(relation.reads?.relations ?? []), ...(relation.reads?.columns ?? [])])
    replay.schema.link(id, relation);
}

function sourceType(replay: Replay, reads: Relation["reads"], source: number | undefined) {
  if (source === undefined) return undefined;
  for (const id of reads?.relations ?? []) {
    const column = replay.schema.relations.byId.get(id)?.columns.find(({ id }) => id === source);
    if (column !== undefined) return column.type;
  }
  return undefined;
}

/** Remembers that a column of the gap now holds every value of another. */
export function markCopy(replay: Replay, copy: number, source: number): void {
  const { ahead } = replay;
  if (ahead === undefined || copy === source) return;
  addCopies(ahead, copy, [source, ...(ahead.copies.get(source) ?? [])]);
}

export function createView(replay: Replay, statement: ViewStmt): void {
  const select = only(statement.query, "SelectStmt");
  const query = select === undefined ? undefined : readQuery(replay, select);
  const named = replay.target(relationName(statement.view), statement.view?.relpersistence === "t");
  const known = replay.schema.relations.at(named.schema, named.name);
  if (known !== undefined && statement.replace !== true) return;
  const relation = known ?? create(replay, statement.view, "view");
  if (relation === undefined) return;
  const aliases = texts(statement.aliases);
  const earlier = new Map(relation.columns.map((column) => [column.name, column]));
  const columns = (query?.columns ?? []).map(({ name, source }, index) => {
    const own = aliases[index] ?? name;
    const column = earlier.get(own) ?? newColumn(own, untyped);
    column.type = sourceType(replay, query?.reads, source) ?? untyped;
    return column;
  });
  relation.columns = columns;
  relation.triggers = known?.triggers ?? [];
  relation.definition = digest([select, statement.options, statement.withCheckOption, aliases]);
  relation.reads = renamed(query?.reads, query?.columns.map(({ name }) => name) ?? [], aliases);
  linkReads(replay, relation);
  replay.note("body", subject.relation(relation.id), ...columns.map(({ id }) => subject.column(id)));
}

function renamed(
  reads: Relation["reads"],
  names: readonly string[],
  aliases: readonly string[],
): Relation["reads"] {
  if (reads?.base === undefined || aliases.length === 0) return reads;
  const columns = new Map(
    names.flatMap((name, index) => {
      const column = reads.base?.columns.get(name);
      return column === undefined ? [] : [[aliases[index] ?? name, column] as const];
    }),
  );
  return { ...reads, base: { ...reads.base, columns } };
}

export function createSequence(replay: Replay, statement: CreateSeqStmt): void {
  create(replay, statement.sequence, "sequence");
}

export function createIndex(replay: Replay, statement: IndexStmt): void {
  const relation = replay.existing(statement.relation);
  if (relation === undefined) return;
  const elements = (statement.indexParams ?? []).flatMap((node) => only(node, "IndexElem") ?? []);
  const columns = elements.flatMap(({ name }) =>
    name === undefined ? [] : (replay.column(relation, name)?.id ?? []),
  );
  const name =
    statement.idxname ??
    [relation.name, ...elements.map((one) => one.name ?? "expr"), "idx"].join("_").slice(0, 63);
  if (replay.schema.indexes.at(relation.schema, name) !== undefined) return;
  const index = {
    id: newId(),
    schema: relation.schema,
    name,
    relation: relation.id,
    unique: statement.unique === true,
    columns,
    definition: digest([
      columns,
      elements.map(({ expr }) => expr),
      statement.whereClause,
      statement.nulls_not_distinct,
    ]),
  };
  replay.schema.indexes.add(index);
  replay.note("constraint", subject.index(index.id), subject.relation(relation.id));
}

/** SELECT … INTO, which makes a table. */
export function selectInto(replay: Replay, statement: SelectStmt): void {
  const { intoClause, ...query } = statement;
  if (intoClause !== undefined)
    createTableAs(replay, { into: intoClause, query: { SelectStmt: query }, objtype: "OBJECT_TABLE" });
}
