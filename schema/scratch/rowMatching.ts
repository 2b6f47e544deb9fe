/** One column's values, row by row. */
export type Values = readonly (string | null)[];

/**
 * The pair of columns by which most rows are found again: the old one tells all its rows apart, and the new one tells
 * apart those that it has.
 * @param pairs the old column's values and the new one's
 * @returns its place; undefined where no row is found again
 */
export function bestAnchor(pairs: readonly (readonly [old: Values, now: Values])[]): number | undefined {
  let best: { place: number; found: number } | undefined;
  pairs.forEach(([old, now], place) => {
    if (!tellsApart(old) || !tellsApart(now)) return;
    const there = new Set(now);
    const found = old.filter((value) => value !== null && there.has(value)).length;
    if (found > (best?.found ?? 0)) best = { place, found };
  });
  return best?.place;
}

/** For each old row the place of the new one with the same value; undefined where there is none. */
export function correlate(old: Values, now: Values): (number | undefined)[] {
  const places = new Map(now.map((value, place) => [value, place]));
  return old.map((value) => (value === null ? undefined : places.get(value)));
}

/** Whether each value comes as often in the one as in the other, whatever the order. */
export function sameValues(one: Values, other: Values): boolean {
  if (one.length !== other.length) return false;
  const sorted = (values: Values) => values.map((value) => JSON.stringify(value)).sort();
  const others = sorted(other);
  return sorted(one).every((value, place) => value === others[place]);
}

function tellsApart(values: Values): boolean {
  const there = values.filter((value) => value !== null);
  return there.length > 0 && new Set(there).size === there.length;
}
