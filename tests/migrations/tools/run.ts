import { spawn } from "node:child_process";

/** How a program ended. */
export interface Ended {
  code: number;
  stdout: string;
  /** Both of its streams, as they came. */
  output: string;
}

/** Runs a program to its end, however that is. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, environment }: { cwd?: string; environment?: Record<string, string> } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, output] = ["", ""];
    const take = (text: string) => (output += text);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stdout.on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.once("error", (error) => resolve({ code: 127, stdout, output: error.message }));
    child.once("close", (code) => resolve({ code: code ?? 1, stdout, output }));
  });
}
