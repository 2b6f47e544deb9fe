import type { BackupRequest } from "../backups/request";
import { withoutPassword } from "../migrations/password";
import type { BackupNeed, BackupPlan } from "./backupPlan";
import type { SchemaEvidence } from "./schemaEvidence";

export interface BackupSetting extends Pick<BackupRequest, "stack" | "folder" | "image" | "dockerHost"> {
  when: "risky" | "always" | "never";
  /** Whether the user's own command makes it. */
  command: boolean;
}

/**
 * What is known of a backup before it is made. What can't be asked says nothing of it.
 * @param url of the database, which is asked whether one can be made
 */
export async function planBackup(
  backup: BackupSetting,
  url: string,
  need: BackupNeed,
  state: SchemaEvidence["state"],
): Promise<BackupPlan> {
  const { keptBackups } = await import("../backups/backupRecord");
  const [last] = await keptBackups(backup.folder, backup.stack).catch(() => []);
  const { seconds, dump } = last?.record ?? {};
  const plan = {
    ...need,
    ...(seconds !== undefined && { last: { seconds, ...(dump && { bytes: dump.bytes }) } }),
  };
  // What can't be asked, or is not made yet, says nothing of a backup.
  if (state === undefined || "unconfirmed" in state) return plan;
  const { backupObstacle } = await import("../backups/backupObstacle");
  const obstacle = await backupObstacle(url, backup);
  return obstacle === undefined
    ? plan
    : { ...plan, obstacle: { ...obstacle, text: withoutPassword(obstacle.text, url) } };
}
