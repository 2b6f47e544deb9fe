/** The limits of a health gate, in seconds. */
export interface HealthLimits {
  within: number;
  every: number;
  successes: number;
  /** Whether a container is watched for restarts. */
  watched: boolean;
}

/** What one probe found. Times are seconds since the gate began. */
export interface Attempt {
  at: number;
  latencyMs: number;
  /** `failed`: the service did not answer as required. `error`: the check could not be made. */
  outcome: "ok" | "failed" | "error";
  status?: number;
  /** What was answered, short and fit to be printed. */
  detail?: string;
  /** Which life of the container was seen after this probe had begun; another value is a restart. */
  instance?: string;
  /** An error that no waiting mends, such as a missing docker CLI. */
  final?: boolean;
}

/**
 * When the container is looked at. `beside` the probe costs no time and serves the next probe; only a look
 * `after` the answer proves that there was no restart before it.
 */
export type Look = "none" | "beside" | "after";

export type Decision =
  { next: "probe"; at: number; look: Look } | { next: "passed" } | { next: "failed" } | { next: "error" };

/** Shortest gap between probes while the service is still starting, in seconds; it doubles up to `every`. */
const firstGap = 0.1;
/** Gap between the probes of a run of successes, in seconds, so that a healthy service isn't kept waiting. */
export const successSpacing = 0.25;

/**
 * The length of the run of successes that the attempts end with. A success counts only when the container that
 * was seen last before it is still the one seen at the next look: otherwise it may have been answered by a
 * container that died since.
 * @param before the container's life as seen before the first probe
 */
export function runOfSuccesses(
  watched: boolean,
  before: string | undefined,
  attempts: readonly Attempt[],
): number {
  let run = 0;
  let known = before;
  for (const attempt of attempts) {
    const unsure = watched && attempt.instance !== undefined && attempt.instance !== known;
    run = attempt.outcome === "ok" && !unsure ? run + 1 : 0;
    known = attempt.instance ?? known;
  }
  return run;
}

/**
 * What a health gate does next. No probe begins at or after `within`; a pass needs `successes` in a row and, for a
 * watched container, a look after the last of them.
 * @param now seconds since the gate began
 */
export function decideHealth(
  limits: HealthLimits,
  before: string | undefined,
  attempts: readonly Attempt[],
  now: number,
): Decision {
  const last = attempts.at(-1);
  const run = runOfSuccesses(limits.watched, before, attempts);
  if (last?.final) return { next: "error" };
  if (run >= limits.successes && (!limits.watched || last?.instance !== undefined)) return { next: "passed" };

  const at = Math.max(now, last === undefined ? 0 : nextAt(limits, last, attempts));
  if (at < limits.within) return { next: "probe", at, look: lookFor(limits, run) };
  const judged = attempts.some((attempt) => attempt.outcome === "failed");
  const broken = attempts.length === 0 || attempts.some((attempt) => attempt.outcome === "error");
  return { next: broken && !judged ? "error" : "failed" };
}

function nextAt(limits: HealthLimits, last: Attempt, attempts: readonly Attempt[]): number {
  const regular = last.at + gapAfter(last, attempts, limits.every);
  // A service that becomes healthy between the last regular probe and the end would fail unasked: the gap before the
  // end is cut short, to where a whole run still fits.
  const latest = limits.within - limits.successes * Math.min(limits.every, successSpacing);
  return last.outcome !== "ok" && last.at < latest ? Math.min(regular, latest) : regular;
}

function gapAfter(last: Attempt, attempts: readonly Attempt[], every: number): number {
  if (last.outcome === "ok") return Math.min(every, successSpacing);
  // All misses count, not only the latest in a row: a service that flaps is asked ever less often, not more.
  const misses = attempts.filter((attempt) => attempt.outcome !== "ok").length;
  return Math.min(every, firstGap * 2 ** Math.max(0, misses - 2));
}

function lookFor({ watched, successes }: HealthLimits, run: number): Look {
  if (!watched) return "none";
  if (run + 1 >= successes) return "after";
  return run === 0 ? "beside" : "none";
}
