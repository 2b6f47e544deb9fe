// @ts-check
// CommonJS, since what loads TypeScript and what sets the toolchain up ask it, too.

const { homedir } = require("node:os");
const path = require("node:path");

/**
 * Folder of all that is kept between runs and can be made anew: `KNOWNGOOD_CACHE`, or `knowngood` below
 * `XDG_CACHE_HOME` or `~/.cache`. A variable that is empty counts as not set.
 * @param {NodeJS.ProcessEnv} [environment] default that of this process
 * @returns {string}
 */
function cacheRoot(environment = process.env) {
  const { KNOWNGOOD_CACHE, XDG_CACHE_HOME, HOME } = environment;
  return KNOWNGOOD_CACHE || path.join(XDG_CACHE_HOME || path.join(HOME || homedir(), ".cache"), "knowngood");
}

module.exports = { cacheRoot };
