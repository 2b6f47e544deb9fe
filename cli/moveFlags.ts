import type { Breakable } from "../settings/guardNames";
import { commandLine, type MoveCommand, type MoveOptions } from "../updates/moveOptions";

/** What the command line of `rollback` and `deploy` says. */
export interface MoveFlags {
  /** Undefined for the selected one. */
  stack?: string[];
  all?: true;
  reason?: string;
  stepDown?: string;
  acknowledge?: string;
  retry?: string;
  breakGlass?: string;
  without?: Breakable[];
  /** The stack that the release has to be known good on first. */
  after?: string;
  yes?: true;
  takeLock?: true;
  commit?: true;
  preview?: true;
  /** How many stacks at a time. */
  parallel: number;
  json?: true;
}

/** What is said of the move on each of its stacks. */
export function optionsOf(flags: MoveFlags): MoveOptions {
  const { reason, stepDown, acknowledge, retry, breakGlass, without, after } = flags;
  const { commit, json, takeLock, yes } = flags;
  return {
    ...(reason !== undefined && { reason }),
    ...(stepDown !== undefined && { stepDown }),
    ...(acknowledge !== undefined && { acknowledge }),
    ...(retry !== undefined && { retry }),
    ...(breakGlass !== undefined && { breakGlass }),
    ...(without !== undefined && { without }),
    ...(after !== undefined && { after }),
    ...(commit && { commit }),
    ...(json && { json }),
    ...(takeLock && { takeLock }),
    ...(yes && { yes }),
  };
}

/** How many stacks at a time, where nobody says. */
export const usualParallel = 2;

/** The whole command as it was typed, but for a look alone. @param more what is said beside it */
export function typedAgain(
  command: MoveCommand,
  tag: string | undefined,
  flags: MoveFlags,
  more: MoveOptions = {},
): string {
  const { stack, all = false, parallel } = flags;
  return commandLine(command, {
    ...{ stack, tag, all, options: { ...optionsOf(flags), ...more } },
    ...(parallel !== usualParallel && { parallel }),
  });
}
