import type { TimeLimit } from "../assessment/timeLimit";
import { keptBackups, type KeptBackup } from "../backups/backupRecord";
import { isRestoredFrom, leftoversOf } from "../backups/restoredDatabases";
import { connect } from "../migrations/connection";
import { withoutPassword } from "../migrations/password";
import { messageOf } from "./asker";
import { isUnknown, type BackupStatus, type Known } from "./status";

export interface BackupQuestion {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  folder: string;
  /** Whether the settings let any be made. */
  made: boolean;
  /** The database's URL; with why it can't be had. */
  url: Promise<Known<string>>;
}

/** The stack's backups on this machine, and whether the newest was restored and checked. */
export async function backupStatus(
  { stack, folder, made, url }: BackupQuestion,
  limit: TimeLimit,
): Promise<Known<BackupStatus>> {
  const kept = await limit.for<Known<KeptBackup[]>>(
    keptBackups(folder, stack).catch((error: unknown) => ({ unknown: messageOf(error) })),
    { unknown: limit.text },
  );
  if (isUnknown(kept)) return kept;
  const [newest] = kept;
  if (newest === undefined) return { folder, made, kept: 0 };
  const { name, record, whole } = newest;
  const address = await url;
  return {
    folder,
    made,
    kept: kept.length,
    newest: {
      name,
      madeAt: record.madeAt,
      ...(record.dump && { bytes: record.dump.bytes }),
      whole,
      restoredAs: isUnknown(address)
        ? address
        : await limit.for<Known<string | undefined>>(restoredFrom(record.madeAt, address), {
            unknown: limit.text,
          }),
    },
  };
}

/** A database on the server that was made of this backup and found whole. */
async function restoredFrom(madeAt: string, url: string): Promise<Known<string | undefined>> {
  try {
    const client = await connect(url);
    try {
      const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
      const found = await leftoversOf(client, rows[0]?.name ?? "");
      return found.find(({ name, whole }) => whole && isRestoredFrom(name, madeAt))?.name;
    } finally {
      await client.end();
    }
  } catch (error) {
    return { unknown: withoutPassword(messageOf(error), url) };
  }
}
