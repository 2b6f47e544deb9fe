import type { AlterFunctionStmt, CreateFunctionStmt, CreateTrigStmt } from "libpg-query";
import { subject } from "./journal";
import { type Trigger, newId } from "./model";
import { digest, nameOf, only, optionOf, text, texts, typeLabel, typeReference } from "./nodes";
import { routinesMeant } from "./renames";
import type { Replay } from "./replay";

const given = ["FUNC_PARAM_DEFAULT", "FUNC_PARAM_IN", "FUNC_PARAM_INOUT", "FUNC_PARAM_VARIADIC"];

export function createRoutine(replay: Replay, statement: CreateFunctionStmt): void {
  const place = replay.target(nameOf(texts(statement.funcname)));
  const parameters = (statement.parameters ?? []).flatMap((node) => only(node, "FunctionParameter") ?? []);
  const inputs = parameters.filter(({ mode }) => mode === undefined || given.includes(mode));
  const args = inputs.map(({ argType }) => typeLabel(replay.resolved(typeReference(argType))));
  const same = replay.schema
    .routinesAt(place.schema, place.name)
    .find((one) => one.args.join() === args.join());
  if (same !== undefined) replay.schema.removeRoutine(same);
  const language = optionOf(statement.options, "language");
  const routine = {
    id: same?.id ?? newId(),
    ...place,
    args,
    required: inputs.filter(({ defexpr }) => defexpr === undefined).length,
    returns: digest([
      statement.returnType,
      statement.is_procedure,
      parameters.filter(
        ({ mode }) => mode !== undefined && !["FUNC_PARAM_DEFAULT", "FUNC_PARAM_IN"].includes(mode),
      ),
    ]),
    definition: digest([statement.options, statement.sql_body, statement.parameters]),
    language: language === undefined || language === true ? "sql" : (text(language) ?? "").toLowerCase(),
    source: replay.statement,
    grants: same?.grants ?? new Map([["public", new Set(["execute"])]]),
  };
  replay.schema.addRoutine(routine);
  replay.note("body", subject.routine(routine.id), subject.named("function", place.name));
}

export function alterRoutine(replay: Replay, statement: AlterFunctionStmt): void {
  const object = statement.func === undefined ? undefined : { ObjectWithArgs: statement.func };
  for (const routine of routinesMeant(replay, object)) {
    routine.definition += digest(statement.actions);
    replay.note("body", subject.routine(routine.id));
  }
}

const events = [
  [4, "insert"],
  [8, "delete"],
  [16, "update"],
  [32, "truncate"],
] as const;

export function createTrigger(replay: Replay, statement: CreateTrigStmt): void {
  const relation = replay.existing(statement.relation);
  if (relation === undefined) return;
  const name = statement.trigname ?? "";
  const known = relation.triggers.find((trigger) => trigger.name === name);
  if (known !== undefined) relation.triggers = relation.triggers.filter((trigger) => trigger !== known);
  const trigger: Trigger = {
    id: known?.id ?? newId(),
    name,
    function: nameOf(texts(statement.funcname)),
    events: events.flatMap(([bit, event]) => (((statement.events ?? 0) & bit) === 0 ? [] : [event])),
    of: texts(statement.columns),
    enabled: true,
    definition: digest({ ...statement, replace: undefined }),
  };
  relation.triggers.push(trigger);
  replay.note("trigger", subject.trigger(trigger.id), subject.relation(relation.id));
}
