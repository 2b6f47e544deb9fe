import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { cacheFor } from "../../toolchain/cache.mjs";
import { findProgram } from "../../toolchain/machine/commands";

const run = promisify(execFile);
/** Pinned, so that two benches compare with the same. */
const version = "2.70.0";

/** About locks, time limits and re-running, which a rollback does not turn on. */
const besides =
  /^(require-|prefer-|transaction-|ban-concurrent-index|syntax-error$|adding-foreign-key-constraint$|constraint-missing-not-valid$|disallowed-unique-constraint$)/;

/** The linter's program: one on the PATH, else the pinned package, kept with the other tools. */
export async function squawkProgram(say: (line: string) => void): Promise<string> {
  const found = findProgram("squawk");
  if (found !== undefined) return found;
  const { bin, root } = cacheFor(process.env, `squawk-${version}`);
  const program = join(bin, "squawk");
  if (existsSync(program)) return program;
  say(`Installing squawk ${version} by pip (some 25 MB) ...`);
  const making = join(root, `squawk-${version}-${process.pid}`);
  const folder = dirname(bin);
  mkdirSync(making, { recursive: true });
  try {
    await run("pip", ["install", "--quiet", "--no-deps", "--target", making, `squawk-cli==${version}`]);
    renameSync(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return program;
}

/** The rules that it names for a file, without those about locks and re-running. */
export async function squawkRules(program: string, file: string): Promise<string[]> {
  const { stdout } = await run(program, ["--reporter", "json", file]).catch(
    // It ends with 1 when it has something to say.
    (error: { code?: number; stdout?: string }) => {
      if (error.code === 1 && error.stdout) return { stdout: error.stdout };
      throw error;
    },
  );
  const said = JSON.parse(stdout || "[]") as { rule_name: string }[];
  return [...new Set(said.map(({ rule_name: rule }) => rule).filter((rule) => !besides.test(rule)))];
}
