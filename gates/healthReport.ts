import type { HealthCourse } from "./health";
import type { Attempt } from "./healthDecision";
import type { HealthRequest } from "./healthRequest";
import type { Redact } from "./redaction";
import { redactDeep } from "./redaction";

/** An attempt as it is reported. */
export interface ReportedAttempt {
  /** Seconds since the gate began. */
  at: number;
  outcome: Attempt["outcome"];
  status?: number;
  latencyMs: number;
  detail?: string;
}

/** What a gate that passed says, as one line of JSON. */
export interface HealthReport {
  outcome: "passed";
  service: string;
  release: string;
  digest: string;
  startedAt: string;
  passedAt: string;
  /** The first 20 and the last 20. */
  attempts: ReportedAttempt[];
  /** How many there were in all. */
  attemptsMade: number;
  /** Restarts of the container since it was created, as the engine counts them; 0 where none is watched. */
  restarts: number;
}

/** Attempts kept at each end. */
const keptAttempts = 20;
/** Keys whose values are our own words: a secret that happens to be `passed` must not make a report unreadable. */
export const ownWords: ReadonlySet<string> = new Set([
  ...["kind", "outcome", "startedAt", "passedAt", "endedAt"],
  ...["stack", "service", "release", "digest"],
]);

/** A time of day for reports: ISO 8601, UTC, milliseconds. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** @param began milliseconds since 1970 at which the gate began */
export function passedReport(
  request: HealthRequest,
  course: HealthCourse,
  began: number,
  redact: Redact,
): HealthReport {
  const report: HealthReport = {
    outcome: "passed",
    service: request.service,
    release: request.release,
    digest: request.digest,
    startedAt: isoTime(began),
    passedAt: isoTime(began + course.seconds * 1000),
    attempts: reportedAttempts(course.attempts),
    attemptsMade: course.attempts.length,
    restarts: course.container?.restarts ?? 0,
  };
  return redactDeep(report, redact, ownWords);
}

/** The first and the last 20 attempts, in order. */
export function reportedAttempts(attempts: readonly Attempt[]): ReportedAttempt[] {
  return firstAndLast(attempts).map((attempt) => ({
    at: Math.round(attempt.at * 1000) / 1000,
    outcome: attempt.outcome,
    ...(attempt.status === undefined ? {} : { status: attempt.status }),
    latencyMs: attempt.latencyMs,
    ...(attempt.detail === undefined ? {} : { detail: attempt.detail }),
  }));
}

/** The first and the last 20 of a list, in order. */
export function firstAndLast<Item>(items: readonly Item[]): Item[] {
  const tail = Math.max(keptAttempts, items.length - keptAttempts);
  return [...items.slice(0, keptAttempts), ...items.slice(tail)];
}
