import { readFileSync } from "node:fs";
import { startTimeOf } from "../toolchain/machine/processes";

/** What tells a process from a later one that was given the same number; nothing where the machine does not say. */
export function beginningOf(pid: number): number | undefined {
  return startTimeOf(pid);
}

/** Ticks of the kernel's clock in a second, as Linux tells times to programs on every machine. */
const ticksPerSecond = 100;

/** When a process of this machine began, to a second or so; undefined where the machine does not say. */
export function beganAt(pid: number): Date | undefined {
  const ticks = startTimeOf(pid);
  if (ticks === undefined) return undefined;
  try {
    const booted = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1];
    return booted === undefined ? undefined : new Date((Number(booted) + ticks / ticksPerSecond) * 1000);
  } catch {
    return undefined;
  }
}

/**
 * Whether a process of this machine is there.
 * @param beginning as `beginningOf` said it of the process that is meant
 */
export function isAlive(pid: number, beginning?: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return beginning === undefined || beginning === beginningOf(pid);
}
