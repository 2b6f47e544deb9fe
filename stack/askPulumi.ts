import { execFile } from "node:child_process";
import { join } from "node:path";
import { maskPasswords } from "../migrations/password";
import { quoted } from "../components/ownCommand";

/** Seconds for an answer: a backend that is down may let one wait for minutes. */
const answerSeconds = 15;

const setUp = join(__dirname, "..", "toolchain", "setup.mjs");

/** Where Pulumi is missing, with the command that makes it known to the shell. */
const missingText = `there is no pulumi on PATH; to have it: eval "$(node ${quoted(setUp)} --env)"`;

/** Where Pulumi is asked. */
export interface AskedFrom {
  /** Folder of the project. @default the working one */
  cwd?: string;
  /** @default this process's own */
  env?: NodeJS.ProcessEnv;
}

/**
 * What a command of the Pulumi CLI prints.
 * @param signal ends it earlier
 * @throws Error that says in a few words why it does not
 */
export function askPulumi(
  words: readonly string[],
  signal?: AbortSignal,
  { cwd, env }: AskedFrom = {},
): Promise<string> {
  const options = {
    ...{ cwd, env },
    maxBuffer: 1 << 30,
    timeout: answerSeconds * 1000,
    signal,
    killSignal: "SIGKILL",
  } as const;
  return new Promise((resolve, reject) => {
    execFile("pulumi", [...words, "--non-interactive"], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      const said = maskPasswords(stderr.trim().replace(/^error: /, "") || error.message);
      reject(new Error(error.killed ? `no answer in ${answerSeconds} s` : missing ? missingText : said));
    });
  });
}
