import { standingNow, type StandingQuestion } from "../assessment/standing";
import { owedRun } from "../history/owedRun";
import { memoryFrom } from "../history/quarantine";
import type { StackState } from "../history/stackState";
import type { Held } from "./status";

/** What a state says of its stack. */
export function heldOf(state: StackState, of: StandingQuestion): Held {
  const { running, knownGood, failed } = standingNow(state, of);
  const { move } = memoryFrom(state);
  const owed = owedRun(state);
  const stack = state.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  return {
    running,
    ...(move !== undefined &&
      move.to === running.tag && { since: { at: move.at, direction: move.direction } }),
    knownGood,
    ...(failed.has(running.tag ?? "") && { gatesFailed: true as const }),
    ...(owed && { owed }),
    pending: [...new Set(state.pending.map(({ resource }) => resource.urn.split("::").at(-1) ?? ""))],
    card: stack?.outputs?.card !== undefined,
  };
}
