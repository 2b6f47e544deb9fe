import { readdirSync, readFileSync } from "node:fs";
import { identityOf, type ProcessIdentity } from "./processes";

/** A process and all below it, as they are now; what a kill of the first alone leaves behind. */
export function processTree(root: number): ProcessIdentity[] {
  const children = new Map<number, number[]>();
  for (const name of processNumbers()) {
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), name]);
  }
  const pids = [root];
  for (const pid of pids) pids.push(...(children.get(pid) ?? []));
  return pids.flatMap((pid) => identityOf(pid) ?? []);
}

/**
 * Kills a process and all below it at once. Each is stopped before it is killed, from the first on, so that none sees
 * another die, and none starts a new one. Children die before their parents: a stopped process that loses its parent is
 * hung up on and goes on. Where the machine does not tell whose children there are, the first alone is killed.
 */
export function killTree(root: number): void {
  const stopped = new Set<number>([root]);
  signal(root, "SIGSTOP");
  for (;;) {
    const found = processTree(root).filter(({ pid }) => !stopped.has(pid));
    if (found.length === 0) break;
    for (const { pid } of found) signal(pid, "SIGSTOP");
    for (const { pid } of found) stopped.add(pid);
  }
  for (const pid of [...stopped].reverse()) signal(pid, "SIGKILL");
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function processNumbers(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    // Not every system has it.
    return [];
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in brackets and may itself hold blanks and brackets.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}
