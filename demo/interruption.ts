import { constants } from "node:os";

const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The user, or the system, asked this program to end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor(readonly signalName: (typeof endings)[number]) {
    super(`Interrupted by ${signalName}`);
  }

  /** As a shell names the end by a signal: 130 after Ctrl-C. */
  get exitCode(): number {
    return 128 + constants.signals[this.signalName];
  }
}

/**
 * Turns Ctrl-C and its kin into an abort, so that what was made is cleaned up first.
 * @param told once, at the first signal
 * @param again told at every further signal, which changes nothing
 */
export function onInterruption(told: () => void, again: () => void): AbortSignal {
  const controller = new AbortController();
  for (const ending of endings) {
    process.on(ending, () => {
      if (controller.signal.aborted) return again();
      told();
      controller.abort(new Interrupted(ending));
    });
  }
  return controller.signal;
}
