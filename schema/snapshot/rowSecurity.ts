import type { Sides } from "./catalog";
import { granteesOf } from "./privileges";
import { isTable, type RelationPair } from "./relations";
import type { PolicyFacts, RelationFacts, RoleFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { listed, partName, relationName, short, written } from "./words";

const commands = { r: "SELECT", a: "INSERT", w: "UPDATE", d: "DELETE" } as const;

/** Row security on the table under the old name: whether it is on, for whom, and what its policies let through. */
export function compareRowSecurity(pair: RelationPair, sides: Sides): StructuralFinding[] {
  const { before, after } = pair;
  if (!isTable(before) || !isTable(after)) return [];
  const object = relationName(before);
  const name = written(before);
  if (!after.rowSecurity)
    return before.rowSecurity
      ? [
          structuralFinding(
            "row-security-off",
            object,
            `Row security of ${name} is off; release code can read and write rows that were hidden from it.`,
          ),
        ]
      : [];
  if (before.rowSecurity && (before.forcedRowSecurity || !after.forcedRowSecurity))
    return policyFindings(pair, sides);
  const letThrough = letsAllThrough(sides.after.policiesOf(after.oid));
  // On a scratch database the owner is a superuser, whom nothing binds; where the release runs it seldom is.
  const owner = after.forcedRowSecurity && !before.forcedRowSecurity && !letThrough ? ["its owner"] : [];
  const roles = stoppedRoles(pair, sides);
  const stopped = roles.length > 0 ? roles : owner;
  if (stopped.length === 0 && letThrough) return [];
  return stopped.length > 0
    ? [
        structuralFinding(
          "row-security-on",
          object,
          `Row security of ${name} is on${after.forcedRowSecurity ? " and forced" : ""}, and no policy lets ${listed(stopped)} go on as before; rows are hidden and inserts refused.`,
          {
            remedy: `CREATE POLICY … ON ${name} TO ${roles[0] ?? "the owner"} USING (true), or ALTER TABLE ${name} DISABLE ROW LEVEL SECURITY.`,
          },
        ),
      ]
    : [
        structuralFinding(
          "row-security-on-let-through",
          object,
          `Row security of ${name} is on${after.forcedRowSecurity ? " and forced" : ""}; a role that neither owns it nor has a policy sees no rows.`,
        ),
      ];
}

/** Roles that had a privilege on rows and are not let through for it, by name. */
function stoppedRoles({ before, after }: RelationPair, sides: Sides): string[] {
  const policies = sides.after.policiesOf(after.oid);
  const stopped = Object.entries(commands).flatMap(([command, privilege]) => [
    ...concerned(before, after, privilege, sides).filter((role) => !isLetThrough(role, command, policies)),
  ]);
  return [...new Set(stopped.map(({ name }) => name))];
}

function concerned(
  before: RelationFacts,
  after: RelationFacts,
  privilege: string,
  sides: Sides,
): RoleFacts[] {
  const grantees = granteesOf(before, privilege, sides.before);
  const owner = sides.before.role(before.owner);
  const forced =
    after.forcedRowSecurity && !before.forcedRowSecurity && owner !== undefined && !owner.superuser;
  const all = before.rowSecurity ? [] : grantees;
  return [...all, ...(forced ? [owner] : [])].filter(({ bypassesRowSecurity }) => !bypassesRowSecurity);
}

function letsAllThrough(policies: readonly PolicyFacts[]): boolean {
  const anyone = { oid: 0, memberOf: null };
  return (
    Object.keys(commands).every((command) => isLetThrough(anyone, command, policies)) &&
    policies.every(
      ({ permissive, using, check }) =>
        permissive || ([null, "true"].includes(using) && [null, "true"].includes(check)),
    )
  );
}

/** A permissive policy without a condition, and no restrictive one with one. */
function isLetThrough(
  { oid, memberOf }: Pick<RoleFacts, "oid" | "memberOf">,
  command: string,
  policies: readonly PolicyFacts[],
): boolean {
  const roles = [0, oid, ...(memberOf ?? [])];
  const holding = policies.filter(
    (policy) =>
      (policy.command === "*" || policy.command === command) &&
      policy.roles.some((role) => roles.includes(role)),
  );
  const open = ({ using, check }: PolicyFacts) =>
    (using === null || using === "true") && (check === null || check === "true");
  return (
    holding.some((policy) => policy.permissive && open(policy)) &&
    holding.every((policy) => policy.permissive || open(policy))
  );
}

/** Policies of a table whose row security was on before. */
function policyFindings({ before, after }: RelationPair, sides: Sides): StructuralFinding[] {
  const olds = sides.before.policiesOf(before.oid);
  const news = sides.after.policiesOf(after.oid);
  const gone = olds.filter((old) => !news.some((policy) => essence(policy) === essence(old)));
  const come = news.filter((policy) => !olds.some((old) => essence(old) === essence(policy)));
  const name = written(before);
  const finding = (policy: PolicyFacts, narrower: boolean, verb: string) =>
    structuralFinding(
      narrower ? "policy-narrowed" : "policy-widened",
      partName("policy", before, policy.name),
      `The policy ${policy.name} of ${name} ${verb}: ${short(words(policy))}; release code sees ${narrower ? "fewer" : "more"} rows.`,
    );
  return [
    ...gone.map((policy) => finding(policy, policy.permissive, "no longer holds")),
    ...come.map((policy) => finding(policy, !policy.permissive, "is new")),
  ];
}

const words = ({ permissive, using, check }: PolicyFacts) =>
  `${permissive ? "PERMISSIVE" : "RESTRICTIVE"}${using === null ? "" : ` USING (${using})`}${check === null ? "" : ` WITH CHECK (${check})`}`;

const essence = ({ permissive, command, roles, using, check }: PolicyFacts) =>
  JSON.stringify([permissive, command, [...roles].sort((one, other) => one - other), using, check]);
