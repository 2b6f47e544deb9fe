import { unreadReason } from "../catalog/capturedSql";
import { migrationSql, type Catalog } from "../catalog/catalog";
import { migrationSections } from "../catalog/migrationSections";
import { migrationLabel, type Migration } from "../catalog/release";
import type { Gap, SqlSource } from "../schema/gap";
import { InvalidInput } from "../settings/violations";
import { standsOn, type StandIn } from "./schemaDump";

/** Why a migration can't be judged that is in the database and nowhere else. */
const shippedByNone = "applied in the database, shipped by no release of the catalog";

/**
 * Gives gaps with their SQL; each migration is read once, however many gaps it is in.
 * @param dump stands in for what it holds of the migrations that lead to a schema. @default none
 */
export function gapReader(
  catalog: Catalog,
  order: readonly Migration[],
  dump?: StandIn,
): (shipped: readonly Migration[], ahead: readonly string[]) => Gap {
  const known = new Map(order.map((migration) => [migration.version, migration]));
  const read = new Map<string, WayUp>();
  const source = (migration: Migration) => {
    const kept = read.get(migration.sha256);
    if (kept !== undefined) return kept;
    const made = readWayUp(catalog, migration);
    read.set(migration.sha256, made);
    return made;
  };
  return (shipped, ahead) => {
    const gap = { shipped: [] as SqlSource[], ahead: [] as SqlSource[], unread: [] as NamedReason[] };
    const add = (side: SqlSource[], name: string, { sql, reason }: WayUp) => {
      if (sql !== undefined) side.push(sql);
      if (reason !== undefined) gap.unread.push({ name, reason });
    };
    const held = dump !== undefined && standsOn(dump, shipped) ? dump : undefined;
    if (held !== undefined) gap.shipped.push(held.source);
    const own = shipped.filter(({ version }) => held?.holds.includes(version) !== true);
    for (const migration of own) add(gap.shipped, migrationLabel(migration), source(migration));
    for (const version of ahead) {
      const migration = known.get(version);
      if (migration === undefined) gap.unread.push({ name: version, reason: shippedByNone });
      else add(gap.ahead, migrationLabel(migration), source(migration));
    }
    return gap;
  };
}

/** What is known of a way up. A migration in code can have both: what was captured of it, and why that is not all. */
interface WayUp {
  sql?: SqlSource;
  reason?: string;
}

interface NamedReason {
  name: string;
  reason: string;
}

function readWayUp(catalog: Catalog, migration: Migration): WayUp {
  try {
    const text = migrationSql(catalog, migration);
    const reason = unreadReason(text);
    const sql = migrationSections(migrationLabel(migration), text).up;
    return reason === undefined ? { sql } : { reason, ...(sql.sql.trim() !== "" && { sql }) };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const [violation] = error.violations;
    return { reason: violation === undefined ? error.summary : `${violation.where}: ${violation.found}` };
  }
}
