import type { Drill, DrillWay } from "../drills/drill";
import { subject } from "../drills/standing";
import { table } from "./output";

/** A drill that has ended, as a person reads it. */
export function drillReport(drill: Drill, file: string | undefined): string {
  const { stack, outcome, found, returned, release, wayBack, probe, out, back } = drill;
  const ended = { passed: "passed", failed: "FAILED", interrupted: "was interrupted" }[outcome];
  const ways = [...(out ? [row("out", out)] : []), ...(back ? [row("back", back)] : [])];
  return [
    `${stack}: the drill of ${subject(drill)} ${ended}; ${returned ? `${release} runs as before` : `${release} is NOT back`}.`,
    ...found.map((sentence) => `  ${sentence}`),
    "",
    table(
      ["way", "to", "up", "healthy after", "requests", "failed", "longest outage", "record", "webhook"],
      ways,
    ),
    "",
    "none" in probe
      ? `Nothing was probed: ${probe.none}.`
      : `Probed 20 times a second: ${probe.service}, ${probe.url}.${answersText([out, back])}`,
    wayBack === undefined
      ? "Known good besides what runs: nothing; a rollback would have to name its release."
      : `Known good besides what runs: ${wayBack}, which a rollback would take.`,
    ...(file === undefined ? [] : [`Kept as evidence: ${file}`]),
  ].join("\n");
}

function row(name: string, { to, seconds, healthyAfter, probed, record, webhookTold }: DrillWay): string[] {
  return [
    name,
    to,
    `${seconds} s`,
    healthyAfter === undefined ? "-" : `${healthyAfter} s`,
    String(probed?.requests ?? "-"),
    String(probed?.failed ?? "-"),
    probed === undefined ? "-" : `${probed.longestOutage} s`,
    record === undefined ? "NONE" : "arrived",
    webhookTold === undefined ? "none set" : webhookTold ? "told" : "NOT told",
  ];
}

/** What was found instead of good answers, both ways together. */
function answersText(ways: readonly (DrillWay | undefined)[]): string {
  const counts = new Map<string, number>();
  for (const [answer, count] of ways.flatMap((way) => Object.entries(way?.probed?.answers ?? {})))
    counts.set(answer, (counts.get(answer) ?? 0) + count);
  if (counts.size === 0) return "";
  return ` Instead of a good answer: ${[...counts].map(([answer, count]) => `${answer} (${count})`).join(", ")}.`;
}
