// @ts-check
// What a set-up tells while it works, how it runs programs, and how it fails.

import { spawn } from "node:child_process";

/** A set-up that cannot go on; the message says what to do. */
export class ToolchainError extends Error {
  /** Exit code of the command. */
  exitCode = 4;
}

/**
 * Says what is done and how long it usually takes, does it, and says how long it took. Work that answers false has
 * failed, and has told why.
 * @template T
 * @param {(line: string) => void} say
 * @param {string} what
 * @param {string} usually
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(say, what, usually, work) {
  say(`${what} (usually ${usually}) ...`);
  const start = performance.now();
  const result = await work();
  say(`${what}: ${result === false ? "failed after" : "done in"} ${duration(performance.now() - start)}.`);
  return result;
}

/**
 * @param {number} milliseconds
 * @returns {string} for people: `0.4 s`, `12 s`, `3 min 5 s`
 */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${seconds.toFixed(0)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Runs a program to its end and returns its output. It is ended when this process exits.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env: NodeJS.ProcessEnv, timeout?: number }} options timeout in milliseconds
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>} code null: ended by a signal or never started
 */
export function runProgram(program, args, options) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (/** @type {Buffer} */ chunk) => (stdout += chunk.toString()));
    child.stderr.on("data", (/** @type {Buffer} */ chunk) => (stderr += chunk.toString()));
    const end = () => child.kill();
    process.once("exit", end);
    /** @param {number | null} code @param {string} more */
    const finish = (code, more) => {
      process.removeListener("exit", end);
      resolve({ code, stdout, stderr: stderr + more });
    };
    child.once("error", (error) => finish(null, error.message));
    child.once("close", (code) => finish(code, ""));
  });
}

/**
 * The end of a program's output, for an error message.
 * @param {string} output
 * @returns {string}
 */
export function lastLines(output) {
  return output
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("go: downloading "))
    .slice(-15)
    .map((line) => `  ${line}`)
    .join("\n");
}

/**
 * The start of npm's output, where it says what is wrong; its usage follows.
 * @param {string} output
 * @returns {string}
 */
export function firstLines(output) {
  return output
    .split("\n")
    .filter((line) => line !== "" && line !== "npm error" && !line.startsWith("npm warn "))
    .slice(0, 12)
    .map((line) => `  ${line}`)
    .join("\n");
}
