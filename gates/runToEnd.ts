import { spawn } from "node:child_process";
import { Tail } from "./tail";

/** How a command ended. */
export interface CommandEnd {
  /** Undefined where it was ended by a signal, or stopped. */
  exitCode?: number;
  signal?: string;
  /** Whether its time was over, so that it was stopped. */
  timedOut: boolean;
  /** The end of what it printed, both streams in order. */
  output: string;
  /** How long it ran. */
  seconds: number;
}

export interface RunOptions {
  environment: NodeJS.ProcessEnv;
  /** Seconds until it is asked to end, with all its children. */
  within: number;
  /** Seconds between the signal that asks it to end and the one that ends it. @default 5 */
  grace?: number;
  /** Stops it at once; somebody waits for it, so it has 2 seconds at most between the two signals. */
  signal: AbortSignal;
  /** Called with each piece of output as it comes. @default nothing */
  onOutput?: (chunk: Buffer) => void;
}

/** Seconds to wait for output that a child of the command still holds open, once the command itself has ended. */
const leftoverSeconds = 1;

/** Most seconds that an interrupted command has to end by itself. */
const interruptedGrace = 2;

/**
 * Runs a command to its end, or stops it and its children when its time is over or it is told to. Never rejects for what
 * the command does: one that does not exist ends with exit code 127, one that can't be run with 126, as in a shell.
 */
export function runToEnd(command: readonly string[], options: RunOptions): Promise<CommandEnd> {
  const { environment, within, grace = 5, signal, onOutput } = options;
  const began = performance.now();
  const output = new Tail();
  return new Promise((resolve, reject) => {
    // One pipe for both streams keeps their lines in order; a group of its own can be stopped as a whole.
    const child = spawn("/bin/sh", ["-c", 'exec "$@" 2>&1', "sh", ...command], {
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    let timedOut = false;
    let stopped = false;
    const timers: NodeJS.Timeout[] = [];
    const later = (seconds: number, act: () => void) => timers.push(setTimeout(act, seconds * 1000));
    const tell = (kill: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, kill);
      } catch {
        // It has ended meanwhile.
      }
    };
    const stop = (patience: number) => {
      if (stopped) return;
      stopped = true;
      tell("SIGTERM");
      later(patience, () => tell("SIGKILL"));
    };
    const interrupt = () => stop(Math.min(grace, interruptedGrace));
    later(within, () => {
      timedOut = !stopped;
      stop(grace);
    });
    if (signal.aborted) interrupt();
    else signal.addEventListener("abort", interrupt, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      output.add(chunk);
      onOutput?.(chunk);
    });
    child.once("error", (error) => {
      timers.forEach(clearTimeout);
      signal.removeEventListener("abort", interrupt);
      reject(error);
    });
    child.once("exit", () => later(leftoverSeconds, () => child.stdout.destroy()));
    child.once("close", (exitCode, killedBy) => {
      timers.forEach(clearTimeout);
      signal.removeEventListener("abort", interrupt);
      // What the command started may hold on when the command itself has ended in time.
      if (stopped) tell("SIGKILL");
      resolve({
        ...(exitCode !== null && { exitCode }),
        ...(killedBy !== null && { signal: killedBy }),
        timedOut,
        output: output.text(),
        seconds: (performance.now() - began) / 1000,
      });
    });
  });
}
