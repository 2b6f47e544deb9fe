// @ts-check
// Docker Compose, which the bench measures against: built once, and only where the machine has none.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFor, withLock } from "../cache.mjs";
import { build, goProblem, isExecutable } from "../goBuild.mjs";
import { ToolchainError } from "../steps.mjs";

/** @type {import("../programs.mjs").Program} */
const compose = {
  name: "docker-compose",
  module: "compose",
  package: "github.com/docker/compose/v2/cmd",
  versionVariable: "github.com/docker/compose/v2/internal.Version",
  version: "v2.40.3",
  tags: [],
  usually: "2 min",
};

/**
 * Docker Compose as a plugin of the docker CLI, from the cache or built into it.
 * @param {object} options
 * @param {(line: string) => void} options.say
 * @param {string} [options.root] folder of the repository
 * @param {NodeJS.ProcessEnv} [options.environment] default: this process's
 * @returns {Promise<string>} path of the binary
 * @throws {ToolchainError} when it cannot be built
 */
export async function provideCompose({
  say,
  root = dirname(dirname(import.meta.dirname)),
  environment = process.env,
}) {
  const { bin: folder, lock } = cacheFor(environment, `compose-${hash(root)}`);
  const binary = join(folder, compose.name);
  if (isExecutable(binary)) return binary;
  const problem = await goProblem(root, environment);
  if (problem !== undefined) {
    throw new ToolchainError(
      `There is no \`docker compose\`, and it cannot be built: ${problem.problem}. Do one of these and run the same command again:\n` +
        `  - install Docker Compose 2: https://docs.docker.com/compose/install/\n` +
        `  - install Go ${problem.needed} or newer: https://go.dev/dl/`,
    );
  }
  return withLock(lock, say, () => build({ root, program: compose, folder, environment, say }));
}

/**
 * Same hash, same binary.
 * @param {string} root folder of the repository
 */
function hash(root) {
  const content = createHash("sha256").update(`${process.platform}-${process.arch}\n`);
  content.update(JSON.stringify({ ...compose, usually: "" }));
  for (const file of ["go.mod", "go.sum"])
    content.update(readFileSync(join(root, "toolchain", compose.module, file)));
  return content.digest("hex").slice(0, 16);
}
