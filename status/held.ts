import { tagStanding } from "../assessment/tagStanding";
import type { Catalog } from "../catalog/catalog";
import { knownGoodFrom } from "../history/knownGood";
import { owedRun } from "../history/owedRun";
import { memoryFrom } from "../history/quarantine";
import { runningFrom } from "../history/running";
import type { StackState } from "../history/stackState";
import type { Settings } from "../settings/settings";
import type { Held } from "./status";

/** What a state says of its stack. */
export function heldOf(state: StackState, catalog: Catalog): Held {
  const running = runningFrom(state, catalog);
  const { move } = memoryFrom(state);
  const owed = owedRun(state);
  const stack = state.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  return {
    running,
    ...(move !== undefined &&
      move.to === running.tag && { since: { at: move.at, direction: move.direction } }),
    knownGood: knownGoodFrom(state),
    ...(owed && { owed }),
    pending: [...new Set(state.pending.map(({ resource }) => resource.urn.split("::").at(-1) ?? ""))],
    card: stack?.outputs?.card !== undefined,
  };
}

/** The newest release that is known good and does not run, and that nothing speaks against. */
export function releaseToReturnTo(
  state: StackState,
  running: string | undefined,
  catalog: Catalog,
  quarantine: Settings["quarantine"],
): Held["knownGood"][number] | undefined {
  const { good, quarantined } = tagStanding(state, catalog, quarantine);
  return knownGoodFrom(state).find(({ tag }) => tag !== running && good.has(tag) && !quarantined.has(tag));
}
