import type { Interruption } from "./interruption";
import { onlyHeardHere, terminalIsGone } from "./terminals";

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
 * Asks on the terminal; the answer goes to stderr, so that stdout holds results alone. The end of input is a no.
 * @throws the reason of the interruption, where Ctrl-C answers
 */
export async function confirmed({ message, typed }: Question, interruption: Interruption): Promise<boolean> {
  const prompts = await import("@clack/prompts");
  const end = endOfInput();
  const shared = { output: process.stderr, signal: AbortSignal.any([interruption.signal, end.signal]) };
  const asking =
    typed === undefined
      ? prompts.confirm({ ...shared, message, initialValue: false })
      : prompts.text({ ...shared, message: `${message} Type ${typed} to go on, nothing to leave it.` });
  onlyHeardHere(process.stdin, end.now);
  const answer = await asking.finally(end.stop);
  if (prompts.isCancel(answer)) {
    // A terminal that is closed ends its input, too, maybe before its signal is here.
    if (end.signal.aborted && !interruption.signal.aborted && !terminalIsGone()) return false;
    interruption.interrupt();
    interruption.signal.throwIfAborted();
  }
  if (typed === undefined) return answer === true;
  const said = String(answer ?? "").trim();
  if (said !== typed && said !== "") process.stderr.write(`Expected was ${typed}; typed was ${said}.\n`);
  return said === typed;
}

/** A prompt would wait on for an answer that can't come any more: Ctrl-D, or an input that has ended. */
function endOfInput(): { signal: AbortSignal; now: () => void; stop: () => void } {
  const ended = new AbortController();
  const end = () => ended.abort();
  const onKey = (_text: string | undefined, key: { ctrl?: boolean; name?: string }) => {
    if (key.ctrl === true && key.name === "d") end();
  };
  const { stdin } = process;
  stdin.on("keypress", onKey).on("end", end).on("close", end);
  const stop = () => stdin.off("keypress", onKey).off("end", end).off("close", end);
  return { signal: ended.signal, now: end, stop };
}
