import { closeSync } from "node:fs";
import { isatty, type ReadStream } from "node:tty";

const standard = [0, 1, 2];

/** The standard streams that were terminals when the command began. */
let terminals: readonly number[] = [];

/**
 * From now on a terminal may be closed at any moment without the command coming to grief on it: Node.js gives a terminal back
 * as it was when the process ends, and aborts where that fails.
 */
export function outliveTerminals(): void {
  terminals = standard.filter(isatty);
  process.once("exit", () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  });
}

/** Whether a terminal that the command began with is closed by now: there is nobody any more to tell, or to ask. */
export function terminalIsGone(): boolean {
  return !terminals.every(isatty);
}

/**
 * Takes what goes wrong with an input whose terminal is closed, while it is read from: it can't be read any more, nor set back
 * to whole lines. Node.js would pass that on to the one who reads lines, where nobody listens.
 */
export function onlyHeardHere(input: ReadStream, onError: () => void): void {
  input.removeAllListeners("error").on("error", onError);
  const setRawMode = input.setRawMode.bind(input);
  input.setRawMode = (mode) => (terminalIsGone() ? input : setRawMode(mode));
}
