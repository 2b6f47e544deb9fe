import type { AlterTableCmd, AlterTableStmt } from "libpg-query";
import { addColumn, addConstraint } from "./columns";
import { lossOf } from "./conversions";
import { dropColumn, dropConstraint } from "./drops";
import { subject } from "./journal";
import { type Column, type Relation, type RelationKind, columnOf } from "./model";
import { digest, only, typeReference } from "./nodes";
import type { Replay } from "./replay";

const kinds: Record<string, RelationKind> = {
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_SEQUENCE: "sequence",
  OBJECT_FOREIGN_TABLE: "foreign table",
  OBJECT_TYPE: "composite",
};

export function alterTable(replay: Replay, statement: AlterTableStmt): void {
  if (statement.objtype === "OBJECT_INDEX") return;
  const kind = kinds[statement.objtype ?? ""] ?? "table";
  const relation = replay.existing(statement.relation, kind, statement.missing_ok === true);
  if (relation === undefined) return;
  for (const node of statement.cmds ?? []) {
    const command = only(node, "AlterTableCmd");
    if (command === undefined) continue;
    alter(replay, relation, command);
    // What a parent gains or changes, its partitions and children do too.
    if (statement.relation?.inh === true) alterChildren(replay, relation, command);
  }
}

function alterChildren(replay: Replay, relation: Relation, command: AlterTableCmd): void {
  const inherited: AlterTableCmd["subtype"][] = [
    "AT_AddColumn",
    "AT_AlterColumnType",
    "AT_SetNotNull",
    "AT_DropNotNull",
    "AT_ColumnDefault",
    "AT_AddConstraint",
  ];
  if (!inherited.includes(command.subtype)) return;
  for (const child of replay.schema.childrenOf(relation)) {
    alter(replay, child, command);
    alterChildren(replay, child, command);
  }
}

function alter(replay: Replay, relation: Relation, command: AlterTableCmd): void {
  const name = command.name ?? "";
  const column = () => replay.column(relation, name, command.missing_ok === true);
  switch (command.subtype) {
    case "AT_AddColumn": {
      const definition = only(command.def, "ColumnDef");
      if (definition === undefined || columnOf(relation, definition.colname ?? "") !== undefined) return;
      return replay.noteColumn("columns", relation, addColumn(replay, relation, definition));
    }
    case "AT_DropColumn": {
      const dropped = column();
      if (dropped !== undefined) dropColumn(replay, relation, dropped);
      return;
    }
    case "AT_AlterColumnType":
      return changeType(replay, relation, column(), command);
    case "AT_ColumnDefault":
      return change(replay, relation, column(), "default", (own) => {
        own.default =
          only(command.def, "A_Const")?.isnull === true || command.def === undefined
            ? undefined
            : digest(command.def);
      });
    case "AT_SetNotNull":
      return change(replay, relation, column(), "nullability", (own) => {
        own.notNull = true;
      });
    case "AT_DropNotNull":
      return change(replay, relation, column(), "nullability", (own) => {
        own.notNull = false;
      });
    case "AT_AddIdentity":
      return change(replay, relation, column(), "default", (own) => {
        own.identity = only(command.def, "Constraint")?.generated_when === "a" ? "always" : "by default";
        own.notNull = true;
      });
    case "AT_SetIdentity":
      return change(replay, relation, column(), "default", (own) => {
        const always = digest(command.def).includes('"generated","arg":{"Integer":{"ival":97}}');
        const byDefault = digest(command.def).includes('"generated","arg":{"Integer":{"ival":100}}');
        if (always) own.identity = "always";
        if (byDefault) own.identity = "by default";
      });
    case "AT_DropIdentity":
      return change(replay, relation, column(), "default", (own) => {
        own.identity = undefined;
      });
    case "AT_DropExpression":
      return change(replay, relation, column(), "default", (own) => {
        own.generated = false;
      });
    case "AT_SetExpression":
      return change(replay, relation, column(), "default", (own) => {
        own.default = digest(command.def);
        if (replay.isOldColumn(relation, own))
          replay.effect({
            rule: "rows-changed",
            verdict: "destructive",
            relation: relation.id,
            column: own.id,
            reason: "its values are computed anew by another expression",
          });
      });
    case "AT_AddConstraint": {
      const constraint = only(command.def, "Constraint");
      if (constraint !== undefined) addConstraint(replay, relation, constraint);
      for (const own of relation.columns)
        if (constraint?.contype === "CONSTR_PRIMARY" && own.notNull)
          replay.note("nullability", subject.column(own.id));
      return;
    }
    case "AT_DropConstraint": {
      const constraint = relation.constraints.find((one) => one.name === name);
      if (constraint !== undefined) dropConstraint(replay, relation, constraint);
      else
        replay.note(
          "constraint",
          subject.relation(relation.id),
          subject.named("constraint", `${relation.id} ${name}`),
        );
      return;
    }
    case "AT_ValidateConstraint": {
      const constraint = relation.constraints.find((one) => one.name === name);
      if (constraint !== undefined) constraint.validated = true;
      return replay.note("constraint", subject.named("constraint", `${relation.id} ${name}`));
    }
    case "AT_AddIndexConstraint":
      return;
    case "AT_AttachPartition":
    case "AT_DetachPartition": {
      const partition = replay.existing(only(command.def, "PartitionCmd")?.name);
      if (partition === undefined) return;
      const attached = command.subtype === "AT_AttachPartition";
      partition.parents = attached
        ? [...partition.parents, relation.id]
        : partition.parents.filter((id) => id !== relation.id);
      if (attached) replay.schema.link(relation.id, partition);
      partition.partition = attached;
      return replay.note("rows", subject.relation(relation.id), subject.relation(partition.id));
    }
    case "AT_AddInherit":
    case "AT_DropInherit": {
      const parent = replay.existing(only(command.def, "RangeVar"));
      if (parent === undefined) return;
      replay.schema.link(parent.id, relation);
      relation.parents =
        command.subtype === "AT_AddInherit"
          ? [...relation.parents, parent.id]
          : relation.parents.filter((id) => id !== parent.id);
      return replay.note("rows", subject.relation(relation.id), subject.relation(parent.id));
    }
    case "AT_EnableRowSecurity":
    case "AT_DisableRowSecurity":
      relation.rowSecurity = command.subtype === "AT_EnableRowSecurity";
      return replay.note("access", subject.relation(relation.id));
    case "AT_ForceRowSecurity":
    case "AT_NoForceRowSecurity":
      relation.forced = command.subtype === "AT_ForceRowSecurity";
      return replay.note("access", subject.relation(relation.id));
    case "AT_ChangeOwner":
      return replay.note("access", subject.relation(relation.id));
    case "AT_EnableTrig":
    case "AT_EnableAlwaysTrig":
    case "AT_EnableReplicaTrig":
    case "AT_DisableTrig":
    case "AT_EnableTrigAll":
    case "AT_DisableTrigAll":
    case "AT_EnableTrigUser":
    case "AT_DisableTrigUser": {
      const enabled = command.subtype.startsWith("AT_Enable");
      const all = /(All|User)$/.test(command.subtype);
      for (const trigger of relation.triggers) if (all || trigger.name === name) trigger.enabled = enabled;
      return replay.note("trigger", subject.relation(relation.id));
    }
    case "AT_SetRelOptions":
    case "AT_ResetRelOptions":
    case "AT_ReplaceRelOptions":
      if (relation.kind === "view") relation.definition = `${relation.definition ?? ""}${digest(command)}`;
      return replay.note("body", subject.relation(relation.id));
    default:
      return replay.note("other", subject.relation(relation.id));
  }
}

function change(
  replay: Replay,
  relation: Relation,
  column: Column | undefined,
  aspect: "default" | "nullability",
  apply: (column: Column) => void,
): void {
  if (column === undefined) return;
  apply(column);
  replay.noteColumn(aspect, relation, column);
}

function changeType(
  replay: Replay,
  relation: Relation,
  column: Column | undefined,
  command: AlterTableCmd,
): void {
  const definition = only(command.def, "ColumnDef");
  if (column === undefined || definition === undefined) return;
  const type = replay.resolved(typeReference(definition.typeName));
  const loss = lossOf(replay, column, type, definition.raw_default);
  if (loss !== undefined && replay.isOldColumn(relation, column))
    replay.effect({
      rule: "lossy-cast",
      verdict: loss.verdict,
      relation: relation.id,
      column: column.id,
      reason: loss.reason,
    });
  if (loss !== undefined) replay.ahead?.copies.delete(column.id);
  column.type = type;
  column.collation = definition.collClause === undefined ? undefined : digest(definition.collClause);
  replay.noteColumn("type", relation, column);
}
