import { originOf, unreadDownReason, unreadReason } from "../catalog/capturedSql";
import { migrationSql, type Catalog } from "../catalog/catalog";
import { migrationSections } from "../catalog/migrationSections";
import { migrationLabel, type Migration } from "../catalog/release";
import { tools } from "../migrations/tools/tools";
import type { Gap, SqlSource } from "../schema/gap";
import type { JudgeOptions } from "../schema/judge";
import type { StepDown } from "../schema/stepDown/stepDown";
import { InvalidInput } from "../settings/violations";
import { lookAtWayDown, type CountedDatabase, type NewestMigration } from "./lookAtWayDown";

export interface StepDownRequest {
  catalog: Catalog;
  /** The newest that is applied, and that the target does not ship. */
  version: string;
  /** Undefined where no release of the catalog ships it. */
  migration: Migration | undefined;
  /** Leads to the schema before it, in order. */
  before: readonly SqlSource[];
  /** What of that can't be read, or not whole; each with why. */
  unread: NonNullable<Gap["unread"]>;
  /** Undefined where it could not be asked. */
  database: CountedDatabase | undefined;
  judging: JudgeOptions;
}

/** Seconds that looking at a step-down may take. */
const lookingSeconds = 30;

/** What taking back a migration would come to; data is counted in the live database, reading only. */
export function gatherStepDown(request: StepDownRequest): Promise<StepDown> {
  const { catalog, version, migration, before, unread, database, judging } = request;
  const named = { version, name: migration?.name ?? "" };
  const ways = waysOf(catalog, migration);
  const newest = { migration: named, before, ...ways, unread: [...unread, ...ways.unread] };
  return lookAtWayDown(newest, database, judging, { seconds: lookingSeconds });
}

type MigrationWays = Pick<NewestMigration, "up" | "down" | "unreadDown"> &
  Required<Pick<NewestMigration, "unread" | "endsTransactions">>;

const unknownWays: MigrationWays = { up: undefined, down: undefined, unread: [], endsTransactions: false };

/** Both ways of a migration of the catalog, as far as it has them. */
export function waysOf(catalog: Catalog, migration: Migration | undefined): MigrationWays {
  if (migration === undefined) return unknownWays;
  try {
    const text = migrationSql(catalog, migration);
    const label = migrationLabel(migration);
    const { up, down } = migrationSections(label, text);
    const unreadDown = unreadDownReason(text);
    const reason = unreadReason(text);
    return {
      up,
      down,
      unread: reason === undefined ? [] : [{ name: label, reason }],
      endsTransactions: tools[originOf(text)?.tool ?? "dbmate"].endsTransactions,
      ...(unreadDown !== undefined && { unreadDown }),
    };
  } catch (error) {
    if (error instanceof InvalidInput) return unknownWays;
    throw error;
  }
}
