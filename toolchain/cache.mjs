// @ts-check
// The folder outside the repository where built programs are kept, and the lock that lets one set-up work at a time.

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheRoot } from "../files/cacheRoot.cjs";

/**
 * @typedef {object} Cache
 * @property {string} root folder of all caches
 * @property {string} bin the CLI and the language host
 * @property {string} built plugins that are built but not yet installed
 * @property {string} home PULUMI_HOME of the CLI in bin
 * @property {string} lock
 */

/**
 * @param {NodeJS.ProcessEnv} environment KNOWNGOOD_CACHE names the folder; default `knowngood` in the user's cache
 * @param {string} hash
 * @returns {Cache}
 */
export function cacheFor(environment, hash) {
  const root = cacheRoot(environment);
  const folder = join(root, hash);
  return {
    root,
    bin: join(folder, "bin"),
    built: join(folder, "built"),
    home: join(folder, "pulumi-home"),
    lock: join(root, "lock"),
  };
}

/**
 * Does `work` while no other set-up does; waits as long as another one is alive.
 * @template T
 * @param {string} file the lock
 * @param {(line: string) => void} say
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, say, work) {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!tryToLock(file)) {
    const holder = holderOf(file);
    if (holder !== undefined && !isAlive(holder)) {
      takeAway(file, holder);
      continue;
    }
    if (!told) say(`Another set-up is at work${holder ? ` (process ${holder})` : ""}: waiting for it.`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const release = () => {
    if (holderOf(file) === process.pid) rmSync(file, { force: true });
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    release();
    process.removeListener("exit", release);
  }
}

/** @param {string} file */
function tryToLock(file) {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    // Linking makes the lock appear together with its content.
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Removes a dead holder's lock, and never the one that somebody else took in between.
 * @param {string} file
 * @param {number} holder
 */
function takeAway(file, holder) {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    if (holderOf(aside) !== holder) linkSync(aside, file);
  } catch (error) {
    const code = codeOf(error);
    if (code !== "ENOENT" && code !== "EEXIST") throw error;
  }
  rmSync(aside, { force: true });
}

/**
 * @param {string} file
 * @returns {number | undefined} undefined when there is no lock
 */
function holderOf(file) {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}
