import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { quoted } from "../components/ownCommand";
import type { Check } from "./check";
import type { Finding } from "./finding";

const name = "Folder of records";

/** Whether records, evidence and backups can be written. Nothing is written for that. */
export const recordFolder: Check = {
  name,
  look: async ({ folder, stack }) => {
    const named = await stack.then(
      ({ settings }) => settings.record.folder,
      () => ".knowngood",
    );
    return judgeRecordFolder(named, await nearestThere(resolve(folder, named)));
  },
};

/** The folder itself, or the nearest above it, in which it is to be made. */
interface NearestThere {
  path: string;
  isFolder: boolean;
  /** What the system says against writing there; undefined for nothing. */
  problem: string | undefined;
}

async function nearestThere(path: string): Promise<NearestThere> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined && dirname(path) !== path) return nearestThere(dirname(path));
  const problem = await access(path, constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  return { path, isFolder: found?.isDirectory() === true, problem };
}

export function judgeRecordFolder(named: string, { path, isFolder, problem }: NearestThere): Finding {
  if (!isFolder)
    return {
      check: name,
      outcome: "wrong",
      found: `${path} is no folder`,
      get: `mv ${quoted(path)} ${quoted(`${path}.old`)}, or pulumi config set --path record.folder FOLDER`,
    };
  if (problem !== undefined)
    return {
      check: name,
      outcome: "wrong",
      found: `nothing can be written to ${path} (${problem})`,
      get: `sudo chown "$USER" ${quoted(path)}, or pulumi config set --path record.folder FOLDER`,
    };
  return { check: name, outcome: "ok", found: `${named} can be written` };
}
