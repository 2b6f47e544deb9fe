import { existsSync } from "node:fs";
import { access, constants, statfs } from "node:fs/promises";
import { devNull } from "node:os";
import { dirname, resolve } from "node:path";
import { escapeIdentifier } from "pg";
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

/** Why no backup can be made, with what mends it; never the password. */
export interface BackupObstacle {
  /** `space`: too few bytes are free; `folder`: nothing can be written there; `programs`: none of the server's version; `database`: it does not let itself be dumped. */
  kind: "space" | "folder" | "programs" | "database";
  text: string;
}

/**
 * Why no backup of a database could be made; undefined where nothing speaks against it. Asked before anything is touched,
 * since before a step-down the services are stopped already: what may not be read is found by dumping the schema alone.
 */
export async function backupObstacle(
  url: string,
  request: Pick<BackupRequest, "stack" | "folder" | "image" | "dockerHost"> & { command: boolean },
): Promise<BackupObstacle | undefined> {
  let kind: BackupObstacle["kind"] = "folder";
  let role: string | undefined;
  try {
    const place = await folderObstacle(request.folder, request.stack);
    if (place !== undefined || request.command) return place;
    kind = "database";
    const client = await connect(url);
    role = client.user;
    try {
      const major = await serverMajor(client);
      kind = "programs";
      const programs = await findPostgresPrograms(major, splitPassword(url).address, request);
      kind = "database";
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
    const said = error instanceof Error ? error.message : String(error);
    return { kind, text: kind === "database" ? withRemedy(said, role) : said };
  }
}

/** The folder may have to be made yet, in the nearest one that is there. */
async function folderObstacle(folder: string, stack: string): Promise<BackupObstacle | undefined> {
  let nearest = resolve(folder);
  while (!existsSync(nearest)) nearest = dirname(nearest);
  try {
    await access(nearest, constants.W_OK | constants.X_OK);
  } catch {
    const text = `Nothing can be written to ${nearest}, where backups are to lie. Allow it, or name another folder: pulumi config set --path database.backup.folder FOLDER`;
    return { kind: "folder", text };
  }
  const [last] = await keptBackups(folder, stack);
  const text = noSpace(await statfs(nearest), last?.record.dump?.bytes, folder);
  return text === undefined ? undefined : { kind: "space", text };
}

/** The texts of the others name what mends them; what a database says of itself does not. */
function withRemedy(said: string, role: string | undefined): string {
  const text = /[.?!]$/.test(said) ? said : `${said}.`;
  return role !== undefined && /permission denied/i.test(said)
    ? `${text} To let the role read everything (PostgreSQL 14 or newer), as a superuser: GRANT pg_read_all_data TO ${escapeIdentifier(role)}`
    : `${text} To look again: pulumi preview`;
}
