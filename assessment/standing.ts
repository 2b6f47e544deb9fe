import { findRelease, type Catalog } from "../catalog/catalog";
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
   * The release that a rollback goes to where nobody names one: the newest known-good one of the catalog that neither
   * runs nor is quarantined. Of a mix, the newest release that runs is the one to leave.
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
  return {
    running,
    knownGood,
    quarantined,
    failed: new Set(memory.bad.flatMap(({ tag, failedAt }) => (failedAt === undefined ? [] : [tag]))),
    lastKnownGood: lastKnownGood(
      knownGood.filter(({ tag }) => findRelease(catalog, tag) !== undefined && !quarantined.has(tag)),
      leaving(running, catalog) ?? "",
    ),
  };
}

function leaving({ tag, services }: Running, catalog: Catalog): string | undefined {
  if (tag !== undefined) return tag;
  const mixed = new Set(services.map((service) => service.tag));
  return catalog.releases.findLast((release) => mixed.has(release.tag))?.tag;
}
