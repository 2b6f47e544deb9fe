import { stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** A filesystem, as full as it is. */
export interface Filesystem {
  /** What a person finds it by: where it is mounted, or its device with that. */
  name: string;
  /** Bytes. */
  used: number;
  /** Bytes that programs can still use; what is kept for the administrator is not among them. */
  free: number;
  /** The system's number of it, where it is on this machine: two folders with the same one share it. */
  device?: number;
}

/** How full it is, as `df` counts: of what can be used at all; rounded down, so that a limit is reached or not. */
export function usedPercent({ used, free }: Filesystem): number {
  return used + free === 0 ? 100 : Math.floor((100 * used) / (used + free));
}

/**
 * The filesystem that a folder of this machine lies on.
 * @throws Error where it can't be seen
 */
export async function filesystemOf(folder: string): Promise<Filesystem> {
  const { dev } = await stat(folder);
  const { bsize, blocks, bfree, bavail } = await statfs(folder);
  return {
    name: await mountPoint(folder, dev),
    used: (blocks - bfree) * bsize,
    free: bavail * bsize,
    device: dev,
  };
}

/**
 * The filesystems that folders of this machine lie on, each once.
 * @throws Error where one can't be seen
 */
export async function filesystemsOf(folders: readonly string[]): Promise<Filesystem[]> {
  const found = await Promise.all(folders.map(filesystemOf));
  return found.filter((one, index) => found.findIndex(({ device }) => device === one.device) === index);
}

async function mountPoint(folder: string, device: number): Promise<string> {
  const parent = dirname(folder);
  if (parent === folder || (await stat(parent)).dev !== device) return folder;
  return mountPoint(parent, device);
}

/** In any language. */
const header = /\s(512|1024)-\S+\s/;
const row = /^(\S.*?)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+(?:\d+%|-)\s+(\/.*)$/;

/**
 * What POSIX's `df -P` printed, with `-k` or without, whatever was printed before it.
 * @throws Error where it is something else
 */
export function parseDf(text: string): Filesystem[] {
  const lines = text.split("\n").map((line) => line.trim());
  const begin = lines.findIndex((line) => header.test(line));
  const block = Number(header.exec(lines[begin] ?? "")?.[1]);
  const found = lines.slice(begin + 1).flatMap((line) => {
    const [, device, , used, available, mounted] = row.exec(line) ?? [];
    if (device === undefined) return [];
    // Programs of the administrator can use more than there is for others.
    const free = Math.max(0, Number(available));
    return [{ name: `${mounted} (${device})`, used: Number(used) * block, free: free * block }];
  });
  if (begin < 0 || found.length === 0)
    throw new Error(
      "it printed something else than `df -kP` does, which has a line of headings and a line a filesystem",
    );
  return found;
}

/** The system's number of the filesystem on which a folder lies, or is to lie; undefined where it can't be seen. */
export async function deviceOf(folder: string): Promise<number | undefined> {
  const whole = resolve(folder);
  try {
    return (await stat(whole)).dev;
  } catch {
    const parent = dirname(whole);
    return parent === whole ? undefined : deviceOf(parent);
  }
}
