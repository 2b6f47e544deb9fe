import type { Interruption } from "./interruption";

/** Whether a person can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** What a person is asked before something is done. */
export interface Question {
  message: string;
  /** What has to be typed; otherwise yes or no is asked. */
  typed?: string;
}

/**
 * Asks on the terminal; the answer goes to stderr, so that stdout holds results alone.
 * @throws the reason of the interruption, where Ctrl-C answers
 */
export async function confirmed({ message, typed }: Question, interruption: Interruption): Promise<boolean> {
  const prompts = await import("@clack/prompts");
  const shared = { output: process.stderr, signal: interruption.signal };
  const answer =
    typed === undefined
      ? await prompts.confirm({ ...shared, message, initialValue: false })
      : await prompts.text({ ...shared, message: `${message} Type ${typed} to go on, nothing to leave it.` });
  if (prompts.isCancel(answer)) {
    interruption.interrupt();
    interruption.signal.throwIfAborted();
  }
  return typed === undefined ? answer === true : String(answer ?? "").trim() === typed;
}
