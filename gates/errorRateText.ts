import type { Sample } from "./errorRateDecision";
import type { Watched } from "./errorRateReport";
import type { ErrorRateRequest } from "./errorRateRequest";
import { recordLine, type Written } from "./failureRecord";
import type { Move } from "./move";
import { moveText } from "./move";
import { redactor } from "./redaction";
import { counted, percent, seconds } from "./shownText";
import type { Told } from "./told";
import { wayBack } from "./wayBack";

/** What an operator reads when a watch did not let a release pass. */
export function errorRateFailureText(
  request: ErrorRateRequest,
  { move, goBack }: Told,
  outcome: "failed" | "error" | "inconclusive",
  watched: Watched,
  written: Written,
): string {
  const left = watched.samplesTaken - watched.samples.length;
  const rows = watched.samples.map((sample) => `  ${seconds(sample.at).padStart(8)}  ${sampleText(sample)}`);
  const redact = redactor(request.redact);
  const told = [
    headline(move, outcome, watched),
    `Allowed: ${allowedText(request, watched)}`,
    ...Object.entries(request.queries).map(([what, query]) => `Asked for ${what}: ${query}`),
    `Watched: ${moveText(move)}`,
    recordLine(written),
    "",
    ...(left === 0 ? rows : rows.toSpliced(rows.length / 2, 0, `  … ${left} more …`)),
    "",
  ];
  return `${[redact(told.join("\n")), ...wayBack({ goBack, stack: move.stack })].join("\n")}\n`;
}

function headline(
  { to, stack }: Move,
  outcome: "failed" | "error" | "inconclusive",
  watched: Watched,
): string {
  const after = `after ${seconds(watched.seconds)}`;
  switch (outcome) {
    case "failed":
      return `Error-rate gate failed: ${to} on ${stack} answers ${shareText(watched)} with errors ${after}: ${watched.why}.`;
    case "error":
      return `Error-rate gate broke: ${to} on ${stack} was not judged ${after}: ${watched.why}. This says nothing about the release.`;
    case "inconclusive":
      return `Error-rate gate inconclusive: ${to} on ${stack} was not judged ${after}: ${watched.why}, and \`gates.errorRate.inconclusive\` is \`fail\`.`;
    default:
      return outcome satisfies never;
  }
}

/** The share that passes, and where it is from. */
export function allowedText(
  { limit, factor, floor }: Pick<ErrorRateRequest, "limit" | "factor" | "floor">,
  { allowed, baseline }: Pick<Watched, "allowed" | "baseline">,
): string {
  const share = percent(allowed);
  if (limit !== undefined) return `${share}, a fixed limit`;
  const { ratio, release, takenAt, why } = baseline;
  if (ratio === null) return `${share}, the floor, since there is no baseline (${why ?? "none was taken"})`;
  const taken = `the baseline of ${release}, ${percent(ratio)} at ${takenAt}`;
  const told = why === undefined ? taken : `${taken} (${why})`;
  return allowed > floor
    ? `${share}, ${factor} times ${told}`
    : `${share}, the floor, above ${factor} times ${told}`;
}

/** A sample in words, such as `0.25 % of 400 requests`. */
export function sampleText({ ratio, requests, problem }: Sample): string {
  if (problem !== undefined) return problem;
  if (ratio === undefined) return "no requests yet";
  return shareText({ ratio, requests: requests ?? null });
}

function shareText({ ratio, requests }: Pick<Watched, "ratio" | "requests">): string {
  const share = percent(ratio ?? 0);
  return requests === null
    ? `${share} of its requests`
    : `${share} of ${counted(Math.round(requests), "request")}`;
}
