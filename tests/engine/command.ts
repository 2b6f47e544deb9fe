import { spawn } from "node:child_process";

/** How a command ended. */
export interface Ended {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Both streams, in the order in which they came. */
  text: string;
}

/** A command that runs, to be watched or killed. */
export interface Started {
  pid: number;
  /** Settles with what came so far as soon as it matches. */
  saw: (pattern: RegExp) => Promise<void>;
  kill: (signal: NodeJS.Signals) => void;
  ended: Promise<Ended>;
}

export function start(
  file: string,
  args: readonly string[],
  options: {
    cwd?: string;
    env: NodeJS.ProcessEnv;
    /** Whether it leads a process group of its own, as a terminal's command does. @default false */
    detached?: boolean;
    /** What it reads from standard input. @default nothing */
    input?: string;
  },
): Started {
  const { input, ...spawnOptions } = options;
  const child = spawn(file, args, { ...spawnOptions, stdio: ["pipe", "pipe", "pipe"] });
  // A command that ends without reading is judged by how it ended.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  let stdout = "";
  let stderr = "";
  let text = "";
  let watchers: (() => void)[] = [];
  const take = (part: string) => {
    text += part;
    watchers.forEach((watch) => watch());
  };
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    stdout += part;
    take(part);
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    stderr += part;
    take(part);
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr, text }));
  });
  const saw = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const watch = () => {
        if (!pattern.test(text)) return;
        watchers = watchers.filter((other) => other !== watch);
        resolve();
      };
      watchers.push(watch);
      watch();
      void ended.then(
        () => reject(new Error(`${file} ended without saying ${String(pattern)}:\n${text}`)),
        reject,
      );
    });
  return { pid: child.pid ?? 0, saw, kill: (signal) => child.kill(signal), ended };
}

export function run(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv; input?: string },
): Promise<Ended> {
  return start(file, args, options).ended;
}
