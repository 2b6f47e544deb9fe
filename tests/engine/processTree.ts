import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { endProcess, identityOf, isRunning, type ProcessIdentity } from "../../toolchain/machine/processes";

/** A process and all below it, as they are now; what a kill of the first alone leaves behind. */
export function processTree(root: number): ProcessIdentity[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const pids = [root];
  for (const pid of pids) pids.push(...(children.get(pid) ?? []));
  return pids.flatMap((pid) => identityOf(pid) ?? []);
}

/** Ends what still runs of a tree, and what its survivors have started since. */
export async function endSurvivors(tree: readonly ProcessIdentity[]): Promise<void> {
  const survivors = tree.filter(isRunning).flatMap(({ pid }) => processTree(pid));
  await Promise.all(survivors.map((survivor) => endProcess(survivor, [])));
}

/** What of a tree runs even after some seconds. */
export async function stillRunning(
  tree: readonly ProcessIdentity[],
  seconds: number,
): Promise<ProcessIdentity[]> {
  const deadline = Date.now() + seconds * 1000;
  while (tree.some(isRunning) && Date.now() < deadline) await sleep(50);
  return tree.filter(isRunning);
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
