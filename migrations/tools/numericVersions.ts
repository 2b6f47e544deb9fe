/** A number as the tools' tables hold it: `000012` is `12`. */
export function plainNumber(digits: string): string {
  return BigInt(digits).toString();
}

/** Compares versions that are whole numbers, of any length. */
export function compareNumbers(one: string, other: string): number {
  const [a, b] = [BigInt(one), BigInt(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Compares versions of numbers between dots, part by part; a part that is missing counts as 0. */
export function compareDotted(one: string, other: string): number {
  const [a, b] = [one.split("."), other.split(".")];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compareNumbers(a[index] ?? "0", b[index] ?? "0");
    if (order !== 0) return order;
  }
  return 0;
}
