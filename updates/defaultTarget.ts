import { tagStanding } from "../assessment/tagStanding";
import type { Catalog } from "../catalog/catalog";
import { knownGoodFrom, lastKnownGood, type KnownGood } from "../history/knownGood";
import { runningFrom, type Running } from "../history/running";
import type { StackState } from "../history/stackState";
import type { Settings } from "../settings/settings";

/**
 * The release that a rollback goes to where nobody names one: the newest known-good one that is not running and not
 * quarantined. Of a mix, the newest release that runs is the one to leave.
 * @returns undefined where there is none
 */
export function defaultTarget(
  state: StackState,
  catalog: Catalog,
  quarantine: Settings["quarantine"],
): KnownGood | undefined {
  const { good, quarantined } = tagStanding(state, catalog, quarantine);
  const candidates = knownGoodFrom(state).filter(({ tag }) => good.has(tag) && !quarantined.has(tag));
  return lastKnownGood(candidates, leaving(runningFrom(state, catalog), catalog) ?? "");
}

function leaving({ tag, services }: Running, catalog: Catalog): string | undefined {
  if (tag !== undefined) return tag;
  const mixed = new Set(services.map((service) => service.tag));
  return catalog.releases.findLast((release) => mixed.has(release.tag))?.tag;
}
