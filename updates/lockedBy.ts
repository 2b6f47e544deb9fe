import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { isAlive } from "../records/liveProcess";
import { startTimeOf } from "../toolchain/machine/processes";
import type { LockHolder } from "./lockHolders";

/** Whether the update that holds a lock still runs: `unknown` for one of another machine, or where nobody can tell. */
export type HolderState = "living" | "dead" | "unknown";

/** What is asked of this machine. */
export interface Machine {
  host: string;
  /** Undefined where no process of that number runs; `since` in milliseconds, where the machine says it. */
  process: (pid: number) => { name?: string; since?: number } | undefined;
}

/** Milliseconds that two clocks of one machine may be apart. */
const apart = 2_000;

/**
 * A process of that number that began before the lock is the one that took it, whatever it is called. That there is none
 * says something only of a lock in a folder here: machines that share a bucket may share a name, too.
 */
export function holderState({ host, pid, since, text }: LockHolder, machine: Machine): HolderState {
  if (pid === undefined || host !== machine.host) return "unknown";
  const gone = text.startsWith("file://") ? "dead" : "unknown";
  const found = machine.process(pid);
  if (found === undefined) return gone;
  if (found.name === undefined || found.since === undefined || since === undefined) return "unknown";
  if (found.since <= Date.parse(since) + apart) return "living";
  return found.name.includes("pulumi") ? "unknown" : gone;
}

/** Who holds a lock, since when, and whether it still runs, in a sentence. */
export function holderText(holder: LockHolder, state: HolderState): string {
  const { user, host, pid, since, text } = holder;
  if (pid === undefined) return `Another update holds the stack: ${text}`;
  const who = `Locked by ${user ?? "somebody"} on ${host ?? "an unknown machine"}, process ${pid}, since ${since ?? "an unknown time"}`;
  switch (state) {
    case "living":
      return `${who}: it still runs here.`;
    case "dead":
      return `${who}: that process is gone, so it was killed.`;
    case "unknown":
      return `${who}: whether it still runs can't be told from here.`;
    default:
      return state satisfies never;
  }
}

/** What tells the holders of a lock from others that hold it later. */
export function sameHolders(one: readonly LockHolder[], other: readonly LockHolder[]): boolean {
  const texts = (holders: readonly LockHolder[]) => holders.map(({ text }) => text).sort();
  return JSON.stringify(texts(one)) === JSON.stringify(texts(other));
}

export const thisMachine: Machine = {
  host: hostname(),
  process: (pid) => {
    if (!isAlive(pid)) return undefined;
    try {
      const ticks = startTimeOf(pid);
      const boot = Number(/^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1]);
      if (ticks === undefined) return undefined;
      return {
        name: readFileSync(`/proc/${pid}/comm`, "utf8").trim(),
        // The kernel tells its processes' times in hundredths of a second.
        since: (boot + ticks / 100) * 1000,
      };
    } catch {
      // Not every system has /proc.
      return {};
    }
  },
};
