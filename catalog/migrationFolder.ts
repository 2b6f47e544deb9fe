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

/** Reads a folder: everything usable in the order in which it is run, everything wrong with the rest. */
export type MigrationReader = (folder: string) => { migrations: ShippedMigration[]; violations: Violation[] };
