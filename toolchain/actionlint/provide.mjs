// @ts-check
// actionlint, by which the tests judge the workflows that the review stack writes.

import { provideBuilt } from "../provideBuilt.mjs";

/** @type {import("../programs.mjs").Program} */
const actionlint = {
  name: "actionlint",
  module: "actionlint",
  package: "github.com/rhysd/actionlint/cmd/actionlint",
  versionVariable: "github.com/rhysd/actionlint.version",
  version: "1.7.12",
  tags: [],
  usually: "20 s",
};

/**
 * @param {object} options
 * @param {(line: string) => void} options.say
 * @returns {Promise<string>} path of the binary
 * @throws {import("../steps.mjs").ToolchainError} when it cannot be built
 */
export function provideActionlint({ say }) {
  return provideBuilt(actionlint, {
    say,
    instead: "install actionlint and put it there: https://github.com/rhysd/actionlint",
  });
}
