import type {
  AlterDatabaseStmt,
  AlterRoleSetStmt,
  AlterRoleStmt,
  Node,
  RenameStmt,
  VariableSetStmt,
} from "libpg-query";
import type { ObjectName } from "../objectName";
import { durationOf, isOn, isOnlySpeed, tiny } from "../snapshot/settingValues";
import { ruleOf } from "../rules/rules";
import { subject } from "./journal";
import type { ModelFinding } from "./modelFinding";
import { integer, literal, only, text } from "./nodes";
import type { Replay } from "./replay";

/** Whether sessions of old code still begin, and with what. What the gap takes back itself is forgotten again. */
export interface SessionDifference extends ModelFinding {
  /** Whether no scratch database shows it, or not each does. */
  beside: boolean;
}

const database: ObjectName = { kind: "other", name: "database" };

const roleObject = (name: string): ObjectName => ({ kind: "role", name });

function differ(
  replay: Replay,
  object: ObjectName,
  aspect: string,
  difference: { rule: string; reason: string; beside?: boolean } | undefined,
): void {
  replay.note("access", subject.named(object.kind, object.name));
  const { ahead } = replay;
  if (ahead === undefined || ahead.madeRoles.has(object.name)) return;
  const key = `${object.kind} ${object.name} ${aspect}`;
  if (difference === undefined) ahead.sessions.delete(key);
  else
    ahead.sessions.set(key, {
      ...difference,
      ...graver(difference.rule, object, replay),
      object,
      beside: difference.beside ?? false,
    });
}

/** Another role than that of old code, where that is known, is not known to be used by it. */
function graver(rule: string, { kind, name }: ObjectName, { ahead }: Replay): Pick<ModelFinding, "verdict"> {
  const another = kind === "role" && ahead?.role !== undefined && ahead.role !== name;
  return { verdict: another && rule !== "role-dropped" ? "conditional" : ruleOf(rule).verdict };
}

export function createRole(replay: Replay, role: string): void {
  replay.ahead?.madeRoles.add(role);
}

export function alterRole(replay: Replay, statement: AlterRoleStmt): void {
  const role = statement.role?.rolename ?? "";
  const object = roleObject(role);
  replay.note("access", subject.named("role", role));
  for (const node of statement.options ?? []) {
    const option = only(node, "DefElem");
    const flag = only(option?.arg, "Boolean")?.boolval === true;
    switch (option?.defname) {
      case "canlogin":
        differ(
          replay,
          object,
          "login",
          flag ? undefined : { rule: "login-refused", reason: `The role ${role} may not log in any more.` },
        );
        break;
      case "password":
        differ(replay, object, "password", {
          rule: "login-refused",
          reason: `The role ${role} has ${option.arg === undefined ? "no password any more" : "another password"}.`,
          beside: true,
        });
        break;
      case "validUntil":
        differ(replay, object, "validity", validity(role, text(option.arg) ?? "", replay));
        break;
      case "connectionlimit":
        differ(replay, object, "sessions", sessions(`The role ${role}`, option.arg));
        break;
      case "superuser":
      case "createdb":
      case "createrole":
      case "isreplication":
      case "bypassrls":
        differ(
          replay,
          object,
          option.defname,
          flag
            ? undefined
            : { rule: "role-attribute-lost", reason: `The role ${role} is without ${option.defname}.` },
        );
        break;
      default:
    }
  }
}

function validity(role: string, until: string, { ahead }: Replay) {
  if (until === "infinity") return undefined;
  const over = !(Date.parse(until) > (ahead?.now.getTime() ?? 0));
  return over
    ? { rule: "login-refused", reason: `The password of ${role} stopped working at ${until}.` }
    : { rule: "login-limited", reason: `The password of ${role} works until ${until} only.` };
}

function sessions(whose: string, count: Node | undefined) {
  const most = only(count, "Integer")?.ival ?? 0;
  if (most < 0) return undefined;
  return most === 0
    ? { rule: "login-refused", reason: `${whose} has no session.` }
    : { rule: "login-limited", reason: `${whose} has at most ${most} sessions at a time.` };
}

export function alterDatabase(replay: Replay, statement: AlterDatabaseStmt): void {
  for (const node of statement.options ?? []) {
    const option = only(node, "DefElem");
    if (option?.defname === "connection_limit")
      differ(replay, database, "sessions", sessions("The database", option.arg));
    if (option?.defname === "allow_connections")
      differ(
        replay,
        database,
        "connections",
        text(option.arg) === "true" || only(option.arg, "Boolean")?.boolval === true
          ? undefined
          : { rule: "login-refused", reason: "The database takes no connections.", beside: true },
      );
  }
}

/** A role or a database under another name. */
export function renameHolder(replay: Replay, { renameType, subname = "", newname = "" }: RenameStmt): void {
  if (renameType === "OBJECT_DATABASE")
    differ(replay, database, "name", {
      rule: "login-refused",
      reason: `The database ${subname} is called ${newname} now.`,
      beside: true,
    });
  else
    differ(replay, roleObject(subname), "name", {
      rule: "role-dropped",
      reason: `The role ${subname} is called ${newname} now.`,
    });
}

export function dropRole(replay: Replay, role: string): void {
  differ(replay, roleObject(role), "name", { rule: "role-dropped", reason: `The role ${role} is gone.` });
}

/** ALTER ROLE … SET; without a role it is for all of them. */
export function setForRole(replay: Replay, { role, setstmt }: AlterRoleSetStmt): void {
  const name = role?.rolename;
  sessionSetting(replay, name === undefined ? database : roleObject(name), setstmt);
}

export function setForDatabase(replay: Replay, setting: VariableSetStmt | undefined): void {
  sessionSetting(replay, database, setting);
}

/** ALTER SYSTEM, which no scratch database runs. */
export function setForServer(replay: Replay, setting: VariableSetStmt | undefined): void {
  sessionSetting(replay, database, setting, true);
}

/** What sessions of old code begin with. */
function sessionSetting(
  replay: Replay,
  object: ObjectName,
  setting: VariableSetStmt | undefined,
  beside = false,
): void {
  const name = setting?.name ?? "";
  const value = setting?.kind === "VAR_SET_VALUE" ? valueOf(setting.args?.[0]) : undefined;
  const all = setting?.kind === "VAR_RESET_ALL";
  if (isOnlySpeed(name)) return;
  const path = name === "search_path" || all;
  const milliseconds = value === undefined ? undefined : durationOf(value);
  const differs = (rule: string, reason: string) => differ(replay, object, name, { rule, reason, beside });
  if (path)
    differs(
      "search-path-changed",
      "Names without a schema can mean something else, or nothing, to old code.",
    );
  else if (name === "default_transaction_read_only" && value !== undefined && isOn(value))
    differs(
      "session-read-only",
      "Transactions of old code only read; every statement that writes gets an error.",
    );
  else if (/^(statement|transaction)_timeout$/.test(name) && milliseconds !== undefined && tiny(milliseconds))
    differs("session-cut-short", `Statements of old code are ended after ${value ?? ""}.`);
  else differs("setting-changed", `Sessions of old code begin with another ${name}.`);
}

function valueOf(node: Node | undefined): string | undefined {
  const flag = only(node, "A_Const")?.boolval;
  if (flag !== undefined) return flag.boolval === true ? "on" : "off";
  return literal(node) ?? integer(node)?.toString();
}
