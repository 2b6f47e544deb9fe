import type { Sides } from "./catalog";
import { forRole } from "./forRole";
import type { RoleFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { listed } from "./words";

/** Whether roles still get in, and what they may do by themselves; what they were granted is told of what it is on. */
export function compareLogins(sides: Sides): StructuralFinding[] {
  const { before, after } = sides;
  const roles = before.facts.roles.flatMap((old) => {
    const now = after.role(old.oid);
    // One that was renamed or dropped is told by that.
    if (now === undefined || now.name !== old.name) return [];
    return [...shutOut(old, now), ...attributesLost(old, now, sides)].map((finding) =>
      forRole(finding, old.name, sides),
    );
  });
  return [...roles, ...databaseFindings(sides)];
}

function shutOut(old: RoleFacts, now: RoleFacts): StructuralFinding[] {
  const { name } = old;
  const object = { kind: "role", name } as const;
  if (!old.canLogin) return [];
  const refused = (why: string, remedy: string) => [
    structuralFinding(
      "login-refused",
      object,
      `The role ${name} ${why}; release code that logs in as it gets an error.`,
      { remedy },
    ),
  ];
  const limited = (why: string, remedy: string) => [
    structuralFinding("login-limited", object, `The role ${name} ${why}.`, { remedy }),
  ];
  if (!now.canLogin) return refused("may not log in any more", `ALTER ROLE ${name} LOGIN.`);
  const atATime = sessionsLost(old.connectionLimit, now.connectionLimit);
  // A superuser is held by no limit.
  if (atATime === "all" && !now.superuser)
    return refused("may have no session", `ALTER ROLE ${name} CONNECTION LIMIT ${old.connectionLimit}.`);
  if (now.expired && !old.expired)
    return refused(
      `has a password that stopped working at ${now.validUntil ?? "a time that is over"}`,
      `ALTER ROLE ${name} VALID UNTIL 'infinity'.`,
    );
  if (old.password !== null && now.password !== old.password)
    return refused(
      now.password === null ? "has no password any more" : "has another password",
      `Set the password that release code knows: ALTER ROLE ${name} PASSWORD ….`,
    );
  return [
    ...(atATime === "some" && !now.superuser
      ? limited(
          `may have ${now.connectionLimit} sessions at a time, before ${old.connectionLimit === -1 ? "any number" : old.connectionLimit}`,
          `ALTER ROLE ${name} CONNECTION LIMIT ${old.connectionLimit}.`,
        )
      : []),
    ...(endsSooner(old, now)
      ? limited(
          `has a password that works until ${now.validUntil ?? ""} only`,
          `ALTER ROLE ${name} VALID UNTIL '${old.validUntil ?? "infinity"}'.`,
        )
      : []),
  ];
}

function sessionsLost(before: number, after: number): "all" | "some" | "none" {
  if (after === -1 || before === after || (before !== -1 && after > before)) return "none";
  return after === 0 ? "all" : "some";
}

function endsSooner(old: RoleFacts, now: RoleFacts): boolean {
  return now.validUntil !== null && now.validUntil !== "infinity" && now.validUntil !== old.validUntil;
}

const attributes = [
  ["superuser", "SUPERUSER"],
  ["bypassesRowSecurity", "BYPASSRLS"],
  ["createsDatabases", "CREATEDB"],
  ["createsRoles", "CREATEROLE"],
  ["replicates", "REPLICATION"],
] as const;

/** A superuser's other attributes say nothing. Row security alone turns ordinary statements away where it was passed by. */
function attributesLost(old: RoleFacts, now: RoleFacts, { after }: Sides): StructuralFinding[] {
  const lost = attributes.flatMap(([attribute, word]) => (old[attribute] && !now[attribute] ? word : []));
  if (lost.length === 0 || now.superuser) return [];
  const hides = after.facts.relations.some(({ rowSecurity }) => rowSecurity);
  const held = hides && !now.bypassesRowSecurity && (old.bypassesRowSecurity || old.superuser);
  const finding = structuralFinding(
    "role-attribute-lost",
    { kind: "role", name: old.name },
    `The role ${old.name} has lost ${listed(lost)}; what release code could do only with that gets an error.`,
    { remedy: `ALTER ROLE ${old.name} ${lost.join(" ")}.` },
  );
  return [held ? { ...finding, verdict: "breaking" } : finding];
}

function databaseFindings({ before, after }: Sides): StructuralFinding[] {
  const [old] = before.facts.database;
  const [now] = after.facts.database;
  if (old === undefined || now === undefined) return [];
  const lost = sessionsLost(old.connectionLimit, now.connectionLimit);
  if (lost === "none") return [];
  return [
    structuralFinding(
      lost === "all" ? "login-refused" : "login-limited",
      { kind: "other", name: "database" },
      lost === "all"
        ? "The database takes no sessions but those of superusers; release code gets an error when it connects."
        : `The database takes ${now.connectionLimit} sessions at a time, before ${old.connectionLimit === -1 ? "any number" : old.connectionLimit}.`,
      { remedy: `ALTER DATABASE … CONNECTION LIMIT ${old.connectionLimit}.` },
    ),
  ];
}
