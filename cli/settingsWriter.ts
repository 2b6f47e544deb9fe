import { chmodSync, readFileSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { writeWhole } from "../files/writeWhole.cjs";
import { stackFile, withSettings } from "../updates/stackFile";
import { tell } from "./output";
import type { PreparedMove } from "./prepareMove";

/** What became of the stack file. */
export interface Written {
  /** Whether it says the target now. */
  kept: boolean;
  /** Why it does not say the target, though it should. */
  unwritten?: string;
}

/** Brings a move's settings into the stack file, which somebody may have edited meanwhile. Neither part ever fails. */
export interface SettingsWriter {
  /** Once, however often it is called. Break-glass is for one move, so it never lies there. */
  write: () => Written;
  /**
   * Takes `retry` out again, where this move has put it there: it stays only until the move has ended well, so that a
   * plain `pulumi up` can end what was begun. What stood in its place before is there again.
   */
  forgetRetry: () => void;
}

export function settingsWriter({ named, project, edits }: PreparedMove): SettingsWriter {
  const file = stackFile(named.stack);
  let written: Written | undefined;
  let texts: { before: string; after: string } | undefined;
  const write = (): Written => {
    try {
      const before = readFileSync(file, "utf8");
      const after = withSettings(before, project, without(edits, "breakGlass"), file);
      writeStackFile(file, before, after);
      texts = { before, after };
      return { kept: true };
    } catch (error) {
      const unwritten = `${file} could not be written: ${(error as Error).message}`;
      tell("warning", `${unwritten}\nMend it, and set its imageTag to what the stack runs.`);
      return { kept: false, unwritten };
    }
  };
  const forgetRetry = () => {
    if (texts === undefined || edits.retry === undefined) return;
    const { before, after } = texts;
    texts = undefined;
    const byHand = `To take it out: pulumi config rm retry --stack ${named.stack}`;
    try {
      const now = readFileSync(file, "utf8");
      if (now === after)
        writeStackFile(file, now, withSettings(before, project, without(edits, "breakGlass", "retry"), file));
      else tell("warning", `${file} was edited meanwhile, so the retry of this move stays in it. ${byHand}`);
    } catch (error) {
      tell("warning", `The retry of this move stays in ${file}: ${(error as Error).message}. ${byHand}`);
    }
  };
  return { write: () => (written ??= write()), forgetRetry };
}

function without(edits: PreparedMove["edits"], ...names: readonly string[]): PreparedMove["edits"] {
  return Object.fromEntries(Object.entries(edits).filter(([name]) => !names.includes(name)));
}

function writeStackFile(file: string, before: string, after: string): void {
  if (before === after) return;
  const place = realpathSync(resolve(file));
  const { mode } = statSync(place);
  writeWhole(place, after);
  chmodSync(place, mode & 0o777);
}
