import { findRelease, type Catalog, type TagStanding } from "../catalog/catalog";
import { knownGoodFrom } from "../history/knownGood";
import { memoryFrom } from "../history/quarantine";
import type { StackState } from "../history/stackState";
import type { Settings } from "../settings/settings";
import { causeOf } from "./quarantine";

/** How the releases of the catalog stand on a stack, for whoever has to name one of them. */
export function tagStanding(
  state: StackState,
  catalog: Catalog,
  quarantine: Settings["quarantine"],
): TagStanding {
  const knownGood = knownGoodFrom(state);
  const memory = memoryFrom(state);
  const quarantined = catalog.releases.filter(
    (release) => causeOf(release, memory, { quarantine, knownGood }) !== undefined,
  );
  const good = knownGood.flatMap(({ tag }) => findRelease(catalog, tag)?.tag ?? []);
  return { good: new Set(good), quarantined: new Set(quarantined.map(({ tag }) => tag)) };
}
