import type { Place } from "./place";
import type { Wanted } from "./target";

/**
 * What an `up` has a target do: `fetch` before anything is touched, `stop` before a schema is taken back that services
 * can't run without, `switch` when services change.
 */
export const steps = ["fetch", "stop", "switch"] as const;
export type Step = (typeof steps)[number];

/** What a step is told on standard input; it can hold secrets. */
export interface StepRequest {
  place: Place;
  wanted: readonly Wanted[];
  /** Secret values, replaced wherever it prints or writes. */
  redact: readonly string[];
}
