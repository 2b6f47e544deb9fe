import type { KeptBackup } from "./backupRecord";

/** What a stack keeps of its backups. */
export interface Retention {
  keep: number;
  keepDays?: number;
}

const millisecondsPerDay = 86_400_000;

/**
 * Which backups may go: all past the newest `keep`, and those older than `keepDays`. The newest that is whole stays,
 * whatever its age.
 * @param backups of one stack, newest first
 */
export function retiredBackups(
  backups: readonly KeptBackup[],
  { keep, keepDays }: Retention,
  now: Date,
): KeptBackup[] {
  const newestWhole = backups.find(({ whole, record }) => whole && record.dump !== undefined);
  return backups.filter((backup, index) => {
    if (index === 0 || backup === newestWhole) return false;
    const age = now.getTime() - Date.parse(backup.record.madeAt);
    return index >= keep || (keepDays !== undefined && age > keepDays * millisecondsPerDay);
  });
}
