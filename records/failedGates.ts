import { failuresSince, type ReadFailure } from "../gates/readFailures";
import { errorRateName, type RecordedGate } from "./releaseRecord";

/**
 * The gates of a release that did not pass since a time, by the records that they have written on this machine.
 * @param since ISO 8601, UTC, with milliseconds
 */
export function failedGates(
  records: string,
  { stack, release, since }: { stack: string; release: string | undefined; since: string },
): RecordedGate[] {
  return failuresSince(records, stack, since).flatMap((failure) => failedGate(failure, release) ?? []);
}

function failedGate({ file, record }: ReadFailure, release: string | undefined): RecordedGate | undefined {
  const { outcome, startedAt, endedAt, attemptsMade } = record;
  const name = gateName(record);
  if (outcome !== "failed" && outcome !== "error" && outcome !== "inconclusive") return undefined;
  if (record.release !== release || name === undefined) return undefined;
  if (typeof startedAt !== "string" || typeof endedAt !== "string") return undefined;
  return {
    name,
    outcome,
    startedAt,
    endedAt,
    ...(typeof attemptsMade === "number" && { attemptsMade }),
    record: file,
  };
}

/** As the gate is called where it passes. */
function gateName({ kind, service, name = service }: Record<string, unknown>): string | undefined {
  if (kind === "errorRate") return errorRateName;
  if (typeof name !== "string") return undefined;
  return typeof kind === "string" ? `${name} ${kind}` : name;
}
