import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process by what tells it from a later one that was given the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks between boot and the process's start, from `/proc/PID/stat`. */
  startTime: number;
}

/** When a process started, in clock ticks since boot; undefined once it has ended (a zombie has ended). */
export function startTimeOf(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The second field is the name in brackets and may itself hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : Number(fields[19]);
}

/** The identity of a process that runs now, or undefined. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether exactly this process still runs; a later process under the same number doesn't count. */
export function isRunning(process: ProcessIdentity): boolean {
  return startTimeOf(process.pid) === process.startTime;
}

/** PATH with the folders of system programs, which a login shell of a plain user lacks. */
export function systemPath(path = process.env.PATH ?? ""): string {
  const folders = path.split(":").filter((folder) => folder !== "");
  return [...new Set([...folders, "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"])].join(":");
}

/**
 * Starts a program that outlives this one, with its output in a file.
 * @throws when the program can't be started at all
 */
export async function startDetached(
  command: readonly [string, ...string[]],
  options: { log: string; uid?: number; gid?: number; environment?: NodeJS.ProcessEnv },
): Promise<ProcessIdentity> {
  const log = openSync(options.log, "a", 0o600);
  try {
    const child = spawn(command[0], command.slice(1), {
      detached: true,
      cwd: "/",
      stdio: ["ignore", log, log],
      env: { ...(options.environment ?? process.env), PATH: systemPath() },
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid }),
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (cause) =>
        reject(new Error(`${command[0]} can't be started: ${cause.message}`, { cause })),
      );
    });
    child.unref();
    const identity = identityOf(child.pid ?? 0);
    if (identity === undefined) throw new Error(`${command[0]} ended at once:\n${lastLines(options.log)}`);
    return identity;
  } finally {
    closeSync(log);
  }
}

/** The end of a log file, for an error message. */
export function lastLines(file: string, count = 15): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");
  } catch {
    return "(no log)";
  }
}

/**
 * Waits until a program answers.
 * @param within seconds
 * @throws with the end of its log when it ends first or doesn't answer in time
 */
export async function untilReady(
  what: string,
  process: ProcessIdentity,
  ready: () => Promise<boolean>,
  options: { within: number; log: string },
): Promise<void> {
  const deadline = Date.now() + options.within * 1000;
  while (!(await ready())) {
    if (!isRunning(process)) throw new Error(`${what} ended while starting:\n${lastLines(options.log)}`);
    if (Date.now() > deadline) {
      throw new Error(`${what} does not answer after ${options.within} s:\n${lastLines(options.log)}`);
    }
    await sleep(50);
  }
}

/**
 * Ends a process: the signals in turn, each with its seconds of grace, then SIGKILL.
 * Does nothing when it has ended already or its number now belongs to another.
 */
export async function endProcess(
  process_: ProcessIdentity,
  signals: readonly { signal: NodeJS.Signals; grace: number }[],
): Promise<void> {
  for (const { signal, grace } of [...signals, { signal: "SIGKILL" as const, grace: 5 }]) {
    if (!isRunning(process_)) return;
    try {
      process.kill(process_.pid, signal);
    } catch {
      return;
    }
    const deadline = Date.now() + grace * 1000;
    while (isRunning(process_) && Date.now() < deadline) await sleep(20);
  }
}

/** Running processes of the named programs whose command line mentions a folder: what a daemon left behind. */
export function processesAt(folder: string, programs: readonly string[]): ProcessIdentity[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
        const program = words[0]?.split("/").at(-1) ?? "";
        if (!programs.includes(program) || !words.some((word) => word.includes(folder))) return [];
        return identityOf(Number(name)) ?? [];
      } catch {
        return [];
      }
    });
}
