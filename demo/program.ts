import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";

export interface ProgramOptions {
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** File to which the command and its whole output are added. */
  log: string;
  /** Asks the program to end, by SIGINT. */
  signal: AbortSignal;
  /** Standard input, for what no other user of the machine may read. @default empty */
  input?: string;
}

export interface ProgramResult {
  /** Exit code; -1 when a signal ended it. */
  code: number;
  /** Standard output and error, in the order in which they came. */
  output: string;
}

/** Seconds that an interrupted program has to end in order. */
const graceSeconds = 30;

/**
 * Runs a program to its end. It gets a process group of its own, so that Ctrl-C reaches it once, through this program,
 * and not a second time from the terminal: a second one makes Pulumi leave its state half written.
 * @throws the signal's reason when it was interrupted, after it has ended; Error when it can't be run
 */
export async function runProgram(
  command: readonly [string, ...string[]],
  options: ProgramOptions,
): Promise<ProgramResult> {
  const { folder, environment, log, signal, input = "" } = options;
  signal.throwIfAborted();
  appendFileSync(log, `\n$ ${command.join(" ")}\n`);
  const result = await new Promise<ProgramResult>((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { cwd: folder, env: environment, detached: true });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        appendFileSync(log, text);
      });
    }
    // A program that ends before it has read its input is told by its exit code, not by a broken pipe.
    child.stdin.on("error", () => {}).end(input);
    let patience: NodeJS.Timeout | undefined;
    const interrupt = () => {
      child.kill("SIGINT");
      patience = setTimeout(() => endGroup(child.pid), graceSeconds * 1000);
    };
    signal.addEventListener("abort", interrupt, { once: true });
    const ended = () => {
      signal.removeEventListener("abort", interrupt);
      clearTimeout(patience);
    };
    child.once("error", (error) => {
      ended();
      reject(error);
    });
    child.once("close", (code) => {
      ended();
      resolve({ code: code ?? -1, output });
    });
  });
  signal.throwIfAborted();
  return result;
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended in the meantime.
  }
}
