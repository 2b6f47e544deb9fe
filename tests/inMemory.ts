import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { cleanUpAbandoned } from "../toolchain/machine/cleanup";

/** Linux's filesystem in memory. */
const memory = "/dev/shm";

/** Short, since sockets lie below it; the process's id says whose it is. */
const prefix = "kgt-";

/** Bytes that must be free before temporary files are kept in memory: many times what a run was seen to take. */
const enough = 8 * 1024 ** 3;

/**
 * A folder for the temporary files of a whole run. In memory, where there is enough: the run makes and drops a few
 * thousand databases and containers, and waits for the disk longer than for all of its own work otherwise.
 * @returns undefined where memory is short or runs no programs, and the system's own folder does
 */
export async function folderInMemory(say: (line: string) => void): Promise<string | undefined> {
  if (!existsSync(memory)) return undefined;
  await removeLeftOver(say);
  if (!isEnough(freeBytes(), readFileSync("/proc/meminfo", "utf8"))) return undefined;
  const folder = join(memory, `${prefix}${process.pid}`);
  mkdirSync(folder);
  // As the system's own: PostgreSQL runs as somebody else.
  chmodSync(folder, 0o1777);
  if (runsPrograms(folder)) return folder;
  rmSync(folder, { recursive: true, force: true });
  return undefined;
}

/** @param meminfo what /proc/meminfo says */
export function isEnough(freeBytes: number, meminfo: string): boolean {
  const [, kilobytes = "0"] = /^MemAvailable: +(\d+) kB$/m.exec(meminfo) ?? [];
  return Math.min(freeBytes, Number(kilobytes) * 1024) >= enough;
}

function freeBytes(): number {
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize;
}

/** Some systems mount it so that no file in it runs. */
function runsPrograms(folder: string): boolean {
  const program = join(folder, "program");
  writeFileSync(program, "#!/bin/sh\n", { mode: 0o700 });
  const { status } = spawnSync(program);
  rmSync(program);
  return status === 0;
}

/** What a run left that was killed, with the programs that it had started. */
async function removeLeftOver(say: (line: string) => void): Promise<void> {
  const before = process.env.TMPDIR;
  for (const name of readdirSync(memory).filter((one) => one.startsWith(prefix))) {
    const folder = join(memory, name);
    if (existsSync(join("/proc", name.slice(prefix.length)))) continue;
    if (statSync(folder).uid !== process.getuid?.()) continue;
    process.env.TMPDIR = folder;
    await cleanUpAbandoned(folder, say);
    rmSync(folder, { recursive: true, force: true });
  }
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
}
