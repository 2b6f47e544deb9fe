import { readdir, readFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { beganAt, isAlive } from "../records/liveProcess";
import type { Lock } from "./status";

/** A lock as a backend of files writes it. */
const written = z.object({
  pid: z.number(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
});

/**
 * Who holds a stack's lock in a backend that is a folder of this machine. Another backend tells nobody but an update.
 * @param backend its URL
 * @param label project and stack, such as `shop/prod`
 */
export async function locksIn(backend: string | undefined, label: string): Promise<Lock[]> {
  const path = /^file:\/\/([^?]*)/.exec(backend ?? "")?.[1];
  if (path === undefined) return [];
  const folder = join(
    path.replace(/^~(?=\/|$)/, homedir()),
    ".pulumi",
    "locks",
    "organization",
    ...label.split("/"),
  );
  const files = await readdir(folder).catch(() => []);
  const read = files
    .filter((name) => name.endsWith(".json"))
    .map(async (name) => {
      // It may be given back while it is looked at.
      const text = await readFile(join(folder, name), "utf8").catch(() => "");
      return lockIn(text);
    });
  return (await Promise.all(read)).flat();
}

/** Milliseconds by which the beginning of a process is told too late at most. */
const unsure = 5000;

/** Whether it is the process that took the lock, and not a later one that was given the same number. */
function holds(pid: number, since: Date): boolean {
  if (!isAlive(pid)) return false;
  const began = beganAt(pid);
  return began === undefined || !(began.getTime() > since.getTime() + unsure);
}

function lockIn(text: string): Lock[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const { data } = written.safeParse(value);
  if (data === undefined) return [];
  const { pid, username: user, hostname: host, timestamp } = data;
  const since = new Date(timestamp);
  return [
    {
      user,
      host,
      pid,
      since: Number.isNaN(since.getTime()) ? timestamp : since.toISOString(),
      ...(host === hostname() && { alive: holds(pid, since) }),
    },
  ];
}
