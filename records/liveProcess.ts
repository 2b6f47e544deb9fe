import { startTimeOf } from "../toolchain/machine/processes";

/** What tells a process from a later one that was given the same number; nothing where the machine does not say. */
export function beginningOf(pid: number): number | undefined {
  return startTimeOf(pid);
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
