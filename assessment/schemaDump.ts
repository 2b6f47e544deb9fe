import { readFileSync } from "node:fs";
import type { SqlSource } from "../schema/gap";

/** A dump of the schema that stands in for the oldest migrations, where their own files no longer make it. */
export interface SchemaDump {
  source: SqlSource;
  /** The newest version that it holds. */
  upTo: string;
}

/** A dump whose file can't be read, with why. */
export interface UnreadDump {
  unread: string;
}

/** A dump as far as a database has applied what it holds. */
export interface StandIn extends SchemaDump {
  /** Every version of the database that it holds, oldest first. */
  holds: readonly string[];
}

/** Reads what the setting `schema.dump` names. A file that is gone must not stand in the way of a rollback. */
export function readSchemaDump({ file, upTo }: { file: string; upTo: string }): SchemaDump | UnreadDump {
  try {
    return { source: { name: file, sql: readFileSync(file, "utf8") }, upTo };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return { unread: missing ? `no such file: ${JSON.stringify(file)}` : (error as Error).message };
  }
}

/**
 * What a dump stands in for in a database; undefined where the dump can't be read, or its newest migration is not
 * applied there.
 * @param applied versions that are applied, oldest first
 */
export function standIn(
  dump: SchemaDump | UnreadDump | undefined,
  applied: readonly string[],
): StandIn | undefined {
  if (dump === undefined || "unread" in dump) return undefined;
  const place = applied.indexOf(dump.upTo);
  return place < 0 ? undefined : { ...dump, holds: applied.slice(0, place + 1) };
}

/** Why a dump that stands in for nothing is left aside, and what to do, in a part of a sentence and a sentence. */
export function whyLeftAside(dump: SchemaDump | UnreadDump): string {
  return "unread" in dump
    ? `${dump.unread}. Name a dump in SQL, from the project's folder: pg_dump --schema-only --file FILE`
    : `${dump.upTo}, up to which it is to stand, is not applied in the database. ` +
        "Name the newest migration that was applied when the dump was taken.";
}

/**
 * Whether a release was made for a database that has all of the dump: it ships the dump's newest migration, or newer ones
 * alone. A release from before the dump is judged by its own migrations.
 */
export function standsOn({ upTo, holds }: StandIn, shipped: readonly { version: string }[]): boolean {
  const versions = shipped.map(({ version }) => version);
  if (versions.includes(upTo)) return true;
  return versions.length > 0 && !versions.some((version) => holds.includes(version));
}
