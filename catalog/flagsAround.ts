import type { Release } from "./release";

/** The flags of the releases around one, by the catalog's order. */
export interface FlagsAround {
  /** Those that the release, or one before it, turns on. */
  needed: ReadonlySet<string>;
  /** The releases after it, up to the newest that is asked for. */
  newer: readonly Release[];
  /** Flags that only those turn on: it must not run with them. */
  foreign: readonly string[];
}

/**
 * @param releases oldest first
 * @param tag the release that is to run
 * @param upTo the newest whose flags may be on
 */
export function flagsAround(
  releases: readonly Release[],
  tag: string,
  upTo: string | undefined,
): FlagsAround {
  const placeOf = (wanted: string | undefined) => releases.findIndex((release) => release.tag === wanted);
  const place = placeOf(tag);
  const needed = new Set(releases.slice(0, place + 1).flatMap(({ flags }) => flags));
  const newer = releases.slice(place + 1, placeOf(upTo) + 1);
  const foreign = [...new Set(newer.flatMap(({ flags }) => flags))].filter((flag) => !needed.has(flag));
  return { needed, newer, foreign };
}
