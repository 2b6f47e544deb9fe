import { join } from "node:path";
import type { BackupRequest } from "./request";

/** The settings that say where a backup lies and what makes it. */
export interface PlaceSettings {
  /** The project and stack, such as `shop/prod`. */
  stack: string;
  record: { folder: string };
  docker: { host?: string | undefined };
  backup: { folder?: string | undefined; image?: string | undefined };
}

/** Where backups lie when no setting says so. */
export function defaultBackupFolder(recordFolder: string): string {
  return join(recordFolder, "backups");
}

export function backupPlace({
  stack,
  record,
  docker,
  backup,
}: PlaceSettings): Pick<BackupRequest, "stack" | "folder" | "image" | "dockerHost"> {
  return {
    stack,
    folder: backup.folder ?? defaultBackupFolder(record.folder),
    ...(backup.image !== undefined && { image: backup.image }),
    ...(docker.host !== undefined && { dockerHost: docker.host }),
  };
}
