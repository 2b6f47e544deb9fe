import type {
  AlterDomainStmt,
  AlterEnumStmt,
  AlterTableStmt,
  CompositeTypeStmt,
  CreateDomainStmt,
  CreateEnumStmt,
} from "libpg-query";
import { subject } from "./journal";
import { type UserType, newId } from "./model";
import { type Name, digest, nameOf, only, relationName, texts, typeLabel, typeReference } from "./nodes";
import type { Replay } from "./replay";

function create(replay: Replay, name: Name, kind: UserType["kind"]): UserType | undefined {
  const place = replay.target(name);
  if (replay.schema.types.at(place.schema, place.name) !== undefined) return undefined;
  replay.note("created", subject.named("type", place.name));
  return replay.schema.types.add({
    id: newId(),
    ...place,
    kind,
    values: [],
    attributes: [],
    constraints: new Map(),
    notNull: false,
    definition: "",
  });
}

export function createEnum(replay: Replay, statement: CreateEnumStmt): void {
  const type = create(replay, nameOf(texts(statement.typeName)), "enum");
  if (type === undefined) return;
  type.values = texts(statement.vals).map((label) => ({ id: newId(), label }));
  replay.note("created", subject.type(type.id), ...type.values.map(({ id }) => subject.value(id)));
}

/** ALTER TYPE … ADD VALUE and RENAME VALUE. */
export function alterEnum(replay: Replay, statement: AlterEnumStmt): void {
  const name = nameOf(texts(statement.typeName));
  const type = replay.findType(name) ?? assume(replay, name, "enum");
  if (type === undefined) return;
  if (statement.oldVal !== undefined) {
    const renamed =
      type.values.find(({ label }) => label === statement.oldVal) ??
      assumeValue(replay, type, statement.oldVal);
    renamed.label = statement.newVal ?? "";
    return replay.note("renamed", subject.value(renamed.id), subject.type(type.id));
  }
  const label = statement.newVal ?? "";
  if (type.values.some((value) => value.label === label)) return;
  const neighbour = type.values.findIndex((value) => value.label === statement.newValNeighbor);
  const at = neighbour < 0 ? type.values.length : neighbour + (statement.newValIsAfter === true ? 1 : 0);
  const value = { id: newId(), label };
  type.values.splice(at, 0, value);
  replay.note("created", subject.value(value.id), subject.type(type.id));
}

function assume(replay: Replay, name: Name, kind: UserType["kind"]): UserType | undefined {
  const type = create(replay, name, kind);
  if (type !== undefined)
    replay.ahead?.before.types.add({ ...type, values: [], attributes: [], constraints: new Map() });
  return type;
}

function assumeValue(replay: Replay, type: UserType, label: string): UserType["values"][number] {
  const value = { id: newId(), label };
  type.values.push(value);
  replay.ahead?.before.types.byId.get(type.id)?.values.push({ ...value });
  return value;
}

export function createComposite(replay: Replay, statement: CompositeTypeStmt): void {
  const type = create(replay, relationName(statement.typevar), "composite");
  if (type === undefined) return;
  type.attributes = (statement.coldeflist ?? []).flatMap((node) => {
    const column = only(node, "ColumnDef");
    return column === undefined
      ? []
      : { name: column.colname ?? "", type: typeLabel(typeReference(column.typeName)) };
  });
  replay.note("created", subject.type(type.id));
}

/** ALTER TYPE … ADD, DROP, ALTER ATTRIBUTE. */
export function alterComposite(replay: Replay, statement: AlterTableStmt): void {
  const name = relationName(statement.relation);
  const type = replay.findType(name) ?? assume(replay, name, "composite");
  if (type === undefined) return;
  for (const node of statement.cmds ?? []) {
    const command = only(node, "AlterTableCmd");
    const column = only(command?.def, "ColumnDef");
    const label = typeLabel(typeReference(column?.typeName));
    if (command?.subtype === "AT_AddColumn")
      type.attributes.push({ name: column?.colname ?? "", type: label });
    if (command?.subtype === "AT_DropColumn") {
      assumeAttribute(replay, type, command.name ?? "");
      type.attributes = type.attributes.filter((one) => one.name !== command.name);
    }
    if (command?.subtype === "AT_AlterColumnType")
      assumeAttribute(replay, type, command.name ?? "").type = label;
  }
  replay.note("type", subject.type(type.id));
}

export function renameAttribute(replay: Replay, name: Name, from: string, to: string): boolean {
  const type = replay.findType(name);
  if (type === undefined) return false;
  assumeAttribute(replay, type, from).name = to;
  replay.note("renamed", subject.type(type.id));
  return true;
}

function assumeAttribute(replay: Replay, type: UserType, name: string): UserType["attributes"][number] {
  const known = type.attributes.find((one) => one.name === name);
  if (known !== undefined) return known;
  const assumed = { name, type: "" };
  type.attributes.push(assumed);
  replay.ahead?.before.types.byId.get(type.id)?.attributes.push({ ...assumed });
  return assumed;
}

export function createDomain(replay: Replay, statement: CreateDomainStmt): void {
  const type = create(replay, nameOf(texts(statement.domainname)), "domain");
  if (type === undefined) return;
  type.definition = typeLabel(replay.resolved(typeReference(statement.typeName)));
  for (const node of statement.constraints ?? []) {
    const constraint = only(node, "Constraint");
    if (constraint?.contype === "CONSTR_NOTNULL") type.notNull = true;
    else if (constraint?.contype === "CONSTR_CHECK")
      type.constraints.set(constraint.conname ?? `${type.name}_check`, digest(constraint.raw_expr));
  }
  replay.note("created", subject.type(type.id));
}

export function alterDomain(replay: Replay, statement: AlterDomainStmt): void {
  const name = nameOf(texts(statement.typeName));
  const type = replay.findType(name) ?? assume(replay, name, "domain");
  if (type === undefined) return;
  const constraint = only(statement.def, "Constraint");
  const subtype = statement.subtype as unknown as string;
  if (subtype === "O" || subtype === "AD_SetNotNull" || constraint?.contype === "CONSTR_NOTNULL")
    type.notNull = true;
  else if (subtype === "N" || subtype === "AD_DropNotNull") type.notNull = false;
  else if (subtype === "C" || subtype === "AD_AddConstraint")
    type.constraints.set(constraint?.conname ?? `${type.name}_check`, digest(constraint?.raw_expr));
  else if (subtype === "X" || subtype === "AD_DropConstraint") {
    if (!type.constraints.delete(statement.name ?? ""))
      replay.ahead?.before.types.byId.get(type.id)?.constraints.set(statement.name ?? "", "");
  }
  replay.note("type", subject.type(type.id));
}
