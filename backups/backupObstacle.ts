import { existsSync } from "node:fs";
import { access, constants, statfs } from "node:fs/promises";
import { devNull } from "node:os";
import { dirname, resolve } from "node:path";
import { splitPassword } from "../migrations/password";
import { connect } from "../migrations/connection";
import { keptBackups } from "./backupRecord";
import { serverMajor } from "./makeBackup";
import { findPostgresPrograms } from "./postgresPrograms";
import type { BackupRequest } from "./request";
import { runProgram } from "./runProgram";
import { noSpace } from "./space";

/** Seconds that looking whether a backup can be made may take. */
const obstacleSeconds = 10;

/**
 * Why no backup of a database could be made; undefined where nothing speaks against it. Asked before anything is touched,
 * since before a step-down the services are stopped already: what may not be read is found by dumping the schema alone.
 */
export async function backupObstacle(
  url: string,
  request: Pick<BackupRequest, "stack" | "folder" | "image" | "dockerHost"> & { command: boolean },
): Promise<string | undefined> {
  try {
    const place = await folderObstacle(request.folder, request.stack);
    if (place !== undefined || request.command) return place;
    const client = await connect(url);
    try {
      const programs = await findPostgresPrograms(
        await serverMajor(client),
        splitPassword(url).address,
        request,
      );
      await runProgram(programs, "dump", ["--schema-only", "--file", devNull], "The backup failed", {
        url,
        seconds: obstacleSeconds,
        connectionName: "knowngood-preview",
      });
      return undefined;
    } finally {
      await client.end();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The folder may have to be made yet, in the nearest one that is there. */
async function folderObstacle(folder: string, stack: string): Promise<string | undefined> {
  let nearest = resolve(folder);
  while (!existsSync(nearest)) nearest = dirname(nearest);
  try {
    await access(nearest, constants.W_OK | constants.X_OK);
  } catch {
    return `Nothing can be written to ${nearest}, where backups are to lie. Allow it, or name another folder: pulumi config set --path database.backup.folder FOLDER`;
  }
  const [last] = await keptBackups(folder, stack);
  return noSpace(await statfs(nearest), last?.record.dump?.bytes, folder);
}
