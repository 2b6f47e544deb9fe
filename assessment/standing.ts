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
  /** Tags of those that are quarantined. */
  quarantined: ReadonlySet<string>;
  /** The newest known-good release that neither runs nor is quarantined. */
  lastKnownGood: KnownGood | undefined;
}

export interface StandingQuestion {
  /** Project and stack, such as `shop/prod`. */
  label: string;
  catalog: Catalog;
  settings: Pick<Settings, "quarantine" | "record">;
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
  const quarantined = new Set(knownGood.map(({ tag }) => tag).filter((tag) => isQuarantined(tag)));
  function isQuarantined(tag: string): boolean {
    const release = catalog.releases.find((one) => one.tag === tag);
    return release !== undefined && causeOf(release, memory, { quarantine, knownGood }) !== undefined;
  }
  return {
    running,
    knownGood,
    quarantined,
    lastKnownGood: lastKnownGood(
      knownGood.filter(({ tag }) => !quarantined.has(tag)),
      running.tag ?? "",
    ),
  };
}
