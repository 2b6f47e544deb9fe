import type { ObjectName } from "../objectName";
import type { Catalog, Sides } from "./catalog";
import { forRole } from "./forRole";
import type { Grants, RoleFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { listed } from "./words";

/** Something that privileges are granted on, under its name on both sides. */
export interface Guarded {
  object: ObjectName;
  /** As sentences write it: `orders`, `the schema billing`. */
  name: string;
  /** What PUBLIC has where nothing was ever granted or revoked. */
  usual: readonly string[];
  /** What the owner has then. */
  owners: readonly string[];
  before: Held;
  after: Held;
}

export interface Held {
  owner: number;
  grants: Grants;
  /** Of a column: the table's, which hold for all of its columns. */
  outer?: Held;
  /** Of a table: those of the columns that old code knows, which together are as good as the table's. */
  columns?: readonly Grants[];
}

const everyone = 0;

/** What roles could do and no longer can, whether by a grant of their own, through a role or as everyone. */
export function comparePrivileges(guarded: Guarded, sides: Sides): StructuralFinding[] {
  const { object, name } = guarded;
  const findings = ownerFindings(guarded, sides);
  const roles = sides.before.facts.roles.filter(
    ({ oid, superuser }) =>
      sides.after.role(oid) !== undefined && !(superuser && sides.after.role(oid)?.superuser === true),
  );
  const lost = new Map<string, string[]>();
  const stillHeld = new Map<string, number>();
  for (const privilege of privilegesOf(guarded)) {
    for (const role of roles) {
      if (privilege === "CONNECT" && !role.canLogin) continue;
      if (!holds(role.oid, privilege, guarded.before, guarded.usual, sides.before)) continue;
      if (holds(role.oid, privilege, guarded.after, guarded.usual, sides.after))
        stillHeld.set(privilege, (stillHeld.get(privilege) ?? 0) + 1);
      else lost.set(role.name, [...(lost.get(role.name) ?? []), privilege]);
    }
  }
  const alike = new Map<string, { roles: string[]; privileges: string[] }>();
  for (const [role, privileges] of lost) {
    const known = alike.get(privileges.join());
    if (known === undefined) alike.set(privileges.join(), { roles: [role], privileges });
    else known.roles.push(role);
  }
  for (const { roles: losers, privileges } of alike.values())
    findings.push(lostBy(losers, privileges, guarded, sides));
  const fromAll = privilegesOf(guarded).filter(
    (privilege) =>
      has(everyone, privilege, guarded.before, guarded.usual) &&
      !has(everyone, privilege, guarded.after, guarded.usual),
  );
  // Where the role of old code is known, and still can, nobody else matters.
  const own = sides.after.facts.roles.find(({ name: role }) => role === sides.role)?.oid;
  const kept =
    own !== undefined &&
    fromAll.every((privilege) => holds(own, privilege, guarded.after, guarded.usual, sides.after));
  if (fromAll.length > 0 && lost.size === 0 && !kept)
    findings.push(
      fromAll.every((privilege) => (stillHeld.get(privilege) ?? 0) > 0)
        ? structuralFinding(
            "privilege-revoked-from-public",
            object,
            `Not every role can ${listed(fromAll)} ${name} any more, though all that are known here still can.`,
          )
        : lostBy(["PUBLIC"], fromAll, guarded, sides),
    );
  return findings;
}

/** Without CONNECT a role does not even log in, and without TEMPORARY it makes no temporary tables, which is all. */
function lostBy(
  roles: readonly string[],
  privileges: readonly string[],
  { object, name }: Guarded,
  sides: Sides,
): StructuralFinding {
  const finding = revoked(object, name, roles, privileges);
  const own = roles.find((role) => role === sides.role) ?? roles[0] ?? "";
  if (!privileges.includes("CONNECT") && privileges.includes("TEMPORARY"))
    return {
      ...finding,
      verdict: "conditional",
      reason: `${listed(roles)} no longer ${roles.length === 1 ? "has" : "have"} ${listed(privileges)} on ${name}; release code that makes temporary tables gets an error.`,
    };
  return privileges.includes("CONNECT") ? forRole(finding, own, sides) : finding;
}

function revoked(
  object: ObjectName,
  name: string,
  roles: readonly string[],
  privileges: readonly string[],
): StructuralFinding {
  const words = listed(privileges);
  return structuralFinding(
    "privilege-revoked",
    object,
    `${listed(roles)} no longer ${roles.length === 1 ? "has" : "have"} ${words} on ${name}; release code that uses ${roles.length === 1 ? "that role" : "one of them"} gets an error.`,
    { remedy: `GRANT ${privileges.join(", ")} ON ${name} TO ${roles.join(", ")}.` },
  );
}

function ownerFindings({ object, name, before, after }: Guarded, sides: Sides): StructuralFinding[] {
  if (before.outer !== undefined || before.owner === after.owner) return [];
  const role = (catalog: Catalog, oid: number) => catalog.role(oid)?.name ?? "another role";
  return [
    structuralFinding(
      "owner-changed",
      object,
      `${name} belongs to ${role(sides.after, after.owner)}, before to ${role(sides.before, before.owner)}; release code of the former owner may lack rights.`,
    ),
  ];
}

/** Those that matter to statements; TRUNCATE, TRIGGER and the like among them where they were granted outright. */
function privilegesOf({ before: { grants, outer }, usual, owners }: Guarded): string[] {
  const own = (grants ?? []).map(([, privilege]) => privilege);
  const inherited = outer === undefined ? [] : (outer.grants ?? []).map(([, privilege]) => privilege);
  const implied = grants === null ? (outer === undefined ? [...usual, ...owners] : []) : [];
  return [
    ...new Set([...own, ...inherited.filter((privilege) => ofColumns.includes(privilege)), ...implied]),
  ];
}

const ofColumns = ["SELECT", "INSERT", "UPDATE", "REFERENCES"];

/** Whether a role can, by itself, through the roles whose privileges it has, or as everyone. */
export function holds(
  role: number,
  privilege: string,
  held: Held,
  usual: readonly string[],
  catalog: Catalog,
): boolean {
  const facts = catalog.role(role);
  if (facts?.superuser) return true;
  const all = [role, everyone, ...(facts?.memberOf ?? [])];
  if (all.some((oid) => has(oid, privilege, held, usual) || isSuperuser(catalog.role(oid)))) return true;
  const granted = (grants: Grants) =>
    (grants ?? []).some(([to, what]) => what === privilege && all.includes(to));
  return held.columns !== undefined && held.columns.length > 0 && held.columns.every(granted);
}

const isSuperuser = (role: RoleFacts | undefined) => role?.superuser ?? false;

function has(
  role: number,
  privilege: string,
  { owner, grants, outer }: Held,
  usual: readonly string[],
): boolean {
  if (outer !== undefined && has(role, privilege, outer, [])) return true;
  if (grants === null) {
    if (outer !== undefined) return false;
    return role === owner || (role === everyone && usual.includes(privilege));
  }
  return grants.some(([grantee, granted]) => grantee === role && granted === privilege);
}

/** The roles, but superusers, the owner and its members, that can do any of these. */
export function granteesOf(held: Held, privilege: string, catalog: Catalog): RoleFacts[] {
  return catalog.facts.roles.filter(
    (role) =>
      !role.superuser &&
      role.oid !== held.owner &&
      !(role.memberOf ?? []).includes(held.owner) &&
      holds(role.oid, privilege, held, [], catalog),
  );
}
