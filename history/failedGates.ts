import { failuresSince } from "../gates/readFailures";
import type { FailedGate } from "./quarantine";

/**
 * The gates of a stack that failed since a time, by the records that they left on this machine; `error` is no failure.
 * @param stack the stack's label, such as `shop/prod`
 * @param since ISO 8601, UTC, with milliseconds
 */
export function failedGatesSince(records: string, stack: string, since: string): FailedGate[] {
  return failuresSince(records, stack, since).flatMap(({ record }) => {
    const { kind, outcome, release, endedAt } = record;
    if (kind === "hook" || outcome !== "failed") return [];
    return typeof release === "string" && typeof endedAt === "string" ? [{ release, endedAt }] : [];
  });
}
