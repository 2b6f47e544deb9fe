import type { Migration, Release } from "../catalog/release";
import { planSchema, type SchemaPlan } from "../schema/schemaPlan";
import { standsOn, type StandIn } from "./schemaDump";

/** What a release's migrations mean for a database that has applied these versions. */
export type Planner = (release: Pick<Release, "migrations">, applied: readonly string[]) => SchemaPlan;

/** Every known version, oldest first; what only a dump holds is older than all that a release ships. */
export function versionOrder(order: readonly Migration[], dump: StandIn | undefined): string[] {
  const known = order.map(({ version }) => version);
  return [...(dump?.holds ?? []).filter((version) => !known.includes(version)), ...known];
}

/**
 * Plans without what a dump holds that the release was made for.
 * @param versions every known one, oldest first: `versionOrder`
 */
export function planner(versions: readonly string[], dump: StandIn | undefined): Planner {
  return ({ migrations }, applied) => {
    const plan = planSchema(migrations, applied, versions);
    if (dump === undefined || !standsOn(dump, migrations)) return plan;
    return { ...plan, gap: plan.gap.filter((version) => !dump.holds.includes(version)) };
  };
}
