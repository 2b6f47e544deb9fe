import { migrationLabel, type Migration } from "../../catalog/release";
import { commandOutcome } from "../../gates/commandOutcome";
import { boundedLog } from "../../gates/failureText";
import type { Redact } from "../../gates/redaction";
import type { CommandEnd } from "../../gates/runToEnd";
import { clean, counted, seconds, shortened } from "../../gates/shownText";
import type { AppliedProblem } from "../tools/tool";
import { placeText, type RunnerRequest } from "./request";

/** How a database stands once a runner has been there. */
export interface Standing {
  /** Oldest first. */
  applied: readonly string[];
  /** Shipped, and not applied; in order. */
  missing: readonly Pick<Migration, "version" | "name">[];
  problems: readonly Pick<AppliedProblem, "kind" | "reason" | "remedy">[];
}

/** What is wrong where a migration has stopped half-way. */
const halfWay: readonly AppliedProblem["kind"][] = ["dirty", "failed", "unfinished"];

/** Whether all that is shipped is applied, and whole. */
export function isThrough({ missing, problems }: Standing): boolean {
  return missing.length === 0 && !problems.some(({ kind }) => halfWay.includes(kind));
}

/** What an operator needs to know of a runner that did not bring the database to what is shipped. */
export function runnerFailure(
  { up, where, within }: Pick<RunnerRequest, "up" | "where" | "within">,
  end: CommandEnd,
  standing: Standing,
  redact: Redact,
): string {
  const { why } = commandOutcome(end, within, []);
  const said = boundedLog(clean(end.output, redact));
  const headline =
    end.exitCode === 0
      ? `The migrations are not through: their runner ended well after ${seconds(end.seconds)}, and the database does not say that all is applied.`
      : `The migrations failed: ${why}, after ${seconds(end.seconds)}.`;
  return [
    headline,
    `Ran: ${redact(shortened(up.join(" "), 200))} (${placeText(where)})`,
    ...(said.length === 0
      ? ["It has printed nothing."]
      : [`Last ${counted(said.length, "line")} that it printed:`, ...said.map((line) => `  ${line}`)]),
    ...standingLines(standing),
    "The running services were not touched. Mend the migration and release it under a new tag, or set imageTag back.",
  ].join("\n");
}

/** What is said of a runner that was interrupted. */
export function runnerInterrupted(signal: string, standing: Standing): string {
  return [
    `The migrations were interrupted (${signal}); their runner was stopped.`,
    ...standingLines(standing),
    "The running services were not touched. To go on: pulumi up",
  ].join("\n");
}

function standingLines({ applied, missing, problems }: Standing): string[] {
  const head = applied.at(-1);
  const at = head === undefined ? "No migration is applied in the database" : `The database is at ${head}`;
  const left = missing.length === 0 ? "" : `; not applied: ${missing.map(migrationLabel).join(", ")}`;
  return [`${at}${left}.`, ...problems.map(({ reason, remedy }) => `${reason} ${remedy}`)];
}
