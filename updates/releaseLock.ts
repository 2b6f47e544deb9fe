import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "../files/temporaryFolder";
import { readStackState } from "../history/stackState";
import { beginningOf, isAlive } from "../records/liveProcess";
import { askPulumi } from "../stack/askPulumi";
import type { LockHolder } from "./lockHolders";
import type { HolderState } from "./lockedBy";
import { runPulumi } from "./runPulumi";
import { shownError } from "./shownError";

/** Seconds that an update that was interrupted has to end in order: what its providers do can't be stopped half-way. */
const endingSeconds = 120;
/** Seconds for the rest. */
const usualLimits = {
  /** A backend may take its time to take a lock away, which is not to be left half-way. */
  cancelling: 120,
  /** A state is put in order: each of its resources is looked at. */
  ordering: 300,
  /** What was interrupted after that is killed then. */
  grace: 60,
};

/** What is being done to take a lock, or that it is done. */
export type LockStep = "ending" | "cancelling" | "ordering" | "free";

export interface ReleaseOptions {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Folder of the project. */
  folder: string;
  signal?: AbortSignal;
  /** Ends at once what was told to end in order. */
  atOnce?: AbortSignal;
  /** @default usualLimits */
  limits?: typeof usualLimits;
  /** Told of each step as it begins. */
  onStep?: (step: LockStep) => void;
}

/** What is known of a stack whose lock is being taken, should that end here. */
export function takenSoFar(step: LockStep, stack: string): string {
  const words = {
    ending: `The update that holds ${stack} was told to end, and may not have ended yet`,
    cancelling: `The lock of ${stack} may be taken away already`,
    ordering: `The lock of ${stack} is taken away, and its state may not be in order yet`,
    free: `The lock of ${stack} was taken, and its state is in order`,
  };
  return `${words[step]}; nothing else was touched.`;
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
  const { stack, folder, signal, onStep, limits = usualLimits } = options;
  signal?.throwIfAborted();
  for (const { holder, state } of holders)
    if (state === "living" && holder.pid !== undefined) {
      onStep?.("ending");
      await endUpdate(holder.pid, signal);
    }
  if (holders.some(({ state }) => state !== "living")) {
    onStep?.("cancelling");
    const words = ["cancel", "--yes", "--stack", stack];
    await askPulumi(words, { cwd: folder, signal, seconds: limits.cancelling }).catch(
      async (error: Error) => {
        signal?.throwIfAborted();
        const said = await shownError(error.message, { stack, knows: false, from: { cwd: folder } });
        throw new Error(`pulumi ${words.join(" ")}: ${said}\n${takenSoFar("cancelling", stack)}`);
      },
    );
  }
  onStep?.("ordering");
  await putInOrder(options);
  onStep?.("free");
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
async function putInOrder({
  stack,
  folder,
  signal,
  atOnce,
  limits = usualLimits,
}: ReleaseOptions): Promise<void> {
  const { pending } = await readStackState(stack, { signal });
  if (pending.length === 0) return;
  const own = await temporaryFolder("refresh");
  const words = ["refresh", "--yes", "--skip-preview", "--clear-pending-creates", "--stack", stack];
  const late = AbortSignal.timeout(limits.ordering * 1000);
  try {
    // It has a lock of its own, which it takes away where it ends in order.
    const { exitCode, text } = await runPulumi([...words, "--non-interactive", "--color", "never"], {
      ...{ cwd: folder, env: process.env, output: join(own, "output"), folders: [own] },
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      ...{ atOnce, kill: AbortSignal.timeout((limits.ordering + limits.grace) * 1000) },
    });
    if (exitCode === 0) return;
    signal?.throwIfAborted();
    // A refresh asks providers, which may say what they were given.
    const why = late.aborted
      ? `not done in ${limits.ordering} s`
      : await shownError(text.trim(), { stack, knows: true, from: { cwd: folder } });
    throw new Error(`pulumi ${words.join(" ")}: ${why}`);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}
