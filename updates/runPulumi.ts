import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { alsoUsedBy } from "../files/temporaryFolder";
import { BrokenEnvironment } from "../stack/endings";
import { killTree } from "../toolchain/machine/processTree";

export interface PulumiRun {
  /** Folder of the project. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** File that takes both streams. Pulumi outlives us then: a pipe that nobody reads would end it in the middle. */
  output: string;
  /** Temporary folders of ours that it uses, which stay as long as it runs. */
  folders: readonly string[];
  /** Ends it in order, as Ctrl-C does. */
  signal?: AbortSignal | undefined;
  /** Ends it at once, as a second Ctrl-C does. */
  atOnce?: AbortSignal | undefined;
  /** Kills it with all that it has started, where it has not ended by then. */
  kill?: AbortSignal | undefined;
}

/** What Pulumi has left. */
export interface PulumiEnded {
  exitCode: number;
  /** The signal that killed it; undefined where it ended by itself. */
  killedBy?: NodeJS.Signals;
  /** Both streams. */
  text: string;
}

/**
 * Runs Pulumi in a process group of its own: Ctrl-C reaches it from here alone, once, together with the commands that it
 * runs, as a terminal would send it. A second one would leave the stack as it is in the middle.
 * @throws BrokenEnvironment where it can't be started
 */
export async function runPulumi(words: readonly string[], run: PulumiRun): Promise<PulumiEnded> {
  const { cwd, env, output, folders } = run;
  const file = await open(output, "a", 0o600);
  try {
    const child = spawn("pulumi", words, { cwd, env, detached: true, stdio: ["ignore", file.fd, file.fd] });
    if (child.pid !== undefined) alsoUsedBy(child.pid, folders);
    const interrupt = () => interruptGroup(child.pid);
    const listening = [run.signal, run.atOnce].filter((one) => one !== undefined);
    const ended = new Promise<Omit<PulumiEnded, "text">>((resolve, reject) => {
      child.once("error", (error: NodeJS.ErrnoException) => reject(new BrokenEnvironment(cantStart(error))));
      child.once("close", (exitCode, killedBy) =>
        resolve({ exitCode: exitCode ?? 1, ...(killedBy && { killedBy }) }),
      );
    });
    for (const one of listening) {
      if (one.aborted) interrupt();
      else one.addEventListener("abort", interrupt);
    }
    const kill = () => child.pid !== undefined && killTree(child.pid);
    run.kill?.addEventListener("abort", kill);
    try {
      return { ...(await ended), text: await readFile(output, "utf8") };
    } finally {
      for (const one of listening) one.removeEventListener("abort", interrupt);
      run.kill?.removeEventListener("abort", kill);
    }
  } finally {
    await file.close();
  }
}

function cantStart({ code, message }: NodeJS.ErrnoException): string {
  return code === "ENOENT" ? "There is no pulumi on PATH." : `pulumi can't be started: ${message}`;
}

function interruptGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGINT");
  } catch {
    // It has just ended by itself.
  }
}
