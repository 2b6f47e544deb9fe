import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");

/** How a run of the gates' runner ended. */
export interface RunnerEnd {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the gates' runner as the program does: the request on standard input, the move in the environment. */
export function startRunner(kind: string, request: unknown, environment: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(
    process.execPath,
    ["--require", "./toolchain/loadTypescript.cjs", "gates/run.ts", kind],
    { cwd: root, env: { ...process.env, ...environment } },
  );
  child.stdin.end(JSON.stringify(request));
  return child;
}

export async function endOf(child: ChildProcess): Promise<RunnerEnd> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, stdout, stderr };
}

/** The one record in a stack's folder, and its file's name. */
export function onlyRecord<Record>(folder: string): { record: Record; file: string } {
  const [file, ...others] = readdirSync(folder);
  if (file === undefined || others.length > 0)
    throw new Error(`${others.length + (file ? 1 : 0)} records in ${folder}`);
  return { record: JSON.parse(readFileSync(join(folder, file), "utf8")) as Record, file };
}

/** Waits for something to become so; the test's own time limit ends the wait. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((wait) => setTimeout(wait, 20));
}
