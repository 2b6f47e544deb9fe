// @ts-check
// The command: `node toolchain/setup.mjs [--env]` sets up; `node toolchain/setup.mjs run -- COMMAND ARGS` sets up and
// runs a command with the environment that the set-up gives.

import { spawn } from "node:child_process";
import { constants } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./toolchain.mjs";
import { ToolchainError } from "./steps.mjs";

export { setUp };

const usage = `Usage: node toolchain/setup.mjs [--env | run -- COMMAND ARGS]
  (nothing)            makes Node packages, Pulumi, its Node language host and its plugins available
  --env                the same, and prints the environment to use them with as shell exports
  run -- COMMAND ARGS  the same, and runs COMMAND with that environment`;

/** @param {string[]} args */
async function main(args) {
  if (args.length === 0) {
    await setUp({ say: (line) => console.log(line) });
  } else if (args.length === 1 && args[0] === "--env") {
    const { env } = await setUp({ say: (line) => console.error(line) });
    for (const [name, value] of Object.entries(env))
      console.log(`export ${name}='${value.replaceAll("'", `'\\''`)}'`);
  } else if (args[0] === "run" && args[1] === "--" && args[2] !== undefined) {
    const { env } = await setUp({ say: (line) => console.error(line) });
    process.exitCode = await runWith(env, args[2], args.slice(3));
  } else {
    console.error(usage);
    process.exitCode = 2;
  }
}

/**
 * @param {Record<string, string>} env
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number>} the command's exit code; 128 and the signal's number when a signal ended it
 */
function runWith(env, command, args) {
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
    onEnding = (signal) => {
      // A terminal sends Ctrl-C to the command as well, and a second one means "at once" to many.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    };
    child.once("error", (error) => {
      console.error(`${command}: ${error.message}`);
      done(127);
    });
    child.once("close", (code, signal) => done(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
}

/** @type {NodeJS.Signals[]} */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * What a signal does now: during the set-up it leaves, which ends the programs that the set-up runs and gives its lock
 * back. It changes by this variable, since a signal that comes while one listener is exchanged for another is lost.
 * @type {(signal: NodeJS.Signals) => void}
 */
let onEnding = (signal) => process.exit(128 + constants.signals[signal]);

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const signal of endings) process.on(signal, () => onEnding(signal));
  main(process.argv.slice(2)).catch((/** @type {unknown} */ error) => {
    console.error(error instanceof ToolchainError ? error.message : error);
    process.exitCode = error instanceof ToolchainError ? error.exitCode : 1;
  });
}
