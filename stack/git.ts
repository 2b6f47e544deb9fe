import { execFile } from "node:child_process";
import { childEnvironment } from "../settings/childEnvironment";

/** Why git did not do what it was asked, in its own words where it had any. */
export class GitProblem extends Error {
  constructor(
    message: string,
    /** `no` is git's own answer, such as that there is no repository. */
    readonly kind: "no" | "missing" | "late",
  ) {
    super(message);
  }
}

export interface GitOptions {
  /** Where it is asked. @default the working folder */
  folder?: string;
  /** @default 30 s, which a question takes in a large repository at most; undefined for hooks that take as long as they take */
  timeoutMs?: number | undefined;
  /** Ends it. */
  signal?: AbortSignal;
  /** More of its environment. @default nothing */
  env?: Readonly<Record<string, string>>;
}

/** Nobody waits longer for a question. */
const questionMs = 30_000;
/** Names of files, of which a folder may hold many. */
const mostBytes = 64 << 20;

/**
 * Runs git, without the program's secrets in its environment.
 * @returns what it printed
 * @throws GitProblem
 */
export function git(words: readonly string[], options: GitOptions = {}): Promise<string> {
  const { folder, signal, env } = options;
  const timeout = "timeoutMs" in options ? options.timeoutMs : questionMs;
  const own = {
    cwd: folder,
    env: { ...childEnvironment(), ...env },
    ...({ signal, timeout, killSignal: "SIGKILL", maxBuffer: mostBytes } as const),
  };
  return new Promise((resolve, reject) => {
    execFile("git", words, own, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (signal?.aborted === true || error.killed === true)
        return reject(new GitProblem("git did not answer in time", "late"));
      if ((error as NodeJS.ErrnoException).code === "ENOENT")
        return reject(new GitProblem("no git on PATH", "missing"));
      reject(new GitProblem(stderr.trim() || error.message, "no"));
    });
  });
}
