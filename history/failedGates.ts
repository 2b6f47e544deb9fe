import { failuresSince } from "../gates/readFailures";
import { memoryFrom, type FailedGate } from "./quarantine";
import type { StackState } from "./stackState";

/** The gates that failed since the stack's newest change of release, which its state may not remember yet. */
export function newestFailures(records: string, stack: string, state: StackState): FailedGate[] {
  const { move } = memoryFrom(state);
  return move === undefined ? [] : failedGatesSince(records, stack, move.at);
}

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
