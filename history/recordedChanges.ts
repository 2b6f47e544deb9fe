import type { RecordedTelling } from "./recordedTellings";

/**
 * How many changes the state counts that no setting shows, such as a host that was found to run something else than the
 * state holds: the second trigger of what runs anew with each of them. 0 before the first.
 * @param recorded what the state holds of the resource that runs anew
 */
export function recordedChanges(recorded: RecordedTelling | undefined): number {
  const told = recorded?.triggers[1];
  return typeof told === "string" ? Number(/^change (\d+)$/.exec(told)?.[1] ?? 0) : 0;
}
