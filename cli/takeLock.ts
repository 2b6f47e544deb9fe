import type { LockHolder } from "../updates/lockHolders";
import { holderState, holderText, sameHolders, thisMachine } from "../updates/lockedBy";
import { releaseLock, takenSoFar } from "../updates/releaseLock";
import { canAsk, confirmed } from "./confirm";
import type { Interruption } from "./interruption";
import { tell } from "./output";
import { whileWaiting } from "./progress";

/** How a person lets the lock of another update be taken. */
export interface TakeLockOptions {
  /** Whether it was said beforehand. */
  takeLock: boolean;
  /** Whether nobody is to be asked: then only the lock of an update that is surely gone is taken. */
  yes: boolean;
  /** Whose lock a person has agreed to take. */
  agreed?: readonly LockHolder[] | undefined;
  /** Told of how far the taking has come, in a sentence. */
  onStands: (stands: string) => void;
}

/**
 * Ends the updates that hold a stack where a person wants that. While a person is asked the stack may have come to be held
 * by another update: a yes counts for those that still hold it when it is looked at again.
 * @returns whether it is free now, still held, or to be looked at again
 */
export async function takeLock(
  stack: string,
  holders: readonly LockHolder[],
  { takeLock: asked, yes, agreed, onStands }: TakeLockOptions,
  interruption: Interruption,
): Promise<"free" | "held" | "agreed"> {
  const found = holders.map((holder) => ({ holder, state: holderState(holder, thisMachine) }));
  const gone = found.every(({ state }) => state === "dead");
  const isMeant = asked || (yes && gone) || (agreed !== undefined && sameHolders(agreed, holders));
  if (!isMeant) {
    for (const { holder, state } of found) tell("warning", holderText(holder, state));
    return !yes && canAsk() && (await askFor(found, interruption)) ? "agreed" : "held";
  }
  if (agreed === undefined) for (const { holder, state } of found) tell("warning", holderText(holder, state));
  await whileWaiting(
    `ending what holds ${stack}, and putting its state in order`,
    releaseLock(found, {
      ...{ stack, folder: process.cwd(), signal: interruption.signal, atOnce: interruption.atOnce },
      onStep: (step) => onStands(takenSoFar(step, stack)),
    }),
  );
  tell("warning", `The lock of ${stack} is taken, and its state is in order. It goes on from the beginning.`);
  return "free";
}

function askFor(found: readonly { state: string }[], interruption: Interruption): Promise<boolean> {
  const message = found.some(({ state }) => state === "unknown")
    ? "Only if nothing of it runs any more: take its lock away, put the state in order and go on?"
    : found.some(({ state }) => state === "living")
      ? "Interrupt it, as Ctrl-C there would, wait until it has ended, and go on?"
      : "Take its lock away, put the state in order and go on?";
  return confirmed({ message }, interruption);
}
