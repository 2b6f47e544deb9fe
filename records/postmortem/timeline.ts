import type { Incident } from "./incidents";
import { code } from "./markdown";
import type { SeenBefore } from "./seenBefore";
import { endWords, moveCode } from "./updateWords";

/**
 * When the bad release was deployed, when it was noticed, and what was done about it, a line each. What nobody knows is
 * said to be unknown.
 * @param shown somebody else's text as it can stand in the issue
 */
export function timeline(
  { first, updates, broughtBy }: Incident,
  seen: SeenBefore | undefined,
  shown: (text: string) => string,
): string[] {
  return [
    ...deployed(first.from.tag, broughtBy, seen),
    detected(broughtBy),
    ...updates.flatMap((record) => [
      `- ${code(record.startedAt)} started: ${moveCode(record)}, run by ${shown(record.by.name)}`,
      record.outcome === "unfinished"
        ? `- time unknown: it ${endWords(record)}; found at ${code(record.endedAt)}`
        : `- ${code(record.endedAt)} ended: it ${endWords(record)}`,
    ]),
  ];
}

function deployed(
  tag: string | undefined,
  by: Incident["broughtBy"],
  seen: SeenBefore | undefined,
): string[] {
  const what = `deployed: ${tag === undefined ? "a mix of releases" : code(tag)}`;
  if (by !== undefined)
    return [`- ${code(by.startedAt)} ${what}, by the ${moveCode(by)}, which ${endWords(by)}`];
  const started = [...(seen?.startedAt ?? [])].map(([service, at]) => `${code(service)} at ${code(at)}`);
  const containers = started.length === 0 ? "" : `; its containers had started last: ${started.join(", ")}`;
  return [`- time unknown ${what}: no record here tells of it${containers}`];
}

function detected(broughtBy: Incident["broughtBy"]): string {
  const gate = broughtBy?.gates.find(({ outcome }) => outcome !== "passed");
  return gate === undefined
    ? "- time unknown detected: write here when it was noticed"
    : `- ${code(gate.endedAt)} detected by the gate ${code(gate.name)}, which did not pass: ${gate.outcome}`;
}
