import type { DropStmt, Node } from "libpg-query";
import { subject } from "./journal";
import type { Column, Index, Relation, Routine, TableConstraint, UserType } from "./model";
import { type Name, namedBy, nameOf, only, texts, typeLabel, typeReference } from "./nodes";
import { dropOther } from "./others";
import type { Replay } from "./replay";

/** Drops a relation with what can't live without it; what depended on it goes too, as CASCADE says. */
export function dropRelation(replay: Replay, relation: Relation): void {
  const { schema } = replay;
  if (!schema.relations.byId.has(relation.id)) return;
  schema.relations.remove(relation);
  replay.note("dropped", subject.relation(relation.id));
  const columns = new Set(relation.columns.map(({ id }) => id));
  replay.note("dropped", ...[...columns].map(subject.column));
  for (const index of schema.indexes.of(relation.id)) dropIndex(replay, index);
  if (relation.kind === "sequence") dropDefaults(replay, relation);
  for (const other of schema.linked(relation.id, ...columns)) {
    if (other.ownedBy !== undefined && columns.has(other.ownedBy)) dropRelation(replay, other);
    else if (other.reads?.relations.has(relation.id) === true) dropRelation(replay, other);
    else if (other.parents.includes(relation.id)) dropRelation(replay, other);
    else
      for (const constraint of other.constraints)
        if (constraint.target === relation.id) dropConstraint(replay, other, constraint);
  }
}

/** A sequence takes along the defaults that count with it. */
function dropDefaults(replay: Replay, sequence: Relation): void {
  const named = new RegExp(`nextval.*"sval":"(?:[^"]*\\.)?\\\\?"?${sequence.name.replace(/\W/g, "\\$&")}`);
  const { relations } = replay.schema;
  const owner = sequence.owner === undefined ? undefined : relations.byId.get(sequence.owner);
  // A sequence that a table owns counts for that table alone, but for the rarest of schemas.
  const holders = sequence.owner === undefined ? relations.all() : owner === undefined ? [] : [owner];
  for (const relation of holders)
    for (const column of relation.columns) {
      if (column.default === undefined) continue;
      if (column.id !== sequence.ownedBy && !named.test(column.default)) continue;
      if (column.id === sequence.ownedBy && column.identity !== undefined) continue;
      column.default = undefined;
      replay.noteColumn("default", relation, column);
    }
}

export function dropColumn(replay: Replay, relation: Relation, column: Column): void {
  const { schema } = replay;
  relation.columns = relation.columns.filter(({ id }) => id !== column.id);
  replay.noteColumn("dropped", relation, column);
  replay.note("gone", subject.columnName(relation.id, column.name));
  for (const constraint of relation.constraints)
    if (constraint.columns.includes(column.id)) dropConstraint(replay, relation, constraint);
  for (const index of schema.indexes.of(relation.id))
    if (index.columns.includes(column.id)) dropIndex(replay, index);
  for (const other of schema.linked(column.id, relation.id)) {
    if (other.ownedBy === column.id || other.reads?.columns.has(column.id) === true)
      dropRelation(replay, other);
    else if (other.parents.includes(relation.id)) {
      const inherited = other.columns.find(({ name }) => name === column.name);
      if (inherited !== undefined) dropColumn(replay, other, inherited);
    }
  }
}

export function dropConstraint(replay: Replay, relation: Relation, constraint: TableConstraint): void {
  relation.constraints = relation.constraints.filter(({ id }) => id !== constraint.id);
  replay.note("constraint", subject.constraint(constraint.id), subject.relation(relation.id));
  replay.note("constraint", subject.named("constraint", `${relation.id} ${constraint.name}`));
}

export function dropIndex(replay: Replay, index: Index): void {
  replay.schema.indexes.remove(index);
  replay.note("constraint", subject.index(index.id), subject.relation(index.relation));
}

export function dropType(replay: Replay, type: UserType): void {
  replay.schema.types.remove(type);
  replay.note("dropped", subject.type(type.id));
  for (const relation of [...replay.schema.relations.all()])
    for (const column of [...relation.columns])
      if (column.type.id === type.id) {
        if (relation.kind === "table") dropColumn(replay, relation, column);
        else dropRelation(replay, relation);
      }
  const label = typeLabel(type as unknown as { name: string; schema: string; modifiers: []; array: false });
  for (const routine of [...replay.schema.routines.values()])
    if (routine.args.some((argument) => argument === label || argument === `${label}[]`))
      dropRoutine(replay, routine);
}

export function dropRoutine(replay: Replay, routine: Routine): void {
  replay.schema.removeRoutine(routine);
  replay.note("dropped", subject.routine(routine.id));
  for (const relation of replay.schema.relations.all()) {
    const gone = relation.triggers.filter(
      ({ function: called }) =>
        called.name === routine.name && (called.schema === undefined || called.schema === routine.schema),
    );
    if (gone.length === 0 || replay.findRoutines({ schema: routine.schema, name: routine.name }).length > 0)
      continue;
    relation.triggers = relation.triggers.filter((trigger) => !gone.includes(trigger));
    replay.note("trigger", subject.relation(relation.id), ...gone.map(({ id }) => subject.trigger(id)));
  }
}

/** Drops a schema and all that stands in it. */
export function dropSchema(replay: Replay, name: string): void {
  const { schema } = replay;
  const dropped = schema.schemas.get(name);
  if (dropped !== undefined) replay.note("dropped", subject.schema(dropped.id));
  replay.note("dropped", subject.named("schema", name));
  schema.schemas.delete(name);
  for (const relation of [...schema.relations.all()])
    if (relation.schema === name) dropRelation(replay, relation);
  for (const type of [...schema.types.all()]) if (type.schema === name) dropType(replay, type);
  for (const routine of [...schema.routines.values()])
    if (routine.schema === name) dropRoutine(replay, routine);
}

/** DROP of anything that has a name. */
export function drop(replay: Replay, statement: DropStmt): void {
  for (const object of statement.objects ?? []) dropOne(replay, statement, object);
}

function dropOne(replay: Replay, statement: DropStmt, object: Node): void {
  const missingOk = statement.missing_ok === true;
  const name = namedBy(object);
  switch (statement.removeType) {
    case "OBJECT_TABLE":
    case "OBJECT_FOREIGN_TABLE":
      return dropNamed(replay, name, "table", missingOk);
    case "OBJECT_VIEW":
      return dropNamed(replay, name, "view", missingOk);
    case "OBJECT_MATVIEW":
      return dropNamed(replay, name, "materialized view", missingOk);
    case "OBJECT_SEQUENCE":
      return dropNamed(replay, name, "sequence", missingOk);
    case "OBJECT_INDEX": {
      const index = replay.findIndex(name);
      if (index !== undefined) dropIndex(replay, index);
      else dropConstraintIndex(replay, name, missingOk);
      return;
    }
    case "OBJECT_SCHEMA":
      if (missingOk && !replay.assuming && !replay.schema.schemas.has(name.name)) return;
      replay.schemaNamed(name.name);
      return dropSchema(replay, name.name);
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN": {
      const type = replay.findType(name);
      if (type !== undefined) dropType(replay, type);
      else if (!missingOk || replay.assuming) {
        const composite = replay.find(name);
        if (composite !== undefined) dropRelation(replay, composite);
        else replay.note("dropped", subject.named("type", name.name));
      }
      return;
    }
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
      return dropRoutines(replay, object);
    case "OBJECT_TRIGGER":
    case "OBJECT_POLICY":
    case "OBJECT_RULE":
      return dropPart(replay, statement.removeType, texts(only(object, "List")?.items), missingOk);
    default:
      return dropOther(replay, statement, object);
  }
}

function dropNamed(replay: Replay, name: Name, kind: Relation["kind"], missingOk: boolean): void {
  const relation = replay.existing(name, kind, missingOk);
  if (relation !== undefined) dropRelation(replay, relation);
}

/** An index that nothing created can be one of an assumed table: it is then taken for a unique one. */
function dropConstraintIndex(replay: Replay, name: Name, missingOk: boolean): void {
  if (missingOk && !replay.assuming) return;
  replay.note("constraint", subject.named("index", name.name));
}

function dropRoutines(replay: Replay, object: Node): void {
  const described = only(object, "ObjectWithArgs");
  const name = nameOf(texts(described?.objname));
  const all = replay.findRoutines(name);
  const wanted = described?.args_unspecified === true ? undefined : argumentTypes(replay, described?.objargs);
  for (const routine of all)
    if (wanted === undefined || routine.args.join(", ") === wanted.join(", ")) dropRoutine(replay, routine);
  replay.note("dropped", subject.named("function", name.name));
}

export function argumentTypes(replay: Replay, nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => {
    const type = only(node, "TypeName");
    return type === undefined ? [] : typeLabel(replay.resolved(typeReference(type)));
  });
}

function dropPart(replay: Replay, kind: string, parts: readonly string[], missingOk: boolean): void {
  const relation = replay.existing(nameOf(parts.slice(0, -1)), "table", missingOk);
  const part = parts.at(-1) ?? "";
  if (relation === undefined) return;
  if (kind === "OBJECT_POLICY") {
    relation.policies.delete(part);
    replay.note("access", subject.relation(relation.id), subject.policy(relation.id, part));
    return;
  }
  if (kind === "OBJECT_RULE") relation.rules.delete(part);
  const trigger = relation.triggers.find(({ name }) => name === part);
  relation.triggers = relation.triggers.filter(({ name }) => name !== part);
  replay.note("trigger", subject.relation(relation.id));
  if (trigger !== undefined) replay.note("trigger", subject.trigger(trigger.id));
}
