import { setTimeout as sleep } from "node:timers/promises";
import { endProcess, isRunning, type ProcessIdentity } from "../../toolchain/machine/processes";
import { killTree, processTree } from "../../toolchain/machine/processTree";

export { killTree, processTree };

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
