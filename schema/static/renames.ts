import type { AlterObjectSchemaStmt, Node, RenameStmt } from "libpg-query";
import { argumentTypes } from "./drops";
import { subject } from "./journal";
import { type Relation, type Routine, columnOf } from "./model";
import { type Name, namedBy, nameOf, only, texts } from "./nodes";
import type { Replay } from "./replay";

export function rename(replay: Replay, statement: RenameStmt): void {
  const to = statement.newname ?? "";
  const from = statement.subname ?? "";
  const missingOk = statement.missing_ok === true;
  switch (statement.renameType) {
    case "OBJECT_TABLE":
    case "OBJECT_FOREIGN_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
    case "OBJECT_SEQUENCE": {
      // ALTER TABLE renames views, indexes and sequences as well.
      const relation = replay.existing(statement.relation, kindOf(statement.renameType), missingOk);
      if (relation !== undefined) moveRelation(replay, relation, relation.schema, to);
      return;
    }
    case "OBJECT_INDEX": {
      const index = replay.findIndex({
        schema: statement.relation?.schemaname,
        name: statement.relation?.relname ?? "",
      });
      if (index === undefined) return;
      replay.schema.indexes.move(index, index.schema, to);
      return replay.note("renamed", subject.index(index.id));
    }
    case "OBJECT_COLUMN":
    case "OBJECT_ATTRIBUTE": {
      const relation = replay.existing(statement.relation, "table", missingOk);
      if (relation !== undefined) renameColumn(replay, relation, from, to);
      return;
    }
    case "OBJECT_TABCONSTRAINT": {
      const relation = replay.existing(statement.relation, "table", missingOk);
      const constraint = relation?.constraints.find(({ name }) => name === from);
      if (relation === undefined || constraint === undefined) return;
      constraint.name = to;
      return replay.note("renamed", subject.constraint(constraint.id), subject.relation(relation.id));
    }
    case "OBJECT_TRIGGER":
    case "OBJECT_POLICY":
    case "OBJECT_RULE": {
      const relation = replay.existing(statement.relation, "table", missingOk);
      const trigger = relation?.triggers.find(({ name }) => name === from);
      if (trigger !== undefined) trigger.name = to;
      const policy = relation?.policies.get(from);
      if (relation !== undefined && policy !== undefined) {
        relation.policies.delete(from);
        relation.policies.set(to, policy);
      }
      return;
    }
    case "OBJECT_SCHEMA":
      return renameSchema(replay, from, to);
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN": {
      const name = namedBy(statement.object);
      const type = replay.findType(name);
      if (type !== undefined) {
        replay.schema.types.move(type, type.schema, to);
        return replay.note("renamed", subject.type(type.id));
      }
      return replay.note("renamed", subject.named("type", name.name));
    }
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
    case "OBJECT_AGGREGATE":
      for (const routine of routinesMeant(replay, statement.object))
        moveRoutine(replay, routine, routine.schema, to);
      return;
    default:
      return replay.note("renamed", subject.named("other", from));
  }
}

function kindOf(renamed: string): Relation["kind"] {
  if (renamed === "OBJECT_VIEW") return "view";
  return renamed === "OBJECT_SEQUENCE" ? "sequence" : "table";
}

function moveRelation(replay: Replay, relation: Relation, schema: string, name: string): void {
  replay.schema.relations.move(relation, schema, name);
  replay.note("renamed", subject.relation(relation.id));
}

function renameColumn(replay: Replay, relation: Relation, from: string, to: string): void {
  const column = replay.column(relation, from);
  if (column === undefined) return;
  column.name = to;
  replay.noteColumn("renamed", relation, column);
  replay.note("gone", subject.columnName(relation.id, from));
  for (const child of replay.schema.childrenOf(relation))
    if (columnOf(child, from) !== undefined) renameColumn(replay, child, from, to);
}

function renameSchema(replay: Replay, from: string, to: string): void {
  const { schema } = replay;
  const renamed = replay.schemaNamed(from);
  schema.schemas.delete(from);
  schema.schemas.set(to, renamed);
  replay.note("renamed", subject.schema(renamed.id), subject.named("schema", from));
  for (const relation of [...schema.relations.all()])
    if (relation.schema === from) moveRelation(replay, relation, to, relation.name);
  for (const index of [...schema.indexes.all()])
    if (index.schema === from) schema.indexes.move(index, to, index.name);
  for (const type of [...schema.types.all()]) {
    if (type.schema !== from) continue;
    schema.types.move(type, to, type.name);
    replay.note("renamed", subject.type(type.id));
  }
  for (const routine of [...schema.routines.values()])
    if (routine.schema === from) moveRoutine(replay, routine, to, routine.name);
}

function moveRoutine(replay: Replay, routine: Routine, schema: string, name: string): void {
  replay.schema.removeRoutine(routine);
  routine.schema = schema;
  routine.name = name;
  replay.schema.addRoutine(routine);
  replay.note("renamed", subject.routine(routine.id));
}

export function routinesMeant(replay: Replay, object: Node | undefined): Routine[] {
  const described = only(object, "ObjectWithArgs");
  const all = replay.findRoutines(nameOf(texts(described?.objname)));
  if (described?.args_unspecified === true) return all;
  const wanted = argumentTypes(replay, described?.objargs).join(", ");
  return all.filter(({ args }) => args.join(", ") === wanted);
}

/** ALTER … SET SCHEMA. */
export function moveToSchema(replay: Replay, statement: AlterObjectSchemaStmt): void {
  const to = statement.newschema ?? "";
  switch (statement.objectType) {
    case "OBJECT_TABLE":
    case "OBJECT_FOREIGN_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
    case "OBJECT_SEQUENCE": {
      const relation = replay.existing(statement.relation, "table", statement.missing_ok === true);
      if (relation === undefined) return;
      const owned = new Set(relation.columns.map(({ id }) => id));
      moveRelation(replay, relation, to, relation.name);
      for (const other of replay.schema.linked(...owned))
        if (other.ownedBy !== undefined && owned.has(other.ownedBy))
          moveRelation(replay, other, to, other.name);
      for (const index of replay.schema.indexes.of(relation.id))
        replay.schema.indexes.move(index, to, index.name);
      return;
    }
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN": {
      const type = replay.findType(namedBy(statement.object));
      if (type === undefined) return;
      replay.schema.types.move(type, to, type.name);
      return replay.note("renamed", subject.type(type.id));
    }
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
    case "OBJECT_AGGREGATE":
      for (const routine of routinesMeant(replay, statement.object))
        moveRoutine(replay, routine, to, routine.name);
      return;
    default: {
      const name: Name = namedBy(statement.object);
      return replay.note("renamed", subject.named("other", name.name));
    }
  }
}
