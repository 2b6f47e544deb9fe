import { unreadDownReason } from "../catalog/capturedSql";
import { migrationSql, type Catalog } from "../catalog/catalog";
import { migrationSections } from "../catalog/migrationSections";
import { migrationLabel, type Migration } from "../catalog/release";
import type { SqlSource } from "../schema/gap";
import type { JudgeOptions } from "../schema/judge";
import type { StepDown } from "../schema/stepDown/stepDown";
import { InvalidInput } from "../settings/violations";
import { lookAtWayDown, type NewestMigration } from "./lookAtWayDown";

export interface StepDownRequest {
  catalog: Catalog;
  /** The newest that is applied, and that the target does not ship. */
  version: string;
  /** Undefined where no release of the catalog ships it. */
  migration: Migration | undefined;
  /** Leads to the schema before it, in order. */
  before: readonly SqlSource[];
  /** Of the live database; undefined where it could not be asked. */
  url: string | undefined;
  judging: JudgeOptions;
}

/** Seconds that looking at a step-down may take. */
const lookingSeconds = 30;

/** What taking back a migration would come to; data is counted in the live database, reading only. */
export function gatherStepDown(request: StepDownRequest): Promise<StepDown> {
  const { catalog, version, migration, before, url, judging } = request;
  const named = { version, name: migration?.name ?? "" };
  const newest = { migration: named, before, ...waysOf(catalog, migration) };
  return lookAtWayDown(newest, url, judging, { seconds: lookingSeconds });
}

/** Both ways of a migration of the catalog, as far as it has them. */
export function waysOf(
  catalog: Catalog,
  migration: Migration | undefined,
): Pick<NewestMigration, "up" | "down" | "unreadDown"> {
  if (migration === undefined) return { up: undefined, down: undefined };
  try {
    const text = migrationSql(catalog, migration);
    const { up, down } = migrationSections(migrationLabel(migration), text);
    const unreadDown = unreadDownReason(text);
    return { up, down, ...(unreadDown !== undefined && { unreadDown }) };
  } catch (error) {
    if (error instanceof InvalidInput) return { up: undefined, down: undefined };
    throw error;
  }
}
