import type { ColumnDef, Constraint, Node } from "libpg-query";
import { subject } from "./journal";
import {
  type Column,
  type Relation,
  type TableConstraint,
  columnOf,
  newColumn,
  newId,
  newRelation,
} from "./model";
import { digest, only, relationName, texts, typeReference } from "./nodes";
import type { Replay } from "./replay";

const serials: Record<string, string> = {
  serial: "integer",
  serial4: "integer",
  bigserial: "bigint",
  serial8: "bigint",
  smallserial: "smallint",
  serial2: "smallint",
};

/** Adds a column as its definition says, with its constraints. */
export function addColumn(replay: Replay, relation: Relation, definition: ColumnDef): Column {
  const name = definition.colname ?? "";
  const written = typeReference(definition.typeName);
  const serial = written.schema === undefined ? serials[written.name] : undefined;
  const column = newColumn(
    name,
    serial === undefined ? replay.resolved(written) : { name: serial, modifiers: [], array: false },
  );
  const domain = column.type.id === undefined ? undefined : replay.schema.types.byId.get(column.type.id);
  if (domain?.kind === "domain" && domain.notNull) column.notNull = true;
  if (serial !== undefined) {
    column.notNull = true;
    column.default = "nextval";
    ownSequence(replay, relation, column);
  }
  if (definition.collClause !== undefined) column.collation = digest(definition.collClause);
  relation.columns.push(column);
  for (const node of definition.constraints ?? []) {
    const constraint = only(node, "Constraint");
    if (constraint !== undefined) constrainColumn(replay, relation, column, constraint);
  }
  return column;
}

function ownSequence(replay: Replay, relation: Relation, column: Column): void {
  if (relation.temporary) return;
  const name = `${relation.name}_${column.name}_seq`;
  if (replay.schema.relations.at(relation.schema, name) !== undefined) return;
  const sequence = newRelation(relation.schema, name, "sequence");
  sequence.ownedBy = column.id;
  sequence.owner = relation.id;
  replay.schema.relations.add(sequence);
  replay.schema.link(column.id, sequence);
}

function constrainColumn(replay: Replay, relation: Relation, column: Column, constraint: Constraint): void {
  switch (constraint.contype) {
    case "CONSTR_NOTNULL":
      column.notNull = true;
      return;
    case "CONSTR_NULL":
      column.notNull = false;
      return;
    case "CONSTR_DEFAULT":
      column.default = isNull(constraint.raw_expr) ? undefined : digest(constraint.raw_expr);
      return;
    case "CONSTR_IDENTITY":
      column.identity = constraint.generated_when === "a" ? "always" : "by default";
      column.notNull = true;
      ownSequence(replay, relation, column);
      return;
    case "CONSTR_GENERATED":
      column.generated = true;
      return;
    default:
      addConstraint(replay, relation, constraint, column);
  }
}

function isNull(expression: Node | undefined): boolean {
  return only(expression, "A_Const")?.isnull === true;
}

const kinds: Record<string, TableConstraint["kind"]> = {
  CONSTR_PRIMARY: "primary key",
  CONSTR_UNIQUE: "unique",
  CONSTR_CHECK: "check",
  CONSTR_FOREIGN: "foreign key",
  CONSTR_EXCLUSION: "exclusion",
};

const suffixes = {
  "primary key": "pkey",
  unique: "key",
  check: "check",
  "foreign key": "fkey",
  exclusion: "excl",
};

/** Adds a constraint of the table, or of one column where that is given. */
export function addConstraint(
  replay: Replay,
  relation: Relation,
  constraint: Constraint,
  column?: Column,
): TableConstraint | undefined {
  const kind = kinds[constraint.contype ?? ""];
  if (constraint.contype === "CONSTR_NOTNULL") {
    for (const name of texts(constraint.keys)) {
      const named = replay.column(relation, name);
      if (named !== undefined) named.notNull = true;
    }
    return undefined;
  }
  if (kind === undefined) return undefined;
  const index =
    constraint.indexname === undefined
      ? undefined
      : replay.schema.indexes.at(relation.schema, constraint.indexname);
  const names =
    column === undefined
      ? texts(kind === "foreign key" ? constraint.fk_attrs : constraint.keys)
      : [column.name];
  const columns =
    index?.columns ??
    names.flatMap((name) => (columnOf(relation, name) ?? replay.column(relation, name))?.id ?? []);
  if (kind === "primary key")
    for (const own of relation.columns) if (columns.includes(own.id)) own.notNull = true;
  const target = constraint.pktable === undefined ? undefined : replay.find(relationName(constraint.pktable));
  const made: TableConstraint = {
    id: newId(),
    name: constraint.conname ?? freeName(relation, kind, names),
    kind,
    columns,
    target: target?.id,
    follows: ["c", "n", "d"].some((action) =>
      [constraint.fk_del_action, constraint.fk_upd_action].includes(action),
    ),
    validated: constraint.skip_validation !== true,
    definition: digest([
      kind,
      columns,
      constraint.raw_expr,
      target?.id ?? constraint.pktable,
      constraint.pk_attrs,
      constraint.fk_del_action,
      constraint.exclusions,
      constraint.where_clause,
      constraint.nulls_not_distinct === true && "nulls not distinct",
      constraint.deferrable === true && "deferrable",
    ]),
  };
  relation.constraints.push(made);
  if (target !== undefined) replay.schema.link(target.id, relation);
  if (index !== undefined) replay.schema.indexes.remove(index);
  replay.note("constraint", subject.constraint(made.id), subject.relation(relation.id));
  return made;
}

/** As PostgreSQL names what has no name of its own. */
function freeName(relation: Relation, kind: TableConstraint["kind"], columns: readonly string[]): string {
  const parts = kind === "primary key" ? [] : kind === "check" ? columns.slice(0, 1) : columns;
  const base = [relation.name, ...parts, suffixes[kind]].join("_").slice(0, 63);
  let name = base;
  for (let number = 1; relation.constraints.some((other) => other.name === name); number += 1)
    name = `${base}${number}`;
  return name;
}
