import type { HealthCourse } from "./health";
import { stateText } from "./health";
import type { Attempt } from "./healthDecision";
import { reportedAttempts } from "./healthReport";
import { recordLine, type Written } from "./failureRecord";
import type { HealthRequest } from "./healthRequest";
import type { Redact } from "./redaction";
import { counted, seconds, shortened } from "./shownText";
import { wayBack } from "./wayBack";

/** Log lines of the container that are shown and recorded. */
export const shownLines = 50;
/** Characters of a log line, and of all log lines together, that are shown. */
const longestLine = 2_000;
const longestLog = 30_000;

/** What is known once a gate has not passed, besides the course of the check. */
export interface Aftermath {
  /** The container's last log lines, without secrets and bounded, or why there are none. */
  log: { lines: string[] } | { missing: string };
  record: Written;
}

/** What an operator reads when a gate has not passed. */
export function failureText(
  request: HealthRequest,
  course: HealthCourse,
  aftermath: Aftermath,
  redact: Redact,
): string {
  const { record } = aftermath;
  const lines = [
    ...headline(request, course),
    recordLine(record),
    "",
    ...attemptsTable(course.attempts),
    "",
    ...logSection(request, aftermath.log),
    "",
  ];
  // The way back is our own words: a secret that happens to be `prod` must not make its commands useless.
  return `${[redact(lines.join("\n")), ...wayBack(request)].join("\n")}\n`;
}

function headline(request: HealthRequest, course: HealthCourse): string[] {
  const { stack, service, release, successes, within } = request;
  const last = course.attempts.at(-1);
  const after = `after ${seconds(course.seconds)} and ${counted(course.attempts.length, "attempt")}`;
  const needed = `${counted(successes, "success", "successes")} in a row within ${within} s`;
  const first =
    course.outcome === "error"
      ? `Health gate broke: ${service} ${release} on ${stack} could not be checked ${after}. This says nothing about the release.`
      : `Health gate failed: ${service} ${release} on ${stack} is not healthy ${after} (needed: ${needed}).`;
  return [
    first,
    `Asked: ${askedText(request)}`,
    `Last answer: ${last === undefined ? "none" : answerText(last)}`,
    ...(course.container === undefined ? [] : [`Container: ${stateText(course.container)}`]),
  ];
}

/** What is asked of the service, without what may be secret in it. */
export function askedText({ probe }: Pick<HealthRequest, "probe">): string {
  switch (probe.kind) {
    case "http": {
      const url = new URL(probe.url);
      url.username = "";
      url.password = "";
      return `GET ${url.href}`;
    }
    case "tcp":
      return `a connection to ${probe.host} port ${probe.port}`;
    case "exec":
      return `exit code 0 of \`${shortened(probe.command.join(" "), 200)}\` in the container`;
    case "state":
      return "that the container runs";
    default:
      return probe satisfies never;
  }
}

function answerText(attempt: Attempt): string {
  const parts = [attempt.status === undefined ? undefined : `status ${attempt.status}`, attempt.detail];
  const text = parts.filter((part) => part !== undefined).join(", ");
  return `${text === "" ? "as required" : text} (at ${seconds(attempt.at)})`;
}

/** The attempts as aligned columns, the middle left out where there are more than 40. */
export function attemptsTable(attempts: readonly Attempt[]): string[] {
  const shown = reportedAttempts(attempts);
  const rows = shown.map((attempt) => [
    seconds(attempt.at),
    attempt.outcome,
    attempt.status === undefined ? "-" : String(attempt.status),
    `${attempt.latencyMs} ms`,
    attempt.detail ?? "",
  ]);
  const table = [["at", "outcome", "status", "took", "answer"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
  const left = attempts.length - shown.length;
  return left === 0 ? lines : lines.toSpliced(1 + shown.length / 2, 0, `  … ${left} more …`);
}

function logSection({ service }: HealthRequest, log: Aftermath["log"]): string[] {
  if ("missing" in log) return [`No log lines of ${service}: ${log.missing}`];
  if (log.lines.length === 0) return [`${service} has logged nothing.`];
  return [
    `Last ${counted(log.lines.length, "log line")} of ${service}:`,
    ...log.lines.map((line) => `  ${line}`),
  ];
}

/**
 * The last log lines, at most 2,000 characters each and 30,000 together; the newest stay.
 * @param text already without secrets: a secret that was cut in two could not be recognised
 * @param count lines at most. @default 50
 */
export function boundedLog(text: string, count = shownLines): string[] {
  const whole = text.replace(/\n$/, "");
  const lines = whole === "" ? [] : whole.split("\n").slice(-count);
  const kept: string[] = [];
  let left = longestLog;
  for (const line of lines.reverse()) {
    const short = shortened(line, longestLine);
    left -= short.length + 1;
    if (left < 0) break;
    kept.unshift(short);
  }
  return kept;
}
