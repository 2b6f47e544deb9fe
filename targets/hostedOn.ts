import type { Place } from "./place";
import type { Wanted } from "./target";

/** Where a service is looked at that is no container of the stack's own. */
export interface HostedOn {
  place: Place;
  /** What it may run. */
  known: readonly Wanted[];
}
