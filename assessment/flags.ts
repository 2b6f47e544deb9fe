import type { Catalog } from "../catalog/catalog";
import { flagsAround } from "../catalog/flagsAround";
import type { Release } from "../catalog/release";
import type { FlagReport } from "../gates/flagRequest";
import { memoryFrom, type QuarantineMemory } from "../history/quarantine";
import { recordedFlags, type RecordedFlag } from "../history/recordedFlags";
import { releasesLeft, type Running } from "../history/running";
import type { StackState } from "../history/stackState";

/** A flag that the target must not run with. */
export interface FlagOff {
  flag: string;
  /** The releases newer than the target that turn it on, oldest first; none where the catalog lost them. */
  releases: readonly string[];
  /** Counts how often it is turned off; another number does it once more. */
  run: number;
  /** Whether it is turned off in this `up`; otherwise it is off already. */
  due: boolean;
  /** What the last time came to; undefined where there was none, or nobody knows. */
  last: FlagReport | undefined;
}

export interface AssessedFlags {
  off: readonly FlagOff[];
  /** Flags that the target turns on, and that were turned off here for an older release. */
  leftOff: readonly { flag: string; at: string }[];
}

export interface FlagsQuestion {
  target: Release;
  running: Running;
  catalog: Catalog;
  state: StackState;
}

/**
 * Which flags are to be off for the target: those that only newer releases turn on, up to the newest that runs or ever
 * ran here, and those that were turned off before. One that the state remembers as off is left alone.
 */
export function assessFlags({ target, running, catalog, state }: FlagsQuestion): AssessedFlags {
  const { releases } = catalog;
  const memory = memoryFrom(state);
  const recorded = recordedFlags(state);
  const placeOf = (tag: string) => releases.findIndex((release) => release.tag === tag);
  const ran = [...releasesLeft(state, running, target, catalog), ...memory.bad.map(({ tag }) => tag)];
  const targetPlace = placeOf(target.tag);
  const newest = releases[Math.max(targetPlace, ...ran.map(placeOf))]?.tag;
  const { needed, newer, foreign } = flagsAround(releases, target.tag, newest);
  const names = [...foreign, ...recorded.map(({ flag }) => flag)];
  const off = [...new Set(names)].filter((flag) => !needed.has(flag)).sort();
  return {
    off: off.map((flag) => {
      const before = recorded.find((one) => one.flag === flag);
      const having = releases.slice(targetPlace + 1).filter(({ flags }) => flags.includes(flag));
      const ranWith = having.filter((release) => newer.includes(release));
      const due = !isOff(before, memory, having, placeOf);
      return {
        flag,
        releases: (ranWith.length > 0 ? ranWith : having).map(({ tag }) => tag),
        run: (before?.run ?? 0) + (due ? 1 : 0),
        due,
        last: before?.report,
      };
    }),
    leftOff: recorded.flatMap(({ flag, report }) =>
      needed.has(flag) && report?.outcome === "off" ? [{ flag, at: report.endedAt }] : [],
    ),
  };
}

/**
 * Whether it is off still, as far as anybody knows. While the newest move is forward to a release that has it, a person
 * may have turned it on again for that: when the move began says nothing, since the same one can be tried again after the
 * flag was turned off. At worst it is turned off once more.
 */
function isOff(
  before: RecordedFlag | undefined,
  { move }: QuarantineMemory,
  having: readonly Release[],
  placeOf: (tag: string) => number,
): boolean {
  if (before?.report?.outcome !== "off") return false;
  const [first] = having;
  const wentForward = move?.direction === "forward";
  return !(wentForward && first !== undefined && placeOf(move.to) >= placeOf(first.tag));
}

/** What becomes of flags, as lines of a diff; none where nothing does. */
export function flagLines({ off, leftOff }: AssessedFlags): string[] {
  const lines = [
    ...off
      .filter(({ due }) => due)
      .map(
        ({ flag, releases }) => `${flag} on -> off${releases.length > 0 ? ` (${releases.join(", ")})` : ""}`,
      ),
    ...leftOff.map(
      ({ flag, at }) =>
        `${flag} stays off: it was turned off for an older release at ${at}; turning it on again is a person's decision`,
    ),
  ];
  return lines.map((line, index) => `${index === 0 ? "flags:" : "      "} ${line}`);
}

/** Flags that an earlier `up` could not turn off. */
export function flagWarnings({ off }: AssessedFlags): string[] {
  return off.flatMap(({ flag, last }) =>
    last?.outcome === "notOff"
      ? [
          `The flag ${flag} could not be turned off at ${last.endedAt}: ${last.why ?? "nobody knows why"}. This \`up\` tries again.`,
        ]
      : [],
  );
}
