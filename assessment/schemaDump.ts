import { readFileSync } from "node:fs";
import type { SqlSource } from "../schema/gap";
import { InvalidInput } from "../settings/violations";

/** A dump of the schema that stands in for the oldest migrations, where their own files no longer make it. */
export interface SchemaDump {
  source: SqlSource;
  /** The newest version that it holds. */
  upTo: string;
}

/** A dump as far as a database has applied what it holds. */
export interface StandIn extends SchemaDump {
  /** Every version of the database that it holds, oldest first. */
  holds: readonly string[];
}

/**
 * Reads what the setting `schema.dump` names.
 * @param where the setting's place, such as `Pulumi.prod.yaml: knowngood:schema.dump.file`
 * @throws InvalidInput for a file that can't be read
 */
export function readSchemaDump({ file, upTo }: { file: string; upTo: string }, where: string): SchemaDump {
  try {
    return { source: { name: file, sql: readFileSync(file, "utf8") }, upTo };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const found = missing ? `no such file: ${JSON.stringify(file)}` : (error as Error).message;
    const expected = "name a dump in SQL, from the project's folder: pg_dump --schema-only --file FILE";
    throw new InvalidInput("The settings can't be used", [{ where, found, expected }]);
  }
}

/**
 * What a dump stands in for in a database; undefined where that has not applied the dump's newest migration.
 * @param applied versions that are applied, oldest first
 */
export function standIn(dump: SchemaDump | undefined, applied: readonly string[]): StandIn | undefined {
  const place = dump === undefined ? -1 : applied.indexOf(dump.upTo);
  return dump === undefined || place < 0 ? undefined : { ...dump, holds: applied.slice(0, place + 1) };
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
