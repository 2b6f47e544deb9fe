/**
 * Everything that must hold before a change lands, as `npm test` runs it: types, lint, formatting, and the tests. Ends
 * with the counts of all of them; exit 1 when anything failed.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderInMemory } from "./inMemory";

interface Counts {
  passed: number;
  failed: number;
}

interface Part {
  name: string;
  command: readonly string[];
  /** Whether it counts its own tests; otherwise it is one check, passed or failed. */
  counts: boolean;
}

const bin = (name: string) => join(__dirname, "..", "node_modules", ".bin", name);
const mocha = (config: string) => [
  bin("mocha"),
  "--config",
  config,
  // It takes CI for a terminal.
  ...(process.stdout.isTTY && !process.env.NO_COLOR ? [] : ["--no-color"]),
  "--reporter",
  join(__dirname, "countingReporter.cjs"),
];

const parts: readonly Part[] = [
  { name: "types", command: [bin("tsc"), "-p", "."], counts: false },
  { name: "lint", command: [bin("eslint"), "."], counts: false },
  { name: "format", command: [bin("prettier"), "--check", "--log-level", "warn", "."], counts: false },
  { name: "tests without an engine", command: mocha("tests/mocha.cjs"), counts: true },
  { name: "engine tests", command: mocha("tests/engine/mocha.cjs"), counts: true },
];

async function main(wanted: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "knowngood-counts-"));
  const inMemory = await folderInMemory((line) => console.log(line));
  if (inMemory !== undefined) process.env.TMPDIR = inMemory;
  const results: { part: Part; seconds: number; counts: Counts }[] = [];
  try {
    for (const part of parts.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
      console.log(`\n== ${part.name}`);
      const begin = Date.now();
      const counts = await perform(part, join(folder, "counts.json"));
      results.push({ part, seconds: (Date.now() - begin) / 1000, counts });
    }
  } finally {
    for (const made of [folder, inMemory])
      if (made !== undefined) rmSync(made, { recursive: true, force: true });
  }
  console.log();
  for (const { part, seconds, counts } of results) {
    console.log(`${part.name}: ${counts.passed} passed, ${counts.failed} failed, ${seconds.toFixed(0)} s`);
  }
  const total = (key: keyof Counts) => results.reduce((sum, { counts }) => sum + counts[key], 0);
  console.log(`${total("passed")} passed, ${total("failed")} failed`);
  process.exitCode = total("failed") > 0 || total("passed") === 0 ? 1 : 0;
}

async function perform({ command, counts }: Part, countsFile: string): Promise<Counts> {
  rmSync(countsFile, { force: true });
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, KNOWNGOOD_TEST_COUNTS: countsFile },
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
  if (!counts) return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  return countsOf(countsFile, exitCode);
}

/** A runner that died without counting, or failed without a failed test, has failed once. */
function countsOf(file: string, exitCode: number): Counts {
  let counts: Counts;
  try {
    counts = JSON.parse(readFileSync(file, "utf8")) as Counts;
  } catch {
    return { passed: 0, failed: 1 };
  }
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

void main(process.argv.slice(2));
