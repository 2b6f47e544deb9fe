import type { ObjectName } from "../objectName";
import type { Relation } from "./model";
import { type Comparison, type ModelFinding, ofRelation, spoken } from "./modelFinding";

export function compareAccess({ before, after, ahead }: Comparison): ModelFinding[] {
  const found: ModelFinding[] = [];
  for (const old of before.relations.all()) {
    const now = after.relations.at(old.schema, old.name);
    if (now === undefined || old.temporary) continue;
    if (now.id === old.id || now.kind === old.kind)
      found.push(...revoked(old.grants, now.grants, ofRelation(old), spoken(old)));
    if (now.id === old.id) found.push(...rowSecurity(old, now));
  }
  for (const [name, { grants }] of before.schemas) {
    const now = after.schemas.get(name);
    if (now !== undefined)
      found.push(...revoked(grants, now.grants, { kind: "schema", name }, `the schema ${name}`));
  }
  found.push(...disconnected(before.database, after.database, ahead.role));
  for (const old of before.routines.values()) {
    const now = after.routinesAt(old.schema, old.name).find(({ args }) => args.join() === old.args.join());
    const object = {
      kind: "function",
      schema: old.schema,
      name: old.name,
      args: old.args.join(", "),
    } as const;
    if (now !== undefined) found.push(...revoked(old.grants, now.grants, object, spoken(old)));
  }
  return found;
}

/** Everyone may connect at first; where that ends, those who were granted it by name still can. */
function disconnected(
  old: ReadonlyMap<string, ReadonlySet<string>>,
  now: ReadonlyMap<string, ReadonlySet<string>>,
  role: string | undefined,
): ModelFinding[] {
  const object = { kind: "other", name: "database" } as const;
  const may = (name: string) => now.get(name)?.has("connect") === true;
  const others = [...now.keys()].some((name) => name !== "public" && may(name));
  const kept = may("public") || (role === undefined ? others : may(role));
  const nobodyElse = role === undefined && !may("public");
  return revoked(old, now, object, "the database").map((finding) => {
    const ofPublic = finding.reason.startsWith("public ");
    const lost = ofPublic ? !kept : nobodyElse || (finding.reason.startsWith(`${role ?? ""} `) && !kept);
    if (lost && /\bno longer\b.*\bconnect\b/.test(finding.reason)) return finding;
    return ofPublic
      ? { ...finding, rule: "privilege-revoked-from-public", verdict: "conditional" }
      : { ...finding, verdict: "conditional" };
  });
}

function revoked(
  old: ReadonlyMap<string, ReadonlySet<string>>,
  now: ReadonlyMap<string, ReadonlySet<string>>,
  object: ObjectName,
  where: string,
): ModelFinding[] {
  return [...old].flatMap(([role, privileges]) => {
    const left = now.get(role) ?? new Set();
    const lost = [...privileges].filter(
      (privilege) => !left.has(privilege) && !left.has(privilege.split(" ")[0] ?? ""),
    );
    if (lost.length === 0) return [];
    return [
      {
        rule: "privilege-revoked",
        verdict: "breaking" as const,
        object,
        reason: `${role} may no longer ${lost.join(", ")} on ${where}.`,
      },
    ];
  });
}

function rowSecurity(old: Relation, now: Relation): ModelFinding[] {
  const object = ofRelation(old);
  const others = [...old.grants].some(([, privileges]) => privileges.size > 0);
  const on = now.rowSecurity && !old.rowSecurity;
  if (on || (now.forced && !old.forced && now.rowSecurity))
    return [
      others || now.forced
        ? {
            rule: "row-security-on",
            verdict: "breaking",
            object,
            reason: `Row security on ${spoken(old)} shows and takes only what its policies let through.`,
          }
        : {
            rule: "row-security-on-let-through",
            verdict: "conditional",
            object,
            reason: `Row security is on for ${spoken(old)}; its owner is not held by it, any other role is.`,
          },
    ];
  if (!now.rowSecurity && old.rowSecurity)
    return [
      {
        rule: "row-security-off",
        verdict: "conditional",
        object,
        reason: `Row security on ${spoken(old)} is off: old code can read rows that it never met.`,
      },
    ];
  if (!now.rowSecurity) return [];
  const policies = (relation: Relation) => JSON.stringify([...relation.policies].sort());
  if (policies(old) === policies(now)) return [];
  const fewer = [...old.policies.keys()].some((name) => old.policies.get(name) !== now.policies.get(name));
  const restrictive = [...now.policies].some(
    ([name, policy]) => !old.policies.has(name) && !policy.includes('"permissive":true'),
  );
  return [
    fewer || restrictive
      ? {
          rule: "policy-narrowed",
          verdict: "breaking",
          object,
          reason: `A policy of ${spoken(old)} is gone, says something else, or holds back more.`,
        }
      : {
          rule: "policy-widened",
          verdict: "conditional",
          object,
          reason: `${spoken(old)} has another policy.`,
        },
  ];
}
