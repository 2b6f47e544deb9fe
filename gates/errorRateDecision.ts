/** What a release may answer with errors, and how long it is watched. Shares are of 1; times are seconds. */
export interface ErrorRateLimits {
  watch: number;
  every: number;
  /** The share of errors that still passes. */
  allowed: number;
  /** Requests from which on a share says something. */
  leastRequests: number;
  /** Samples in a row that are clean and so pass early; undefined: the whole time is watched. */
  cleanSamples?: number | undefined;
}

/** The share of errors among all requests since the watch began, as one look at Prometheus found it. */
export interface Sample {
  /** Seconds since the watch began. */
  at: number;
  /** Undefined where nothing was counted yet. */
  ratio?: number;
  /** Undefined where only the share is asked for. */
  requests?: number;
  /** Why Prometheus could not be asked. */
  problem?: string;
  /** A problem that no waiting mends, such as a query that is none. */
  final?: boolean;
}

export type ErrorRateDecision =
  { next: "ask"; at: number } | { next: "passed" | "failed" | "error" | "inconclusive"; why: string };

/** Looks in a row that may find Prometheus out of reach: at 15 s each, a minute, in which it can be started again. */
const problemsBorne = 4;

/**
 * What an error-rate gate does next. Every sample counts from the beginning of the watch, so the last one judges the whole
 * of it. It fails early once the errors so far would be too many even if no other came, at the traffic so far.
 */
export function decideErrorRate(limits: ErrorRateLimits, samples: readonly Sample[]): ErrorRateDecision {
  const { watch, every, allowed } = limits;
  const last = samples.at(-1);
  if (last === undefined) return { next: "ask", at: Math.min(every, watch) };
  if (last.problem !== undefined) {
    const count = samples.length - 1 - samples.findLastIndex(({ problem }) => problem === undefined);
    if (last.final) return { next: "error", why: last.problem };
    if (count > problemsBorne) return { next: "error", why: `${last.problem}, ${count} times in a row` };
    return { next: "ask", at: last.at + every };
  }
  const over = last.at >= watch;
  if (isConclusive(limits, last)) {
    if (!over && last.ratio * last.at > allowed * watch)
      return { next: "failed", why: "too many already, even if no other error came" };
    if (over && last.ratio > allowed) return { next: "failed", why: "too many" };
    if (over) return { next: "passed", why: "watched to the end" };
    const { cleanSamples } = limits;
    const run = samples.length - 1 - samples.findLastIndex((sample) => !isClean(limits, sample));
    if (cleanSamples !== undefined && run >= cleanSamples)
      return { next: "passed", why: `${run} clean samples in a row` };
  }
  if (over) {
    const { requests } = last;
    const counted = requests === undefined ? "nothing was counted" : `${Math.round(requests)} requests`;
    return { next: "inconclusive", why: `${counted}, and ${limits.leastRequests} are needed` };
  }
  return { next: "ask", at: Math.min(last.at + every, watch) };
}

/** Whether a sample saw enough requests to say something. */
export function isConclusive(
  { leastRequests }: Pick<ErrorRateLimits, "leastRequests">,
  sample: Sample,
): sample is Sample & { ratio: number } {
  const { ratio, requests } = sample;
  return ratio !== undefined && (requests === undefined || requests >= leastRequests);
}

function isClean(limits: ErrorRateLimits, sample: Sample): boolean {
  return isConclusive(limits, sample) && sample.ratio <= limits.allowed;
}

/** What the share of errors is held against. */
export interface Yardstick {
  /** A fixed limit; undefined: the baseline counts. */
  limit?: number | undefined;
  /** How many times the baseline still passes. */
  factor: number;
  /** What passes whatever the baseline is. */
  floor: number;
}

/** The share that still passes. @param baseline the share of before the change; undefined where it is not known */
export function allowedRatio({ limit, factor, floor }: Yardstick, baseline: number | undefined): number {
  return limit ?? Math.max(floor, factor * (baseline ?? 0));
}
