/** A release that has written data which the target will read. */
export interface DataWriter {
  tag: string;
  /** The oldest release that can read its data, as its entry in the catalog says. */
  dataReadableFrom?: string;
}

/**
 * What a verdict does not cover, in a line.
 * @param since when, or with which release, the newer code began to write: `14:02`, `v1.5.0`
 * @param writers the releases after the target, up to the running one
 * @param order all tags, oldest first
 */
export function notJudged(
  since: string | undefined,
  target: string | undefined,
  writers: readonly DataWriter[] = [],
  order: readonly string[] = [],
): string {
  const place = (tag: string | undefined) => (tag === undefined ? -1 : order.indexOf(tag));
  const unreadable = writers.find(({ dataReadableFrom }) => place(dataReadableFrom) > place(target));
  if (unreadable !== undefined) {
    return `schema only; data that ${unreadable.tag} wrote can't be read before ${unreadable.dataReadableFrom}, as the catalog says`;
  }
  const silent = writers.filter(({ dataReadableFrom }) => dataReadableFrom === undefined);
  if (writers.length > 0 && silent.length === 0) {
    return `schema only; data that ${writers.map(({ tag }) => tag).join(", ")} wrote can be read by ${target ?? "the target"}, as the catalog says`;
  }
  return `schema only; data written since ${since ?? "the migrations ran"} not judged`;
}
