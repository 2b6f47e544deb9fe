import type { Sample } from "./errorRateDecision";
import type { Baseline } from "./errorRateRequest";
import type { RecordedFailure } from "./failureRecord";
import type { Move } from "./move";

/** What is told of a watch, whatever it came to. */
export interface Watched {
  release: string;
  direction: Move["direction"];
  from: string;
  startedAt: string;
  /** Seconds watched. */
  seconds: number;
  /** The share of errors since the watch began; null where nothing was counted. */
  ratio: number | null;
  /** Null where only the share is asked for, or nothing was counted. */
  requests: number | null;
  /** The share that still passes. */
  allowed: number;
  baseline: Baseline;
  /** Why it came to an end. */
  why: string;
  /** The first 20 and the last 20. */
  samples: Sample[];
  samplesTaken: number;
}

/** What a gate that let the release pass says, as one line of JSON. */
export interface ErrorRateReport extends Watched {
  /** `inconclusive`: there were too few requests, and that is set to pass. */
  outcome: "passed" | "inconclusive";
  passedAt: string;
}

/** What a gate that did not let the release pass leaves behind. */
export interface ErrorRateFailureRecord extends RecordedFailure, Watched {
  kind: "errorRate";
  release: string;
  startedAt: string;
}

/** Keys whose values are our own words. */
export const watchedWords: ReadonlySet<string> = new Set([
  ...["kind", "outcome", "startedAt", "passedAt", "endedAt", "takenAt"],
  ...["stack", "release", "direction", "from"],
]);
