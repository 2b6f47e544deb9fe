import { spawn } from "node:child_process";
import { join } from "node:path";
import type { StallingPulumi } from "./stallingPulumi";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");

/** What is waited for, and what is typed then. */
type Answer = readonly [question: string, keys: string | (() => string)];

/** Rolls back to v1 on a terminal of its own, and answers what is asked, in this order; a key may come of a look around. */
export async function atTerminal(
  project: StallingPulumi,
  ...answers: readonly Answer[]
): Promise<{ code: number | null; said: string }> {
  // Without a size every character would be a line of its own.
  const words = `stty cols 160 rows 40; ${process.execPath} ${command} rollback v1 --stack prod`;
  const child = spawn("script", ["--quiet", "--return", "--command", words, "/dev/null"], {
    ...{ cwd: project.folder, env: { ...project.environment, NO_COLOR: "1", SHELL: "/bin/sh" } },
    ...{ timeout: 50_000, killSignal: "SIGHUP" },
  });
  let said = "";
  let read = 0;
  let answered = 0;
  const take = (text: string) => {
    said += text;
    const [question, keys] = answers[answered] ?? [];
    const at = question === undefined ? -1 : said.indexOf(question, read);
    if (question === undefined || keys === undefined || at < 0) return;
    answered += 1;
    read = said.length;
    child.stdin.write(typeof keys === "string" ? keys : keys());
  };
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, said };
}
