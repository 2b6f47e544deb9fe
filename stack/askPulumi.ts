import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { maskPasswords } from "../migrations/password";
import { quoted } from "../components/ownCommand";
import { killTree } from "../toolchain/machine/processTree";

/** Seconds for an answer: a backend that is down may let one wait for minutes. */
const answerSeconds = 15;

const setUp = join(__dirname, "..", "toolchain", "setup.mjs");

/** Where Pulumi is missing, with the command that makes it known to the shell. */
const missingText = `there is no pulumi on PATH; to have it: eval "$(node ${quoted(setUp)} --env)"`;

export interface AskingLimit {
  /** Until it is given up; `Infinity` for never. @default 15 */
  seconds?: number;
  /** Ends it earlier. */
  signal?: AbortSignal | undefined;
}

/** Where Pulumi is asked. */
export interface AskedFrom {
  /** Folder of the project. @default the working one */
  cwd?: string | undefined;
  /** @default this process's own */
  env?: NodeJS.ProcessEnv | undefined;
}

/**
 * What a command of the Pulumi CLI prints. One that is given up is killed with all that it has started: what stands on
 * PATH may be a script, which would leave Pulumi itself behind.
 * @throws Error that says in a few words why it does not
 */
export function askPulumi(
  words: readonly string[],
  { seconds = answerSeconds, signal, cwd, env }: AskingLimit & AskedFrom = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(endedBy(signal));
    const child = execFile(
      "pulumi",
      [...words, "--non-interactive"],
      { maxBuffer: 1 << 30, cwd, env },
      (error, stdout, stderr) => {
        forget();
        if (error === null) return resolve(stdout);
        const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
        if (missing && cwd !== undefined && !existsSync(cwd))
          return reject(new Error(`there is no folder ${cwd}`));
        const said = maskPasswords(stderr.trim().replace(/^error: /, "") || error.message);
        reject(new Error(missing ? missingText : said));
      },
    );
    const giveUp = (why: Error) => {
      forget();
      // Of one that has ended by itself another process may have the number.
      const runs = child.exitCode === null && child.signalCode === null;
      if (runs && child.pid !== undefined) killTree(child.pid);
      // What it has left behind may hold them open.
      child.stdout?.destroy();
      child.stderr?.destroy();
      reject(why);
    };
    const late = () => giveUp(new Error(`no answer in ${seconds} s`));
    const timer = Number.isFinite(seconds) ? setTimeout(late, seconds * 1000) : undefined;
    const ended = () => giveUp(endedBy(signal));
    signal?.addEventListener("abort", ended);
    const forget = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", ended);
    };
  });
}

function endedBy(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("it was ended");
}
