import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { goOnUnread, tell } from "./output";

/** What ends a command from outside. A terminal that is closed ends it in order, too. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Ctrl-C, as a command that has something to end in order takes it. */
export interface Interruption {
  /** The first one: end in order. */
  signal: AbortSignal;
  /** A second one: end at once. */
  atOnce: AbortSignal;
  /** As if it had come: a prompt keeps Ctrl-C for itself. */
  interrupt: () => void;
  /** Signals end the process again. */
  stop: () => void;
}

/** Milliseconds that a signal may take to be told of, once a child has died of the same one. */
const told = 100;

/** Whether an error came of an interruption: a terminal ends our children by the same signal, maybe a moment earlier. */
export async function cameOfInterruption({ signal }: Interruption): Promise<boolean> {
  if (!signal.aborted) await sleep(told);
  return signal.aborted;
}

/** A command that listens has something to end in order, and is not to end for want of a reader, either. */
export function listenForInterruption(): Interruption {
  goOnUnread();
  const inOrder = new AbortController();
  const atOnce = new AbortController();
  const interrupt = () => {
    if (inOrder.signal.aborted) return atOnce.abort();
    inOrder.abort();
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (!inOrder.signal.aborted) {
      // Only what is under way can be ended earlier than in order.
      const more = getEventListeners(atOnce.signal, "abort").length > 0 ? " Once more ends it at once." : "";
      tell("warning", `Interrupted: what is under way ends in order.${more}`);
    }
    // A shell that ends with its terminal passes the signal on that the terminal has sent already: nobody asked for more.
    if (signal === "SIGHUP") inOrder.abort();
    else interrupt();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: inOrder.signal,
    atOnce: atOnce.signal,
    interrupt,
    stop: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
