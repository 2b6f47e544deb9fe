import { subject } from "./journal";
import type { UserType } from "./model";
import { type Comparison, type ModelFinding, spoken } from "./modelFinding";

export function compareTypes(comparison: Comparison): ModelFinding[] {
  return [...comparison.before.types.all()].flatMap((old) => compareType(comparison, old));
}

function compareType({ after, ahead }: Comparison, old: UserType): ModelFinding[] {
  const object = { kind: "type", schema: old.schema, name: old.name } as const;
  const same = after.types.byId.get(old.id);
  const now = after.types.at(old.schema, old.name);
  if (now === undefined)
    return [
      same === undefined
        ? { rule: "type-dropped", verdict: "breaking", object, reason: `The type ${spoken(old)} is gone.` }
        : {
            rule: "type-renamed",
            verdict: "breaking",
            object,
            reason: `The type ${spoken(old)} is called ${spoken(same)} now.`,
          },
    ];
  const redefined: ModelFinding = {
    rule: "type-redefined",
    verdict: "breaking",
    object,
    reason: `The type ${spoken(old)} is made of something else.`,
  };
  if (now.kind !== old.kind) return [redefined];
  const anew: ModelFinding[] =
    now === same
      ? []
      : [
          {
            ...redefined,
            verdict: "conditional",
            reason: `The type ${spoken(old)} was made anew: what drivers and plans remember of it no longer holds.`,
          },
        ];
  switch (old.kind) {
    case "enum":
      return [...anew, ...compareEnum(old, now)];
    case "composite": {
      if (JSON.stringify(old.attributes) === JSON.stringify(now.attributes)) return anew;
      const kept = old.attributes.every(({ name }) => now.attributes.some((one) => one.name === name));
      return [
        {
          ...redefined,
          verdict: kept || now.attributes.length >= old.attributes.length ? "breaking" : "destructive",
        },
      ];
    }
    case "domain": {
      const found: ModelFinding[] = old.definition === now.definition ? [] : [redefined];
      if (now.notNull && !old.notNull)
        found.push({
          rule: "domain-not-null-set",
          verdict: "breaking",
          object,
          reason: `${spoken(old)} refuses NULL now.`,
        });
      if (!now.notNull && old.notNull)
        found.push({
          rule: "domain-widened",
          verdict: "conditional",
          object,
          reason: `${spoken(old)} takes NULL now.`,
        });
      const digests = (type: UserType) => [...type.constraints.values()].sort();
      const before = digests(old);
      const later = digests(now);
      if (later.some((one) => !before.includes(one)))
        found.push({
          rule: "domain-narrowed",
          verdict: "conditional",
          object,
          reason: `${spoken(old)} refuses values that it took before.`,
        });
      if (before.some((one) => !later.includes(one)))
        found.push({
          rule: "domain-widened",
          verdict: "conditional",
          object,
          reason: `${spoken(old)} takes values that it refused before.`,
        });
      if (
        found.length === 0 &&
        ahead.journal.last(subject.type(old.id), ["type"]) !== undefined &&
        now === same
      )
        found.push({
          rule: "domain-default-changed",
          verdict: "conditional",
          object,
          reason: `${spoken(old)} was altered.`,
        });
      return found;
    }
    case "other":
      return [];
  }
}

function compareEnum(old: UserType, now: UserType): ModelFinding[] {
  const found: ModelFinding[] = [];
  const object = (part: string) => ({ kind: "enumValue", schema: old.schema, name: old.name, part }) as const;
  const labels = now.values.map(({ label }) => label);
  for (const { id, label } of old.values) {
    if (labels.includes(label)) continue;
    const renamed = now.values.find((value) => value.id === id)?.label;
    found.push(
      renamed === undefined
        ? {
            rule: "enum-value-dropped",
            verdict: "breaking",
            object: object(label),
            reason: `${spoken(old)} no longer has the value '${label}'.`,
          }
        : {
            rule: "enum-value-renamed",
            verdict: "breaking",
            object: object(label),
            reason: `The value '${label}' of ${spoken(old)} is called '${renamed}' now.`,
          },
    );
  }
  const known = old.values.map(({ label }) => label);
  for (const { id, label } of now.values)
    if (!known.includes(label) && !old.values.some((value) => value.id === id))
      found.push({
        rule: "enum-value-added",
        verdict: "conditional",
        object: object(label),
        reason: `Old code can read '${label}', a value of ${spoken(old)} that it does not know.`,
      });
  const kept = known.filter((label) => labels.includes(label));
  if (labels.filter((label) => known.includes(label)).join("\0") !== kept.join("\0"))
    found.push({
      rule: "enum-order-changed",
      verdict: "conditional",
      object: { kind: "type", schema: old.schema, name: old.name },
      reason: `The values of ${spoken(old)} sort otherwise.`,
    });
  return found;
}
