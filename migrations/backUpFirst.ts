import type { Client } from "pg";
import { makeBackup } from "../backups/makeBackup";
import type { BackupReport } from "../backups/request";
import type { MigrationRequest } from "./request";
import type { ToolName } from "./tools/tool";

/**
 * Makes the backup that is asked for before anything is changed.
 * @param client holds the lock of migrations
 * @param applied oldest first
 * @param standing what an operator is told where there is none: how the database stands, and how to go on
 * @param tool whose table says what is applied. @default dbmate
 * @returns undefined where none is asked for
 * @throws Error that says why there is none, and `standing`
 */
export async function backUpFirst(
  client: Client,
  { url, table, backup }: MigrationRequest,
  applied: readonly string[],
  now: Date,
  standing: string,
  tool?: ToolName,
): Promise<BackupReport | undefined> {
  if (backup === undefined) return undefined;
  try {
    return await makeBackup(
      { client, url, table, applied, ...(tool !== undefined && { tool }) },
      backup,
      now,
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${standing}`, { cause: error });
  }
}

/** How things stand where migrations were to follow. */
export const noneBegun =
  "No migration was begun: nothing was changed in the database, and the running services were not touched. " +
  "To try again: pulumi up; to go without a backup: pulumi config set --path database.backup.when never";
