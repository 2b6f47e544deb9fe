import type { RecordedTelling } from "./recordedTellings";

/**
 * How often a host was found to run something else than the state holds, as the state counts it: each time services are
 * brought to their release anew. 0 before the first time.
 * @param recorded what the state holds of the resource that brings them there
 */
export function recordedChanges(recorded: RecordedTelling | undefined): number {
  const told = recorded?.triggers[1];
  return typeof told === "string" ? Number(/^change (\d+)$/.exec(told)?.[1] ?? 0) : 0;
}
