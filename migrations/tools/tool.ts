import type { ShippedMigration } from "../../catalog/migrationFolder";
import type { Query } from "../../schema/snapshot/query";
import type { Violation } from "../../settings/violations";

/** The migration tools whose tables and folders can be read. */
export const toolNames = [
  "dbmate",
  "golang-migrate",
  "goose",
  "flyway",
  "alembic",
  "laravel",
  "prisma",
  "django",
] as const;

export type ToolName = (typeof toolNames)[number];

/** One migration that a database says it has applied. */
export interface AppliedMigration {
  /** As the catalog writes it, such as `20260301090000`, `1.2` or `shop.0001_initial`. */
  version: string;
  name?: string;
  /** ISO 8601 in UTC, where the tool records it. */
  appliedAt?: string;
  /** As the tool computes it, where it records one. */
  checksum?: string;
}

/** What is wrong with what a database says of its migrations. */
export interface AppliedProblem {
  /** Undefined where it is not about one migration. */
  version?: string;
  kind: "dirty" | "failed" | "unfinished" | "checksum" | "several-heads" | "several-tools" | "unknown";
  /** What was found, in a sentence. */
  reason: string;
  /** What to do about it, in a sentence. */
  remedy: string;
}

/** What a database says that it has applied. */
export interface AppliedState {
  tool: ToolName;
  /** As it was asked for, such as `schema_migrations` or `billing.schema_migrations`. */
  table: string;
  /**
   * Oldest first, in the tool's order; of a tool that keeps only the head: the heads. A half-applied one is among them,
   * since the schema may hold any part of it.
   */
  applied: readonly AppliedMigration[];
  /** The newest; undefined where nothing is applied. */
  head: string | undefined;
  /** Whether the tool keeps only the head; what was applied then follows from the catalog's order: `appliedVersionsOf`. */
  headOnly: boolean;
  /** The version that a database was taken over at (Flyway's baseline): what is not newer counts as applied. */
  baseline?: string;
  problems: readonly AppliedProblem[];
}

/** What the folder of a tool's migrations holds. */
export interface FolderContents {
  /** In the order in which the tool runs them. */
  migrations: ShippedMigration[];
  violations: Violation[];
  /** What is worth knowing though nothing is wrong, such as a migration whose SQL could not be had. */
  told: string[];
}

/** What reading a folder may need beside it. */
export interface FolderOptions {
  /** The command that prints a migration's SQL, with placeholders in braces; undefined for the tool's own. */
  capture?: string;
  /** The command for the way down; undefined for the tool's own, or for `capture` where that names {direction}. */
  captureDown?: string;
  /** The SQL that the catalog holds of a version, in dbmate's format: what did not change is not captured again. */
  known?: (version: string) => string | undefined;
}

/** What a tool's runner does on a database that has versions it doesn't know. */
export interface WhenAhead {
  /** Whether it starts: always, never, or depending on which versions these are or on a setting. */
  starts: boolean | "depends";
  /** In a sentence, for a person. */
  words: string;
  /** What makes it start, where there is such a setting. */
  setting?: string;
}

/** All that is known of one migration tool. The next tool is one more file that exports one of these. */
export interface MigrationTool {
  name: ToolName;
  /** The table in which it records what it applied, unless it was told another. */
  table: string;
  /** Whether a table with these columns is this tool's. */
  readonly ownsTable: (columns: readonly string[]) => boolean;
  /**
   * Reads what is applied.
   * @param table as SQL writes it, quoted where needed
   */
  readApplied(query: Query, table: string): Promise<Omit<AppliedState, "tool" | "table">>;
  /** Compares versions where these say by themselves which is newer; undefined where only the catalog's order does. */
  readonly compareVersions?: (one: string, other: string) => number;
  /**
   * Whether a folder with these entries is this tool's; asked in the order of `toolNames`.
   * @param entries names of files and folders, with their text where it matters
   */
  ownsFolder(entries: readonly FolderEntry[]): boolean;
  readFolder(folder: string, options: FolderOptions): Promise<FolderContents>;
  whenAhead: WhenAhead;
  /**
   * Whether a way down may begin and end transactions of its own. dbmate's are taken back by an `up`, in one transaction
   * that makes them happen whole or not at all, and may not; the others are taken back by their own tool.
   */
  endsTransactions: boolean;
}

/** One entry of a folder. */
export interface FolderEntry {
  name: string;
  isFolder: boolean;
  /** The beginning of a file, empty for a folder. */
  readonly text: () => string;
}
