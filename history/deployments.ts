import { findRelease, type Catalog } from "../catalog/catalog";
import type { NotedUpdate } from "../records/begunUpdates";
import type { BegunUpdate, ReleaseRecord } from "../records/releaseRecord";
import type { PulumiUpdate } from "./pulumiUpdates";
import type { Direction } from "./running";

/** `unfinished`: nobody saw how it ended. `under way`: it goes on, as far as can be told from here. */
export type DeploymentOutcome = "passed" | "failed" | "unfinished" | "under way";

/** One update of a stack, from Pulumi's history and our own records together. */
export interface Deployment {
  /**
   * Its record's id, else when it began, such as `20260301T120000Z`. The first 15 characters tell the updates of a stack
   * apart.
   */
  id: string;
  /** `update`, or what else changed the stack: `refresh`, `destroy`, `import`, … as Pulumi calls it. */
  kind: string;
  /** Pulumi's own number of it; undefined where the backend counts none, and of one that Pulumi does not know. */
  version?: number;
  /** The release that it tried; undefined of all kinds but `update`. */
  tag?: string;
  /** Undefined where no record tells. */
  direction?: Direction;
  /** Where it went from; undefined where no record tells, and where nothing ran. */
  from?: BegunUpdate["from"];
  /** What was to run, by service. */
  services: Readonly<Record<string, { tag: string; digest: string }>>;
  outcome: DeploymentOutcome;
  /** Whether it changed any resource, as far as anybody knows: an `up` that was refused did not. */
  changed: boolean;
  /** Those that were asked, as records tell. */
  gates: ReleaseRecord["gates"];
  stoppedAt?: ReleaseRecord["stoppedAt"];
  schema?: BegunUpdate["schema"];
  breakGlass?: BegunUpdate["breakGlass"];
  /** Services that had been brought to the release by hand before, and were adopted. */
  adopted?: BegunUpdate["adopted"];
  /** Of which drill it was a part. */
  drill?: BegunUpdate["drill"];
  /** ISO 8601, UTC. */
  startedAt: string;
  /** Undefined where nobody saw the end. */
  endedAt?: string;
  /** Undefined where nobody saw the end. */
  seconds?: number;
  /** Undefined where no record tells. */
  by?: BegunUpdate["by"];
  /** Why, as the settings said, else Pulumi's message. */
  reason?: string;
  /** Folder of the evidence of what ran before it. */
  evidence?: string;
  /** Who tells of it. */
  known: { pulumi: boolean; record: boolean };
  /** Whether it is the newest that brought the release that runs. @default false */
  runs?: true;
  /** Whether it is the newest of a release that is known good, and passed. @default false */
  knownGood?: true;
  /** Whether that release is the last known-good one. @default false */
  lastKnownGood?: true;
}

export interface DeploymentSources {
  /** In any order. */
  pulumi: readonly PulumiUpdate[];
  /** Of this stack, in any order. */
  records: readonly ReleaseRecord[];
  /** Updates that have begun and have no record yet. */
  noted: readonly NotedUpdate[];
  catalog: Catalog;
}

/** Milliseconds that the clock of a backend may be off that of the machine which wrote the record. */
const clockTolerance = 2000;
/**
 * Milliseconds that they may be apart where release, outcome, length and order say that it is the same update: a machine
 * whose clock nobody sets is minutes off.
 */
const clocksApart = 3_600_000;
/** Milliseconds that Pulumi takes longest before and after what a record tells of. */
const longestAround = 120_000;
/** Milliseconds: Pulumi cuts its times to seconds. */
const cutOff = 1000;

/** All updates, newest first; one that both tell of is there once. */
export function mergeDeployments({ pulumi, records, noted, catalog }: DeploymentSources): Deployment[] {
  const recorded = new Set(records.map(({ id }) => id));
  const entries = [
    ...new Map(records.map((record) => [record.id, record])).values(),
    ...noted.flatMap(({ update, alive }) => (recorded.has(update.id) ? [] : [endless(update, alive)])),
  ];
  const matches = matched(pulumi, entries);
  const told = new Set(matches.values());
  return [
    ...pulumi.map((update) => ofUpdate(update, matches.get(update), catalog)),
    ...entries.filter((entry) => !told.has(entry)).map((entry) => ofEntry(entry)),
  ].sort((one, other) => other.startedAt.localeCompare(one.startedAt));
}

/** A record, or the note of an update that has none yet. */
type Entry = BegunUpdate &
  Pick<Partial<ReleaseRecord>, "stoppedAt" | "seconds"> & {
    outcome: DeploymentOutcome;
    gates: ReleaseRecord["gates"];
    endedAt?: string;
  };

function endless(update: BegunUpdate, alive: boolean): Entry {
  return { ...update, outcome: alive ? "under way" : "unfinished", gates: [] };
}

/** Each record to the update in whose time it began; the nearest first, and each once. */
function matched(
  pulumi: readonly PulumiUpdate[],
  entries: readonly Entry[],
): ReadonlyMap<PulumiUpdate, Entry> {
  const updates = pulumi
    .filter(({ kind }) => kind === "update")
    .map((update) => ({ update, ...spanOf(update) }))
    .sort((one, other) => one.start - other.start);
  const pairs = entries.flatMap((entry) => {
    const began = Date.parse(entry.startedAt);
    return around(updates, began).flatMap(({ update, start, end }) => {
      const off = began < start ? start - began : began >= end ? began - end : 0;
      return off <= clockTolerance && isSame(update, entry) ? [{ update, entry, off }] : [];
    });
  });
  const found = new Map<PulumiUpdate, Entry>();
  const taken = new Set<Entry>();
  for (const { update, entry } of pairs.sort((one, other) => one.off - other.off)) {
    if (found.has(update) || taken.has(entry)) continue;
    found.set(update, entry);
    taken.add(entry);
  }
  for (const [update, entry] of clearlySame(
    updates.map(({ update }) => update).filter((update) => !found.has(update)),
    entries.filter((entry) => !taken.has(entry)),
  ))
    found.set(update, entry);
  return found;
}

/**
 * Updates and records of clocks that are further apart: where each of them could be only the one other. One that ended
 * without a record, or that Pulumi has not kept, is left alone as soon as there is any doubt.
 */
function clearlySame(updates: readonly PulumiUpdate[], entries: readonly Entry[]): [PulumiUpdate, Entry][] {
  const pairs = entries.flatMap((entry) =>
    updates.filter((update) => couldBe(update, entry)).map((update) => [update, entry] as const),
  );
  return pairs.flatMap(([update, entry]) => {
    const others = pairs.filter((pair) => pair[0] === update || pair[1] === entry);
    return others.length === 1 ? [[update, entry]] : [];
  });
}

function couldBe(update: PulumiUpdate, { to, outcome, startedAt, seconds }: Entry): boolean {
  if (update.endedAt === undefined || seconds === undefined || to.tag === undefined) return false;
  if (update.tag !== to.tag || update.result !== (outcome === "passed" ? "succeeded" : outcome)) return false;
  const began = Date.parse(update.startedAt);
  const longer = Date.parse(update.endedAt) - began - seconds * 1000;
  return (
    Math.abs(Date.parse(startedAt) - began) <= clocksApart && longer >= -cutOff && longer <= longestAround
  );
}

function spanOf({ startedAt, endedAt }: PulumiUpdate): { start: number; end: number } {
  const end = endedAt === undefined ? Infinity : Date.parse(endedAt) + cutOff;
  return { start: Date.parse(startedAt), end };
}

/** Those that can have begun then: updates of a stack follow one another, so that few do. */
function around<Span extends { start: number; end: number }>(spans: readonly Span[], time: number): Span[] {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.start ?? Infinity) <= time + clockTolerance) low = middle + 1;
    else high = middle;
  }
  return spans.slice(Math.max(0, low - 4), low);
}

/** One that came to a good end, by Pulumi, is none of which nobody saw the end. */
function isSame(update: PulumiUpdate, entry: Entry): boolean {
  const sameTag = update.tag === undefined || entry.to.tag === undefined || update.tag === entry.to.tag;
  return sameTag && !(update.result === "succeeded" && entry.outcome === "unfinished");
}

function ofUpdate(update: PulumiUpdate, entry: Entry | undefined, catalog: Catalog): Deployment {
  const { kind, version, startedAt, endedAt, result, message, changed } = update;
  const tag = kind === "update" ? (entry?.to.tag ?? update.tag) : undefined;
  const reason = entry?.reason ?? message;
  const own = entry === undefined ? undefined : ofEntry(entry);
  return {
    ...(own ?? { id: basic(startedAt), kind, services: servicesOf(tag, catalog), gates: [] }),
    ...(version !== undefined && { version }),
    ...(tag !== undefined && { tag }),
    outcome: worse(result, entry?.outcome),
    changed,
    startedAt,
    ...(endedAt !== undefined && {
      endedAt,
      seconds: entry?.seconds ?? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000,
    }),
    ...(reason !== undefined && { reason }),
    known: { pulumi: true, record: entry !== undefined },
  };
}

function ofEntry(entry: Entry): Deployment {
  const { id, to, from, direction, outcome, gates, startedAt, endedAt, seconds } = entry;
  const { stoppedAt, schema, breakGlass, adopted, drill, by, reason, evidence } = entry;
  const ended = outcome === "passed" || outcome === "failed";
  return {
    id,
    kind: "update",
    ...(to.tag !== undefined && { tag: to.tag }),
    direction,
    ...((from.tag !== undefined || Object.keys(from.services).length > 0) && { from }),
    services: to.services,
    outcome,
    changed: true,
    gates,
    ...(stoppedAt && { stoppedAt }),
    ...(schema && { schema }),
    ...(breakGlass && { breakGlass }),
    ...(adopted && { adopted }),
    ...(drill && { drill }),
    startedAt,
    // Of one without an end the record says when it was found.
    ...(ended && endedAt !== undefined && { endedAt }),
    ...(ended && seconds !== undefined && { seconds }),
    by,
    ...(reason !== undefined && { reason }),
    ...(evidence !== undefined && { evidence }),
    known: { pulumi: false, record: true },
  };
}

/** An update succeeded only where both say so; what was killed, Pulumi Cloud calls failed or still under way. */
function worse(result: PulumiUpdate["result"], recorded: DeploymentOutcome | undefined): DeploymentOutcome {
  if (recorded === "unfinished" || recorded === "failed") return recorded;
  if (result !== "succeeded") return result;
  return "passed";
}

function servicesOf(tag: string | undefined, catalog: Catalog): Deployment["services"] {
  if (tag === undefined) return {};
  const release = findRelease(catalog, tag);
  return Object.fromEntries(
    Object.entries(release?.services ?? {}).map(([name, { digest }]) => [name, { tag, digest }]),
  );
}

/** As records write times in their ids. */
function basic(time: string): string {
  return time.replace(/[-:]/g, "").replace(/\.\d+Z$/, "Z");
}
