import type { Node, SelectStmt, VariableSetStmt } from "libpg-query";
import { alterPolicy, createPolicy, dropRoles, grant } from "./access";
import { alterTable } from "./alterTable";
import { runBlock, runCalls } from "./bodies";
import { drop } from "./drops";
import { subject } from "./journal";
import {
  type Body,
  type Kind,
  digest,
  kindOf,
  literal,
  nameOf,
  only,
  relationName,
  text,
  texts,
  walk,
} from "./nodes";
import { castName, otherKinds } from "./others";
import { moveToSchema, rename } from "./renames";
import type { Replay } from "./replay";
import { alterRoutine, createRoutine, createTrigger } from "./routines";
import { deleteRows, insertRows, merge, truncate, updateRows } from "./rows";
import { newId } from "./model";
import {
  alterDatabase,
  alterRole,
  createRole,
  renameHolder,
  setForDatabase,
  setForRole,
  setForServer,
} from "./sessions";
import { createIndex, createSequence, createTable, createTableAs, createView, selectInto } from "./tables";
import {
  alterComposite,
  alterDomain,
  alterEnum,
  createComposite,
  createDomain,
  createEnum,
  renameAttribute,
} from "./types";

type Handlers = { [K in Kind]?: (replay: Replay, body: Body<K>) => void };

/** Statements that change rows; of the shipped ones they mean nothing. */
const rows: Handlers = {
  DeleteStmt: (replay, body) => withQueries(replay, body, deleteRows),
  UpdateStmt: (replay, body) => withQueries(replay, body, updateRows),
  InsertStmt: (replay, body) => withQueries(replay, body, insertRows),
  MergeStmt: (replay, body) => withQueries(replay, body, merge),
  TruncateStmt: truncate,
  CopyStmt(replay, body) {
    if (body.is_program === true && body.is_from !== true) return;
    if (body.query !== undefined) runNested(replay, body.query);
    if (body.is_from === true) replay.unreadable("the rows that COPY brings are not read");
  },
  ExplainStmt(replay, body) {
    if (body.options?.some((option) => only(option, "DefElem")?.defname === "analyze") === true && body.query)
      replay.run({ ...replay.statement, node: body.query });
  },
};

const definitions: Handlers = {
  CreateStmt: createTable,
  CreateForeignTableStmt: (replay, body) => {
    if (body.base !== undefined) createTable(replay, body.base, "foreign table");
  },
  CreateTableAsStmt(replay, body) {
    runNested(replay, body.query);
    createTableAs(replay, body);
  },
  ViewStmt: createView,
  CreateSeqStmt: createSequence,
  AlterSeqStmt(replay, body) {
    const sequence = replay.existing(body.sequence, "sequence", body.missing_ok === true);
    if (sequence === undefined) return;
    replay.note("other", subject.relation(sequence.id));
    const restarts = body.options?.some((option) => only(option, "DefElem")?.defname === "restart") === true;
    if (restarts && replay.isOld(sequence))
      replay.effect({
        rule: "sequence-restarted",
        verdict: "conditional",
        relation: sequence.id,
        reason: "it counts on from another number, which can have been given out before",
      });
  },
  IndexStmt: createIndex,
  AlterTableStmt: (replay, body) =>
    body.objtype === "OBJECT_TYPE" ? alterComposite(replay, body) : alterTable(replay, body),
  RenameStmt(replay, body) {
    if (body.renameType === "OBJECT_ATTRIBUTE") {
      const name = relationName(body.relation);
      if (renameAttribute(replay, name, body.subname ?? "", body.newname ?? "")) return;
    }
    if (body.renameType === "OBJECT_ROLE" || body.renameType === "OBJECT_DATABASE")
      renameHolder(replay, body);
    else rename(replay, body);
  },
  AlterObjectSchemaStmt: moveToSchema,
  DropStmt: drop,
  CreateSchemaStmt(replay, body) {
    const name = body.schemaname ?? body.authrole?.rolename ?? "";
    if (!replay.schema.schemas.has(name)) {
      const made = { id: newId(), grants: new Map<string, Set<string>>() };
      replay.schema.schemas.set(name, made);
      replay.note("created", subject.schema(made.id), subject.named("schema", name));
    }
    const { path } = replay;
    replay.path = [name, ...path];
    for (const element of body.schemaElts ?? []) replay.run({ ...replay.statement, node: element });
    replay.path = path;
  },
  CreateEnumStmt: createEnum,
  AlterEnumStmt: alterEnum,
  CompositeTypeStmt: createComposite,
  CreateDomainStmt: createDomain,
  AlterDomainStmt: alterDomain,
  CreateFunctionStmt: createRoutine,
  AlterFunctionStmt: alterRoutine,
  CreateTrigStmt: createTrigger,
  GrantStmt: grant,
  DropOwnedStmt: (replay, body) => dropRoles(replay, body, true),
  DropRoleStmt: (replay, body) => dropRoles(replay, body, false),
  CreatePolicyStmt: createPolicy,
  AlterPolicyStmt: alterPolicy,
  RuleStmt(replay, body) {
    const relation = replay.existing(body.relation);
    if (relation === undefined) return;
    relation.rules.set(body.rulename ?? "", digest({ ...body, replace: undefined }));
    replay.note("trigger", subject.relation(relation.id));
  },
  DefineStmt(replay, body) {
    const { name } = nameOf(texts(body.defnames));
    replay.schema.others.add(`${otherKinds[body.kind ?? ""] ?? "other"} ${name}`);
    replay.note("created", subject.named("other", name));
  },
  CreateCastStmt: (replay, body) => {
    replay.schema.others.add(`cast ${castName(body.sourcetype, body.targettype)}`);
  },
  RefreshMatViewStmt(replay, body) {
    const view = replay.find(relationName(body.relation));
    if (view === undefined) return;
    view.definition = (view.definition ?? "").replace(
      /,(true|null)\]$/,
      body.skipData === true ? ",true]" : ",null]",
    );
    replay.note("body", subject.relation(view.id));
  },
  CreateExtensionStmt(replay, body) {
    replay.schema.others.add(`extension ${body.extname ?? ""}`);
    replay.note("created", subject.named("extension", body.extname ?? ""));
  },
  AlterExtensionStmt: (replay, body) => replay.note("other", subject.named("extension", body.extname ?? "")),
  AlterOwnerStmt: (replay, body) => {
    const name = nameOf(texts(only(body.object, "List")?.items));
    replay.note("access", subject.named("other", name.name === "" ? (text(body.object) ?? "") : name.name));
  },
  CreateRoleStmt: (replay, body) => createRole(replay, body.role ?? ""),
  AlterRoleStmt: alterRole,
  AlterRoleSetStmt: setForRole,
  AlterDatabaseStmt: alterDatabase,
  AlterDatabaseSetStmt: (replay, body) => setForDatabase(replay, body.setstmt),
  VariableSetStmt: setVariable,
  DoStmt: runBlock,
  CallStmt(replay, body) {
    const { funccall: call } = body;
    if (call !== undefined) runCalls(replay, { FuncCall: call }, [{ FuncCall: call }]);
  },
  SelectStmt(replay, body) {
    if (body.intoClause !== undefined) selectInto(replay, body);
    setConfig(replay, body);
    runNested(replay, { SelectStmt: body });
    if (replay.ahead !== undefined || hasCalls(body))
      runCalls(
        replay,
        body,
        (body.targetList ?? []).flatMap((node) => only(node, "ResTarget")?.val ?? []),
      );
  },
  DropdbStmt: (replay) => replay.unreadable("it drops a whole database"),
  AlterSystemStmt(replay, body) {
    setForServer(replay, body.setstmt);
    replay.unreadable("it changes the server's settings");
  },
  PrepareStmt: (replay) => replay.unreadable("PREPARE: what it runs is not known here"),
  ExecuteStmt: (replay) => replay.unreadable("EXECUTE of a prepared statement"),
};

const hasCalls = (select: SelectStmt) => select.fromClause === undefined && select.targetList !== undefined;

/** Applies one statement to the model; what matters to no old code is left out. */
export function dispatch(replay: Replay, node: Node): void {
  const kind = kindOf(node) as Kind;
  const handler = definitions[kind] ?? (replay.ahead === undefined ? undefined : rows[kind]);
  (handler as ((replay: Replay, body: unknown) => void) | undefined)?.(
    replay,
    (node as unknown as Record<string, unknown>)[kind],
  );
}

/** The statement itself, then what its CTEs change and its expressions call. */
function withQueries<Statement>(
  replay: Replay,
  body: Statement,
  apply: (replay: Replay, body: Statement) => void,
): void {
  runNested(replay, body);
  apply(replay, body);
  runCalls(replay, body, []);
}

/** Runs the data-modifying CTEs anywhere in a query. */
function runNested(replay: Replay, tree: unknown): void {
  if (replay.ahead === undefined) return;
  walk(tree, (kind, body) => {
    if (kind !== "CommonTableExpr") return;
    const query = (body as Body<"CommonTableExpr">).ctequery;
    if (query === undefined || only(query, "SelectStmt") !== undefined) return;
    dispatch(replay, query);
    return false;
  });
}

function setVariable(replay: Replay, statement: VariableSetStmt): void {
  if (statement.name !== "search_path" && statement.kind !== "VAR_RESET_ALL") return;
  const names = (statement.args ?? []).flatMap((node) => literal(node) ?? []);
  replay.path = statement.kind === "VAR_SET_VALUE" ? pathOf(names) : ["public"];
}

function setConfig(replay: Replay, select: SelectStmt): void {
  for (const node of select.targetList ?? []) {
    const call = only(only(node, "ResTarget")?.val, "FuncCall");
    if (texts(call?.funcname).at(-1) !== "set_config" || literal(call?.args?.[0]) !== "search_path") continue;
    replay.path = pathOf(
      (literal(call?.args?.[1]) ?? "").split(",").map((name) => name.trim().replaceAll('"', "")),
    );
  }
}

function pathOf(names: readonly string[]): string[] {
  return names.filter((name) => name !== "" && name !== "$user" && name !== "pg_catalog");
}
