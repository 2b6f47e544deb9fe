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
 * @param applied the versions applied in the database, in any order
 */
export function planSchema(shipped: readonly Migration[], applied: readonly string[]): SchemaPlan {
  const appliedVersions = new Set(applied);
  const shippedVersions = new Set(shipped.map(({ version }) => version));
  const pending = shipped.filter(({ version }) => !appliedVersions.has(version));
  const gap = [...appliedVersions].filter((version) => !shippedVersions.has(version)).sort(byVersion);
  const head = [...appliedVersions, ...pending.map(({ version }) => version)].sort(byVersion).at(-1);
  return { pending, gap, head };
}

/** Versions sort as text, as dbmate sorts them. */
export function byVersion(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
