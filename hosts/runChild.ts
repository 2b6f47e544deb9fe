import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { graceSeconds } from "./script";

/** How a program ended. */
export interface ChildEnd {
  /** Undefined where a signal ended it, or there is no such program. */
  exitCode: number | undefined;
  /** Whether there is no such program. */
  missing: boolean;
  /** Whether its time was over, so that it was stopped. */
  timedOut: boolean;
}

export interface ChildOptions {
  environment: NodeJS.ProcessEnv;
  /** What it reads once it has begun, one after the other; then its input stays open until it ends. */
  input: readonly (() => Readable)[];
  timeoutMs: number;
  /** Whether what it was started for has begun; until then it may be ended at once. */
  begun: () => boolean;
  /** Milliseconds until that must have begun. @default no limit of its own */
  beginsWithinMs?: number | undefined;
  signal?: AbortSignal | undefined;
  onOutput: (chunk: Buffer) => void;
  onProblem: (chunk: Buffer) => void;
}

/** Milliseconds between closing its input and ending it: a script's own grace, and a second. */
const graceMs = (graceSeconds + 1) * 1000;

/** The same between asking it to end and ending it, where nothing has begun. */
const idleGraceMs = 1000;

/** Milliseconds to wait for output that a child of the program still holds open. */
const leftoverMs = 1000;

/**
 * Runs a program in a group of its own, which no Ctrl-C in the terminal reaches and which has no terminal to ask at. To stop it,
 * its input is closed, which a framed script takes as the end; then it is ended.
 */
export function runChild(
  [program = "", ...words]: readonly string[],
  options: ChildOptions,
): Promise<ChildEnd> {
  const { environment, input, timeoutMs, begun, beginsWithinMs, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env: environment, stdio: "pipe", detached: true });
    const timers: NodeJS.Timeout[] = [];
    const later = (ms: number, act: () => void) => timers.push(setTimeout(act, ms));
    let timedOut = false;
    let stopped = false;
    const tell = (kill: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, kill);
      } catch {
        // It has ended meanwhile.
      }
    };
    const stop = () => {
      if (stopped) return;
      stopped = true;
      child.stdin.destroy();
      if (!begun()) tell("SIGTERM");
      later(begun() ? graceMs : idleGraceMs, () => tell("SIGKILL"));
    };
    const runsOut = () => {
      timedOut ||= !stopped;
      stop();
    };
    later(timeoutMs, runsOut);
    if (beginsWithinMs !== undefined) later(beginsWithinMs, () => void (begun() || runsOut()));
    const settle = () => {
      timers.forEach(clearTimeout);
      signal?.removeEventListener("abort", stop);
    };
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });

    child.stdin.on("error", () => {
      // It ended before it had read all: how it ended says why.
    });
    child.stdout.on("data", options.onOutput);
    let fed = false;
    child.stderr.on("data", (chunk: Buffer) => {
      options.onProblem(chunk);
      if (fed || !begun()) return;
      fed = true;
      void feed(input, child.stdin).catch((error: unknown) => {
        // What was to be sent can't be read.
        settle();
        stop();
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      settle();
      if (error.code === "ENOENT") resolve({ exitCode: undefined, missing: true, timedOut });
      else reject(error);
    });
    child.once("exit", () => {
      child.stdin.destroy();
      later(leftoverMs, () => {
        child.stdout.destroy();
        child.stderr.destroy();
      });
    });
    child.once("close", (exitCode) => {
      settle();
      resolve({ exitCode: exitCode ?? undefined, missing: false, timedOut });
    });
  });
}

async function feed(input: readonly (() => Readable)[], stdin: Writable): Promise<void> {
  for (const open of input) {
    if (stdin.destroyed) return;
    const stream = open();
    try {
      await pipeline(stream, stdin, { end: false });
    } catch (error) {
      // Where the program reads no more, how it ended says why.
      if (stream.errored !== null && stream.errored === error && !ofPipe(error)) throw error;
      return;
    }
  }
}

function ofPipe(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EPIPE" || code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE";
}
