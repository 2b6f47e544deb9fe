import { displayName } from "../objectName";
import { compareSnapshots } from "../snapshot/compare";
import type { Snapshot } from "../snapshot/snapshot";
import { isPast } from "../verdict";

/**
 * What a way down changed for code that uses the schema, beyond what it changed on scratch: a view of somebody's own that
 * a CASCADE took along, a column that no release made.
 * @param before the database before the way down
 * @param after the same database after it
 * @param expected the objects that it changed on scratch
 */
export function unexpectedChanges(
  before: Snapshot,
  after: Snapshot,
  expected: readonly string[],
): { object: string; reason: string }[] {
  const covered = (object: string) =>
    expected.some((known) => object === known || object.startsWith(`${known}.`));
  return compareSnapshots(before, after)
    .filter(({ verdict }) => isPast(verdict, "conditional"))
    .map(({ object, reason }) => ({ object: displayName(object), reason }))
    .filter(({ object }) => !covered(object));
}
