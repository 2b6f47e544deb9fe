import type { Command } from "commander";
import { commandsBelow } from "../../cli/help";
import { createProgram } from "../../cli/main";

/** What the real command line makes of some words, without running anything. */
export interface Parsed {
  /** The command that would run, such as `release add`; undefined where none would. */
  command: string | undefined;
  /** What commander printed, such as a help. */
  printed: string;
  /** What it has against the words; undefined for nothing. */
  problem: string | undefined;
}

export async function parse(words: readonly string[]): Promise<Parsed> {
  let command: string | undefined;
  let printed = "";
  const program = createProgram();
  for (const each of [program, ...commandsBelow(program)]) {
    each.configureOutput({
      writeOut: (text) => (printed += text),
      writeErr: (text) => (printed += text),
    });
    // The help of a group of commands is what stands in for an action of its own.
    if (each.commands.length === 0) each.action(() => void (command = nameOf(each)));
  }
  try {
    await program.parseAsync(words, { from: "user" });
    return { command, printed, problem: undefined };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const shown = code === "commander.helpDisplayed" || code === "commander.version";
    return { command, printed, problem: shown ? undefined : message };
  }
}

/** `release add` */
export function nameOf(command: Command): string {
  const above = command.parent;
  return above === null || above.parent === null ? command.name() : `${nameOf(above)} ${command.name()}`;
}
