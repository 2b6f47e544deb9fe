// @ts-check
// Programs beside Pulumi's, each from a Go module of its own: built once, and only where one is asked for.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFor, withLock } from "./cache.mjs";
import { build, goProblem, isExecutable } from "./goBuild.mjs";
import { ToolchainError } from "./steps.mjs";

/**
 * A program from the cache, or built into it.
 * @param {import("./programs.mjs").Program} program
 * @param {object} options
 * @param {(line: string) => void} options.say
 * @param {string} options.instead how a person gets it without Go, in a sentence
 * @param {string} [options.root] folder of the repository
 * @param {NodeJS.ProcessEnv} [options.environment] default: this process's
 * @returns {Promise<string>} path of the binary
 * @throws {ToolchainError} when it cannot be built
 */
export async function provideBuilt(
  program,
  { say, instead, root = dirname(import.meta.dirname), environment = process.env },
) {
  const { bin: folder, lock } = cacheFor(environment, `${program.module}-${hash(program, root)}`);
  const binary = join(folder, program.name);
  if (isExecutable(binary)) return binary;
  const problem = await goProblem(root, environment);
  if (problem !== undefined) {
    throw new ToolchainError(
      `There is no ${program.name}, and it cannot be built: ${problem.problem}. Do one of these and run the same command again:\n` +
        `  - ${instead}\n` +
        `  - install Go ${problem.needed} or newer: https://go.dev/dl/`,
    );
  }
  return withLock(lock, say, () => build({ root, program, folder, environment, say }));
}

/**
 * Same hash, same binary.
 * @param {import("./programs.mjs").Program} program
 * @param {string} root folder of the repository
 */
function hash(program, root) {
  const content = createHash("sha256").update(`${process.platform}-${process.arch}\n`);
  content.update(JSON.stringify({ ...program, usually: "" }));
  for (const file of ["go.mod", "go.sum"])
    content.update(readFileSync(join(root, "toolchain", program.module, file)));
  return content.digest("hex").slice(0, 16);
}
