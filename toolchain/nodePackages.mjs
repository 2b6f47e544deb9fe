// @ts-check
// The Node packages that package-lock.json names, and the `knowngood` command of this clone.

import { chmodSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { firstLines, runProgram, step, ToolchainError } from "./steps.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockedPackage */

/**
 * Whether node_modules holds what package-lock.json asks for, as npm itself noted when it finished.
 * @param {string} root folder of the repository
 * @returns {boolean}
 */
export function nodePackagesMatch(root) {
  const wanted = lockedPackages(join(root, "package-lock.json"));
  const present = lockedPackages(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([path, locked]) => {
    if (path === "" || locked.link) return true;
    const installed = present[path];
    // npm leaves out optional packages of other platforms.
    if (installed === undefined) return locked.optional === true;
    return installed.version === locked.version && installed.integrity === locked.integrity;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined} undefined when the file cannot be read
 */
function lockedPackages(file) {
  try {
    /** @type {unknown} */
    const parsed = JSON.parse(readFileSync(file, "utf8"));
    return /** @type {{ packages: Record<string, LockedPackage> }} */ (parsed).packages;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} root folder of the repository
 * @param {NodeJS.ProcessEnv} environment
 * @param {(line: string) => void} say
 */
export async function installNodePackages(root, environment, say) {
  await step(say, "Installing Node packages (npm ci)", "20 s", async () => {
    const { code, stderr } = await runProgram("npm", ["ci", "--no-audit", "--no-fund"], {
      cwd: root,
      env: environment,
    });
    if (code !== 0) throw new ToolchainError(`npm ci failed:\n${firstLines(stderr)}`);
  });
}

/**
 * Makes `npx knowngood` work in the clone: npm links the commands of dependencies only, not the package's own.
 * @param {string} root folder of the repository
 */
export function linkOwnCommand(root) {
  const link = join(root, "node_modules", ".bin", "knowngood");
  const command = join(root, "cli", "knowngood.cjs");
  const target = relative(dirname(link), command);
  if (linkTarget(link) !== target) {
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(target, link);
  }
  const mode = lstatSync(command, { throwIfNoEntry: false })?.mode;
  if (mode !== undefined && (mode & 0o111) === 0) chmodSync(command, 0o755);
}

/** @param {string} link */
function linkTarget(link) {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
