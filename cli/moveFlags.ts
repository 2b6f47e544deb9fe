import type { Breakable } from "../settings/guardNames";
import type { MoveOptions } from "../updates/moveOptions";

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

/** What is said of the move itself. */
export function optionsOf(flags: MoveFlags): MoveOptions {
  const { reason, stepDown, acknowledge, retry, breakGlass, without } = flags;
  return {
    ...(reason !== undefined && { reason }),
    ...(stepDown !== undefined && { stepDown }),
    ...(acknowledge !== undefined && { acknowledge }),
    ...(retry !== undefined && { retry }),
    ...(breakGlass !== undefined && { breakGlass }),
    ...(without !== undefined && { without }),
  };
}
