import type { ObjectName } from "../objectName";
import type { Comparison, ModelFinding } from "./modelFinding";

const rules: Record<string, string> = {
  extension: "extension-dropped",
  function: "function-dropped",
  operator: "operator-dropped",
  cast: "cast-dropped",
  type: "type-dropped",
  "event trigger": "event-trigger-changed",
};

/** What is known by its name alone. */
export function compareOthers({ before, after, ahead }: Comparison): ModelFinding[] {
  const found: ModelFinding[] = [...ahead.differences, ...ahead.sessions.values()];
  for (const entry of before.others) {
    const [kind = "", name = ""] = split(entry);
    const rule = rules[kind];
    if (rule === undefined || after.others.has(entry)) continue;
    found.push({
      rule,
      verdict: kind === "event trigger" ? "conditional" : "breaking",
      object: { kind: objectKind(kind), name },
      reason: `The ${kind} ${name} is gone.`,
    });
  }
  for (const entry of after.others) {
    const [kind = "", name = ""] = split(entry);
    if (kind === "cast" && !before.others.has(entry))
      found.push({
        rule: "cast-changed",
        verdict: "conditional",
        object: { kind: "other", name },
        reason: `There is a cast ${name} now, which can make calls of old code mean something else.`,
      });
  }
  return found;
}

const split = (entry: string) => /^(event trigger|\S+) (.*)$/.exec(entry)?.slice(1) ?? [];

function objectKind(kind: string): ObjectName["kind"] {
  return kind === "extension" || kind === "function" || kind === "type" ? kind : "other";
}
