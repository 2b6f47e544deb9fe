import type { Catalog } from "../catalog/catalog";
import { newestFailures } from "../history/failedGates";
import { knownGoodFrom, lastKnownGood, type KnownGood } from "../history/knownGood";
import { memoryFrom, withFailures, type FailedGate } from "../history/quarantine";
import { runningFrom, type Running } from "../history/running";
import type { StackState } from "../history/stackState";
import type { Settings } from "../settings/settings";
import { causeOf } from "./quarantine";

/** What runs on a stack, and what it can go back to. */
export interface Standing {
  running: Running;
  /** Newest first, quarantined ones among them. */
  knownGood: readonly KnownGood[];
  /** Tags of the catalog's releases that are quarantined, whether they were ever good or not. */
  quarantined: ReadonlySet<string>;
  /** Tags of releases whose gates have failed, whatever came of it later. */
  failed: ReadonlySet<string>;
  /**
   * The release that a rollback goes to where nobody names one: the newest known-good one of the catalog that is
   * older than what runs and not quarantined. Of a mix, the newest release that runs is the one to leave.
   */
  lastKnownGood: KnownGood | undefined;
}

export interface StandingQuestion {
  /** Project and stack, such as `shop/prod`. */
  label: string;
  catalog: Catalog;
  settings: Pick<Settings, "quarantine"> & { record: Pick<Settings["record"], "folder"> };
}

/** By the state, and by what the records on this machine say of gates that failed since. */
export function standingNow(state: StackState, { label, catalog, settings }: StandingQuestion): Standing {
  const failures = newestFailures(settings.record.folder, label, state);
  return standingOf(state, { failures, catalog, quarantine: settings.quarantine });
}

/** By the same decisions as the program, which leaves the target out instead of what runs. */
export function standingOf(
  state: StackState,
  {
    failures,
    catalog,
    quarantine,
  }: { failures: readonly FailedGate[]; catalog: Catalog; quarantine: Settings["quarantine"] },
): Standing {
  const running = runningFrom(state, catalog);
  const knownGood = knownGoodFrom(state, failures);
  const memory = withFailures(memoryFrom(state), failures, knownGood, catalog);
  const quarantined = new Set(
    catalog.releases
      .filter((release) => causeOf(release, memory, { quarantine, knownGood }) !== undefined)
      .map(({ tag }) => tag),
  );
  const left = leaving(running, catalog) ?? "";
  const older = new Set(olderThan(left, catalog));
  const candidates = knownGood.filter(({ tag }) => older.has(tag) && !quarantined.has(tag));
  return {
    running,
    knownGood,
    quarantined,
    failed: new Set(memory.bad.flatMap(({ tag, failedAt }) => (failedAt === undefined ? [] : [tag]))),
    lastKnownGood: lastKnownGood(candidates, left),
  };
}

function leaving({ tag, services }: Running, catalog: Catalog): string | undefined {
  if (tag !== undefined) return tag;
  const mixed = new Set(services.map((service) => service.tag));
  return catalog.releases.findLast((release) => mixed.has(release.tag))?.tag;
}

/** All of the catalog where what is left is not in it: nothing runs, or nobody knows what is older. */
function olderThan(left: string, catalog: Catalog): string[] {
  const tags = catalog.releases.map(({ tag }) => tag);
  const place = tags.indexOf(left);
  return place < 0 ? tags : tags.slice(0, place);
}
