import type { CommandEnd } from "./runToEnd";

export interface CommandOutcome {
  /** `failed`: the command says no. `error`: it could not be run, or did not come to an answer. */
  outcome: "passed" | "failed" | "error";
  /** How it ended, in words. */
  why: string;
}

/** What a shell, and the kernel through it, answer for a command that can't be run. */
const notRun: Readonly<Record<number, string>> = {
  126: "it can't be executed (exit code 126)",
  127: "it was not found (exit code 127)",
};

/**
 * What a command's end means. A command whose time is over has given no answer, and one that was ended by a signal was
 * ended by somebody else: neither says anything about the release.
 * @param within seconds that it had
 * @param errorCodes exit codes by which this command says that it broke
 */
export function commandOutcome(
  { exitCode, signal, timedOut }: Pick<CommandEnd, "exitCode" | "signal" | "timedOut">,
  within: number,
  errorCodes: readonly number[],
): CommandOutcome {
  if (timedOut) return { outcome: "error", why: `it did not end within ${within} s and was stopped` };
  if (exitCode === undefined)
    return { outcome: "error", why: `it was ended by ${signal ?? "an unknown signal"}` };
  if (exitCode === 0) return { outcome: "passed", why: "exit code 0" };
  const cause = notRun[exitCode];
  if (cause !== undefined) return { outcome: "error", why: cause };
  // A shell's word for a child that was ended by a signal.
  if (exitCode > 128 && exitCode <= 128 + 64)
    return { outcome: "error", why: `it was ended by signal ${exitCode - 128} (exit code ${exitCode})` };
  return { outcome: errorCodes.includes(exitCode) ? "error" : "failed", why: `exit code ${exitCode}` };
}
