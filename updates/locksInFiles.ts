import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LockHolder } from "./lockHolders";

/**
 * Who holds a stack, by the locks that Pulumi keeps in a backend of files: what it will refuse an `up` by is known before a
 * preview is waited for. Other backends say it to an `up` alone.
 * @param backend its URL; undefined where nothing names it
 * @param label of the stack, such as `shop/prod`
 * @returns nothing where it can't be told
 */
export function locksInFiles(backend: string | undefined, label: string): LockHolder[] {
  const folder = folderOf(backend);
  if (folder === undefined) return [];
  const [project = "", stack = ""] = label.split("/");
  const locks = join(folder, ".pulumi", "locks", "organization", project, stack);
  return namesIn(locks).flatMap((name) => holderIn(join(locks, name)));
}

function folderOf(backend: string | undefined): string | undefined {
  if (backend === undefined || !backend.startsWith("file://")) return undefined;
  const [place = ""] = backend.split("?");
  try {
    return /^file:\/\/~(?=\/|$)/.test(place)
      ? join(homedir(), decodeURIComponent(place.slice("file://~".length)))
      : fileURLToPath(place);
  } catch {
    // From a folder of no fixed place, such as file://./state.
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    // Nobody has ever held it, or it lies elsewhere.
    return [];
  }
}

function holderIn(file: string): LockHolder[] {
  try {
    const { username, hostname, pid, timestamp } = JSON.parse(readFileSync(file, "utf8")) as {
      username: string;
      hostname: string;
      pid: number;
      timestamp: string;
    };
    const text = `file://${file}: created by ${username}@${hostname} (pid ${pid}) at ${timestamp}`;
    return [{ user: username, host: hostname, pid, since: timestamp, text }];
  } catch {
    // It was taken away meanwhile, or is being written.
    return [];
  }
}
