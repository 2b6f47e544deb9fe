/** The middle value; the mean of the two middle ones of an even number. @throws RangeError without values */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("a median needs at least one value");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** How many times the second median the first one is; undefined where the second is 0. */
export function ratio(values: readonly number[], against: readonly number[]): number | undefined {
  const base = median(against);
  return base === 0 ? undefined : median(values) / base;
}
