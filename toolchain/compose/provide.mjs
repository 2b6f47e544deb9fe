// @ts-check
// Docker Compose, which the bench measures against: built once, and only where the machine has none.

import { provideBuilt } from "../provideBuilt.mjs";

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
 * @returns {Promise<string>} path of the binary
 * @throws {import("../steps.mjs").ToolchainError} when it cannot be built
 */
export function provideCompose({ say }) {
  return provideBuilt(compose, {
    say,
    instead: "install Docker Compose 2: https://docs.docker.com/compose/install/",
  });
}
