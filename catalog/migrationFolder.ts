import type { Violation } from "../settings/violations";
import type { Migration } from "./release";

/** A migration as an application's repository holds it. */
export interface ShippedMigration {
  migration: Migration;
  /** The file it comes from, for messages. */
  file: string;
  /** Up and down in dbmate's format, the bytes that the migration's SHA-256 is of. */
  sql: Buffer;
  /** Whether it can be stepped down. */
  hasDown: boolean;
}

/**
 * Reads the folder of one migration tool: everything usable sorted by version, everything wrong with the rest.
 * A reader for another tool stands in a file of its own and gives its SQL in dbmate's format.
 */
export type MigrationReader = (folder: string) => { migrations: ShippedMigration[]; violations: Violation[] };
