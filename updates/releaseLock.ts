import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { readStackState } from "../history/stackState";
import { beginningOf, isAlive } from "../records/liveProcess";
import type { LockHolder } from "./lockHolders";
import type { HolderState } from "./lockedBy";
import { shownError } from "./shownError";

/** Seconds that an update that was interrupted has to end in order: what its providers do can't be stopped half-way. */
const endingSeconds = 120;

export interface ReleaseOptions {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Folder of the project. */
  folder: string;
  signal?: AbortSignal;
}

/**
 * Ends the updates that hold a stack: one that runs here is interrupted as by Ctrl-C, and takes its own lock away; the
 * lock of any other is cancelled. The state is brought in order then.
 * @throws Error where it can't be done, in words
 */
export async function releaseLock(
  holders: readonly { holder: LockHolder; state: HolderState }[],
  options: ReleaseOptions,
): Promise<void> {
  for (const { holder, state } of holders)
    if (state === "living" && holder.pid !== undefined) await endUpdate(holder.pid, options.signal);
  if (holders.some(({ state }) => state !== "living"))
    await pulumi(["cancel", "--yes", "--stack", options.stack], options);
  await putInOrder(options);
}

async function endUpdate(pid: number, signal: AbortSignal | undefined): Promise<void> {
  const beginning = beginningOf(pid);
  try {
    // A job of a shell, and one of ours, leads a group with the commands that it runs.
    process.kill(leadsGroup(pid) ? -pid : pid, "SIGINT");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return;
    throw new Error(`The update can't be ended: ${(error as Error).message}. To end it: kill -INT ${pid}`);
  }
  const deadline = Date.now() + endingSeconds * 1000;
  // One that has ended and that nobody has waited for still has its number.
  while (isAlive(pid, beginning)) {
    if (Date.now() > deadline)
      throw new Error(
        `The update (process ${pid}) has not ended ${endingSeconds} s after it was interrupted.`,
      );
    await sleep(100, undefined, signal && { signal });
  }
}

function leadsGroup(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]) === pid;
  } catch {
    return false;
  }
}

/** What a killed update had begun to create stays noted in the state, and is warned of by each update, until it is cleared. */
async function putInOrder({ stack, folder, signal }: ReleaseOptions): Promise<void> {
  signal?.throwIfAborted();
  const { pending } = await readStackState(stack);
  if (pending.length === 0) return;
  await pulumi(["refresh", "--yes", "--skip-preview", "--clear-pending-creates", "--stack", stack], {
    stack,
    folder,
  });
}

async function pulumi(words: readonly string[], { stack, folder }: ReleaseOptions): Promise<void> {
  const problem = await new Promise<string | undefined>((resolve) => {
    execFile("pulumi", [...words, "--non-interactive"], { cwd: folder }, (error, stdout, stderr) => {
      resolve(error === null ? undefined : (stderr || stdout).trim() || error.message);
    });
  });
  if (problem === undefined) return;
  // A refresh asks providers, which may say what they were given.
  const said = await shownError(problem, { stack, knows: words[0] === "refresh", from: { cwd: folder } });
  throw new Error(`pulumi ${words.join(" ")}: ${said}`);
}
