import { join } from "node:path";

/** Where the backups of a stack lie. */
export function backupFolder(recordFolder: string): string {
  return join(recordFolder, "backups");
}
