import type {
  AlterPolicyStmt,
  CreatePolicyStmt,
  DropOwnedStmt,
  DropRoleStmt,
  GrantStmt,
  Node,
} from "libpg-query";
import { subject } from "./journal";
import { digest, only, texts } from "./nodes";
import { routinesMeant } from "./renames";
import type { Replay } from "./replay";
import { dropRole } from "./sessions";

type Grants = Map<string, Set<string>>;

const allPrivileges: Record<string, readonly string[]> = {
  table: ["select", "insert", "update", "delete", "truncate", "references", "trigger"],
  sequence: ["usage", "select", "update"],
  schema: ["usage", "create"],
  routine: ["execute"],
  database: ["connect", "temporary", "create"],
};

/** GRANT and REVOKE on relations, schemas and routines. */
export function grant(replay: Replay, statement: GrantStmt): void {
  const roles = (statement.grantees ?? []).flatMap((node) => roleOf(node) ?? []);
  for (const { grants, kind, subjects, assume } of objectsOf(replay, statement)) {
    const named = (statement.privileges ?? []).flatMap((node) => only(node, "AccessPriv") ?? []);
    const privileges =
      named.length === 0
        ? (allPrivileges[kind] ?? [])
        : named.flatMap(({ priv_name: privilege, cols }) =>
            cols === undefined
              ? (privilege ?? allPrivileges[kind] ?? [])
              : texts(cols).map((column) => `${privilege} (${column})`),
          );
    for (const role of roles) {
      const own = grants.get(role) ?? new Set<string>();
      if (statement.is_grant !== true && statement.grant_option !== true && !grants.has(role))
        assume?.(role, privileges);
      for (const privilege of privileges)
        if (statement.is_grant === true) own.add(privilege);
        else if (statement.grant_option !== true) own.delete(privilege);
      grants.set(role, own);
    }
    replay.note("access", ...subjects);
  }
  for (const role of roles) replay.note("access", subject.named("role", role));
}

interface Grantable {
  grants: Grants;
  kind: "table" | "sequence" | "schema" | "routine" | "database";
  subjects: readonly string[];
  /** What is revoked without ever having been granted in the SQL may have been granted by hand. */
  assume?: (role: string, privileges: readonly string[]) => void;
}

function objectsOf(replay: Replay, statement: GrantStmt): Grantable[] {
  const { schema } = replay;
  const objects = statement.objects ?? [];
  if (statement.targtype === "ACL_TARGET_ALL_IN_SCHEMA") {
    const names = new Set(texts(objects));
    if (statement.objtype === "OBJECT_TABLE" || statement.objtype === "OBJECT_SEQUENCE")
      return [...schema.relations.all()]
        .filter(
          (one) =>
            names.has(one.schema) && (one.kind === "sequence") === (statement.objtype === "OBJECT_SEQUENCE"),
        )
        .map((one) => ({
          grants: one.grants,
          kind: one.kind === "sequence" ? "sequence" : "table",
          subjects: [subject.relation(one.id)],
        }));
    return [...schema.routines.values()]
      .filter((one) => names.has(one.schema))
      .map((one) => ({ grants: one.grants, kind: "routine", subjects: [subject.routine(one.id)] }));
  }
  switch (statement.objtype) {
    case "OBJECT_TABLE":
    case "OBJECT_SEQUENCE":
      return objects.flatMap((node) => {
        const relation = replay.existing(only(node, "RangeVar"));
        if (relation === undefined) return [];
        const kind = relation.kind === "sequence" ? ("sequence" as const) : ("table" as const);
        const assume = (role: string, privileges: readonly string[]) => {
          if (role === "public") return;
          replay.ahead?.before.relations.byId.get(relation.id)?.grants.set(role, new Set(privileges));
        };
        return { grants: relation.grants, kind, subjects: [subject.relation(relation.id)], assume };
      });
    case "OBJECT_SCHEMA":
      return texts(objects).map((name) => {
        const named = replay.schemaNamed(name);
        const assume = (role: string, privileges: readonly string[]) => {
          if (role !== "public")
            replay.ahead?.before.schemas.get(name)?.grants.set(role, new Set(privileges));
        };
        return {
          grants: named.grants,
          kind: "schema" as const,
          subjects: [subject.schema(named.id), subject.named("schema", name)],
          assume,
        };
      });
    case "OBJECT_DATABASE":
      return [
        {
          grants: schema.database,
          kind: "database",
          subjects: [subject.named("other", "database")],
          assume: (role, privileges) => {
            if (role !== "public") replay.ahead?.before.database.set(role, new Set(privileges));
          },
        },
      ];
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
      return objects.flatMap((node) =>
        routinesMeant(replay, node).map((one) => ({
          grants: one.grants,
          kind: "routine" as const,
          subjects: [subject.routine(one.id)],
        })),
      );
    default:
      return [];
  }
}

export function roleOf(node: Node): string | undefined {
  const role = only(node, "RoleSpec");
  if (role === undefined) return undefined;
  if (role.roletype === "ROLESPEC_PUBLIC") return "public";
  return role.rolename ?? role.roletype?.toLowerCase();
}

/** DROP OWNED and DROP ROLE take every privilege of the role; DROP OWNED what it owns as well, which nothing shows. */
export function dropRoles(replay: Replay, statement: DropOwnedStmt | DropRoleStmt, owned: boolean): void {
  for (const node of statement.roles ?? []) {
    const role = roleOf(node) ?? "";
    for (const relation of replay.schema.relations.all())
      if (relation.grants.delete(role)) replay.note("access", subject.relation(relation.id));
    for (const [name, { id, grants }] of replay.schema.schemas)
      if (grants.delete(role)) replay.note("access", subject.schema(id), subject.named("schema", name));
    for (const routine of replay.schema.routines.values())
      if (routine.grants.delete(role)) replay.note("access", subject.routine(routine.id));
    replay.note("dropped", subject.named("role", role));
    if (!owned) dropRole(replay, role);
    if (owned) replay.unreadable("what the role owns is not known from SQL");
  }
}

export function createPolicy(replay: Replay, statement: CreatePolicyStmt): void {
  const relation = replay.existing(statement.table);
  if (relation === undefined) return;
  const name = statement.policy_name ?? "";
  relation.policies.set(name, digest(statement));
  replay.note("access", subject.relation(relation.id), subject.policy(relation.id, name));
}

export function alterPolicy(replay: Replay, statement: AlterPolicyStmt): void {
  const relation = replay.existing(statement.table);
  if (relation === undefined) return;
  const name = statement.policy_name ?? "";
  relation.policies.set(name, digest(statement));
  replay.note("access", subject.relation(relation.id), subject.policy(relation.id, name));
}
