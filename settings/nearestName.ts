/**
 * The name that a person may have meant: the one with the fewest letters changed, upper and lower case, `-` and `_`
 * counting as nothing. Undefined when more than a third of the letters (rounded up) differ from every one.
 */
export function nearestName(names: readonly string[], wanted: string): string | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[-_]/g, "");
  const [nearest] = names
    .map((name) => ({ name, distance: editDistance(plain(wanted), plain(name)) }))
    .sort((one, other) => one.distance - other.distance);
  return nearest !== undefined && nearest.distance <= Math.ceil(wanted.length / 3) ? nearest.name : undefined;
}

/** Levenshtein's distance. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
