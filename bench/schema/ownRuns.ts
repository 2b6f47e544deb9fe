import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { peakMemory } from "../peakMemory";

const program = join(__dirname, "..", "..", "cli", "knowngood.cjs");

/** What the command prints with `--json`, as far as the bench reads it. */
export interface Assessed {
  verdict: string;
  confirmed: boolean;
  findings: { rule: string; verdict: string }[];
}

/** One run of `knowngood assess` as a process of its own. */
export interface AssessRun {
  seconds: number;
  /** Of the command and all that it starts, in MiB. */
  memory: number;
  answer: Assessed;
}

/** @param cache folder of the caches of this run; a new one makes the run a cold one */
export async function assess(
  sources: { shipped: string; ahead: string },
  cache: string,
  ...options: string[]
): Promise<AssessRun> {
  const words = ["assess", "--shipped", sources.shipped, "--ahead", sources.ahead, "--allow", "destructive"];
  const begun = performance.now();
  let printed = "";
  const memory = await peakMemory(async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [program, ...words, "--json", ...options],
      { env: { ...process.env, KNOWNGOOD_CACHE: cache }, maxBuffer: 2 ** 28 },
    );
    printed = stdout;
  });
  return { seconds: (performance.now() - begun) / 1000, memory, answer: JSON.parse(printed) as Assessed };
}
