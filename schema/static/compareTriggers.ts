import { readBody } from "./bodies";
import { isRequired } from "./compareColumns";
import { type Relation, type Trigger, columnOf } from "./model";
import { type Comparison, type ModelFinding, spoken } from "./modelFinding";

/** Triggers and rewrite rules: what runs when old code writes. */
export function compareTriggers(comparison: Comparison, old: Relation, now: Relation): ModelFinding[] {
  const found: ModelFinding[] = [];
  const add = (rule: string, verdict: ModelFinding["verdict"], part: string, reason: string) =>
    found.push({
      rule,
      verdict,
      object: { kind: "trigger", schema: old.schema, name: old.name, part },
      reason: `${reason}.`,
    });
  const where = spoken(old);
  for (const trigger of now.triggers) {
    const earlier = old.triggers.find(({ name }) => name === trigger.name);
    if (earlier === undefined)
      add(
        "trigger-added",
        isPlain(comparison, now, trigger) ? "conditional" : "breaking",
        trigger.name,
        `The trigger ${trigger.name} runs when old code writes to ${where}`,
      );
    else if (earlier.definition !== trigger.definition || earlier.enabled !== trigger.enabled)
      add(
        "trigger-changed",
        "breaking",
        trigger.name,
        `The trigger ${trigger.name} on ${where} acts otherwise`,
      );
  }
  const filling = old.kind === "view" || now.columns.some(isRequired);
  for (const trigger of old.triggers)
    if (!now.triggers.some(({ name }) => name === trigger.name))
      add(
        "trigger-dropped",
        filling ? "breaking" : "conditional",
        trigger.name,
        `The trigger ${trigger.name} on ${where} is gone: what it filled in or kept right no longer is`,
      );
  for (const [name, rule] of now.rules)
    if (old.rules.get(name) !== rule)
      add(
        "rewrite-rule-changed",
        rule.includes('"instead":true') ? "breaking" : "conditional",
        name,
        `The rule ${name} rewrites what old code does to ${where}`,
      );
  for (const name of old.rules.keys())
    if (!now.rules.has(name))
      add(
        "rewrite-rule-changed",
        "breaking",
        name,
        `The rule ${name} no longer rewrites what old code does to ${where}`,
      );
  return found;
}

/** Whether a trigger can be seen to do no more than give columns of the row a value. */
function isPlain({ after, ahead }: Comparison, relation: Relation, { function: name }: Trigger): boolean {
  const [routine] = after.routinesAt(name.schema ?? "public", name.name);
  if (routine === undefined) return false;
  const body = readBody(ahead.parser, routine);
  return (
    !body.refuses &&
    body.unread.length === 0 &&
    body.statements.length === 0 &&
    body.assigned.every((column) => columnOf(relation, column) !== undefined)
  );
}
