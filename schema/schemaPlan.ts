import type { Migration } from "../catalog/release";

/** What a release's migrations mean for a database, by versions alone. */
export interface SchemaPlan {
  /** Migrations that the target ships and the database has not applied, in the order in which they will run. */
  pending: readonly Migration[];
  /** Versions that the database has applied and the target does not ship: the schema is ahead of the code by these. */
  gap: readonly string[];
  /** The newest version once the pending ones are applied, or undefined for a database without any. */
  head: string | undefined;
}

/**
 * @param shipped the target's migrations, in order
 * @param applied the versions applied in the database; in any order where versions sort as text or `order` has them all
 * @param order all known versions, oldest first, as `migrationOrder` gives them; without it versions sort as text
 */
export function planSchema(
  shipped: readonly Migration[],
  applied: readonly string[],
  order?: readonly string[],
): SchemaPlan {
  const appliedVersions = new Set(applied);
  const shippedVersions = new Set(shipped.map(({ version }) => version));
  const pending = shipped.filter(({ version }) => !appliedVersions.has(version));
  const all = [...appliedVersions, ...pending.map(({ version }) => version)];
  const compare = order === undefined ? byVersion : byOrder(order, all);
  const gap = [...appliedVersions].filter((version) => !shippedVersions.has(version)).sort(compare);
  return { pending, gap, head: all.sort(compare).at(-1) };
}

/** Versions sort as text, as dbmate sorts them. */
export function byVersion(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * Compares by an order of known versions. Versions that it lacks come after all others: nobody shipped them, so they
 * were applied by something newer.
 * @param order oldest first
 * @param otherwise the order of those that `order` lacks
 */
export function byOrder(
  order: readonly string[],
  otherwise: readonly string[],
): (one: string, other: string) => number {
  const place = new Map([...new Set([...order, ...otherwise])].map((version, index) => [version, index]));
  return (one, other) => (place.get(one) ?? place.size) - (place.get(other) ?? place.size);
}
