// @ts-check
// The order in which files are tested side by side: those that take minutes first, so that none of them is begun when
// all others are over.

const { readdirSync } = require("node:fs");
const path = require("node:path");

/**
 * @param {string} folder of tests
 * @param {{ longest: readonly string[], without?: string }} options paths below the folder
 * @returns {string[]} all test files of the folder
 */
function longestFirst(folder, { longest, without }) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .filter((file) => without === undefined || !file.startsWith(`${without}${path.sep}`))
    .sort();
  const gone = longest.filter((file) => !files.includes(file));
  if (gone.length > 0)
    throw new Error(`${folder} has no ${gone.join(", ")}: correct the list of the longest`);
  return [...longest, ...files.filter((file) => !longest.includes(file))].map((file) =>
    path.join(folder, file),
  );
}

module.exports = { longestFirst };
