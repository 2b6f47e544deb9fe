import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Ended } from "./commandLine";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");

/** The real command, with something on its standard input or in its environment. */
export function runWith(
  folder: string,
  args: string[],
  { input = "", env = {} }: { input?: string; env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  const child = spawn(process.execPath, [command, ...args], { cwd: folder, env: { ...process.env, ...env } });
  const printed = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed.stderr += text));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, ...printed }));
  });
}
