#!/usr/bin/env node
// @ts-check
const path = require("node:path");

try {
  require("../toolchain/loadTypescript.cjs");

  const { main } = require("./main");
  void main(process.argv);
} catch (error) {
  const missing = missingPackage(error);
  if (missing === undefined) throw error;
  console.error(`error: The package ${missing} is not installed. To install all: ${installCommand()}`);
  process.exitCode = 4; // A broken environment, as in exitCodes.ts, which can't be loaded now.
}

/**
 * The name of the package that an error is about; undefined for any other error.
 * @param {unknown} error
 */
function missingPackage(error) {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "MODULE_NOT_FOUND") return undefined;
  // A file of our own that is missing is asked for by its path.
  return /^Cannot find module '([^./][^']*)'/.exec(error.message)?.[1];
}

/** In a clone the lock file says what belongs there; as another project's dependency that project knows. */
function installCommand() {
  const own = path.dirname(__dirname);
  const end = own.lastIndexOf(`${path.sep}node_modules${path.sep}`);
  return end === -1 ? `cd '${own}' && npm ci` : `cd '${own.slice(0, end)}' && npm install`;
}
