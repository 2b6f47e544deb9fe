import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plan } from "../assessment/plan";
import { printable } from "../schema/reportLines";
import { isPast } from "../schema/verdict";
import type { RecordedGate } from "../records/releaseRecord";
import type { MoveCommand } from "./moveOptions";

/** A gate that did not pass, with what it has written down itself. */
export interface UnpassedGate extends RecordedGate {
  /** Empty where its record can't be read. */
  report: Readonly<Record<string, unknown>>;
}

/** The known-good release that a person would go back to, as it was looked at once the gates had failed. */
export interface WayBack {
  tag: string;
  /** Undefined where nothing could be assessed. */
  plan: Plan | undefined;
  /** What goes back, as a person types it. */
  command: string;
}

/** Lines of a diagnosis at most: what is longer is not read at night. */
export const mostLines = 10;
/** Gates that are told, and the characters of a line. */
const toldGates = 2;
const longestLine = 160;

/** Reads the records of gates. @param folder of the project */
export function readGates(gates: readonly RecordedGate[], folder: string): UnpassedGate[] {
  return gates.map((gate) => ({ ...gate, report: reportOf(gate, folder) }));
}

function reportOf({ record }: RecordedGate, folder: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(resolve(folder, record ?? ""), "utf8")) as Record<string, unknown>;
  } catch {
    // What it came to stands in the record of the `up` as well.
    return {};
  }
}

/**
 * What failed, each with its own last log lines, what going back would mean and the command: ten lines at most.
 * @param isBack whether the stack has gone back meanwhile, so that there is no command left to type
 */
export function diagnosis(
  gates: readonly UnpassedGate[],
  way: WayBack | undefined,
  isBack = false,
): string[] {
  const shown = gates.slice(0, toldGates);
  const rest = gates.length - shown.length;
  const others = rest > 0 ? [`and ${rest} more that did not pass`] : [];
  const [first] = gates;
  const file = first?.record === undefined ? [] : [`Whole report: ${first.record}`];
  const foot = [...file, ...wayBackLines(way).slice(0, isBack ? 1 : undefined)];
  const withLogs = shown.filter((gate) => logLines(gate).length > 0).length;
  const room = mostLines - shown.length - others.length - foot.length - withLogs;
  const each = Math.max(1, Math.floor(room / Math.max(1, withLogs)));
  // What another service has said explains nothing of this one.
  const parts = shown.flatMap((gate) => {
    const logs = logLines(gate).slice(-each);
    const last = logs.length === 0 ? [] : ["Last lines:", ...logs.map((line) => `  ${line}`)];
    return [gateLine(gate), ...last];
  });
  return [...parts, ...others, ...foot].map(bounded);
}

function gateLine({ name, outcome, report }: UnpassedGate): string {
  const words = {
    failed: "failed",
    error: "broke, which says nothing of the release",
    inconclusive: "saw too little",
  };
  const what = outcome === "passed" ? "passed" : words[outcome];
  return `Gate ${name} ${what}: ${whyOf(report)}`;
}

function whyOf({ why, attempts, attemptsMade }: UnpassedGate["report"]): string {
  if (typeof why === "string") return why;
  const last = (Array.isArray(attempts) ? attempts.at(-1) : undefined) as
    { status?: number; detail?: string } | undefined;
  const answer = [last?.status === undefined ? undefined : `status ${last.status}`, last?.detail]
    .filter((part) => part !== undefined)
    .join(", ");
  if (typeof attemptsMade !== "number") return "no report";
  return `${attemptsMade} attempts${answer === "" ? "" : `, the last: ${answer}`}`;
}

function logLines(gate: UnpassedGate | undefined): string[] {
  const lines: unknown = gate?.report.logs ?? gate?.report.output;
  return Array.isArray(lines)
    ? lines.filter((line): line is string => typeof line === "string" && line.trim() !== "")
    : [];
}

function wayBackLines(way: WayBack | undefined): string[] {
  if (way === undefined) return ["There is no known-good release to go back to."];
  const { tag, plan, command } = way;
  const [refusal] = plan?.refusals ?? [];
  const verdict = plan?.schema?.report?.verdict;
  const word =
    plan === undefined
      ? "it could not be assessed"
      : refusal !== undefined
        ? `it is refused (${refusal.guard}): ${refusal.text.split("\n")[0] ?? ""}`
        : verdict === undefined
          ? "nothing stands against it"
          : `${verdict} with the schema as it is`;
  return [
    `Going back to ${tag}: ${word}`,
    `To ${refusal === undefined ? "go back" : "see what answers that"}: ${command}`,
  ];
}

function bounded(line: string): string {
  const short = printable(line);
  return short.length > longestLine && !short.startsWith("To ")
    ? `${short.slice(0, longestLine - 1)}…`
    : short;
}

/**
 * Whether the command goes back by itself: where the setting says so, after a `deploy` whose gates have said no, to a
 * release that nothing refuses and whose verdict needs no acknowledgement. A rollback is never followed by another one.
 */
export function goesBackByItself(question: {
  autoRollback: boolean;
  command: MoveCommand;
  gates: readonly Pick<RecordedGate, "outcome">[];
  plan: Pick<Plan, "direction" | "refusals" | "schema"> | undefined;
}): boolean {
  const { autoRollback, command, gates, plan } = question;
  if (!autoRollback || command !== "deploy" || plan === undefined) return false;
  if (!gates.some(({ outcome }) => outcome === "failed")) return false;
  const { schema, direction, refusals } = plan;
  const past =
    schema !== undefined && (schema.report === undefined || isPast(schema.report.verdict, schema.allowed));
  return direction === "rollback" && refusals.length === 0 && !past;
}
