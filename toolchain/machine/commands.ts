import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { systemPath } from "./processes";

export interface CommandResult {
  /** Exit code; -1 when the program could not be run or was ended by a signal. */
  code: number;
  stdout: string;
  stderr: string;
}

interface CommandOptions {
  /** Seconds; default 60. */
  timeout?: number;
  environment?: NodeJS.ProcessEnv;
  input?: string;
  uid?: number;
  gid?: number;
}

/** Runs a program to its end. Never throws: a program that can't be run has code -1 and says why in stderr. */
export function tryCommand(
  command: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      command[0],
      command.slice(1),
      {
        cwd: "/",
        timeout: (options.timeout ?? 60) * 1000,
        killSignal: "SIGKILL",
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, ...options.environment, PATH: systemPath() },
        ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid }),
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, stdout, stderr: stderr === "" && error !== null ? error.message : stderr });
      },
    );
    // A program that ends before it has read its input is told by its exit code, not by a broken pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

/** Runs a program to its end and gives what it printed. @throws with its error output when it fails */
export async function runCommand(
  command: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<string> {
  const result = await tryCommand(command, options);
  if (result.code !== 0) {
    throw new Error(
      `${command.slice(0, 3).join(" ")} failed: ${(result.stderr || result.stdout).trim().slice(-2000)}`,
    );
  }
  return result.stdout;
}

/** Where a program lies, looking in PATH and the system's own folders; undefined where it is nowhere. */
export function findProgram(name: string): string | undefined {
  return systemPath()
    .split(":")
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
