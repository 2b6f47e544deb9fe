import type { Direction } from "../history/running";
import type { ReleaseRecord } from "../records/releaseRecord";

/** Records that the usual time is taken from. */
const looked = 5;

/**
 * Seconds that an `up` of a direction usually takes here: the median of the last ones that passed.
 * @param records of one stack, oldest first
 * @returns undefined where none has passed yet
 */
export function usualSeconds(records: readonly ReleaseRecord[], direction: Direction): number | undefined {
  const times = records
    .filter((record) => record.direction === direction && record.outcome === "passed")
    .flatMap(({ seconds }) => seconds ?? [])
    .slice(-looked)
    .sort((one, other) => one - other);
  return times[Math.floor(times.length / 2)];
}

/** Whether a reason was that of a change that has ended: it says nothing of the next one. */
export function isStaleReason(reason: string | undefined, records: readonly ReleaseRecord[]): boolean {
  return reason !== undefined && records.some((record) => record.reason === reason);
}
