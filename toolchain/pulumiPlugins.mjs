// @ts-check
// Installs Pulumi's resource plugins: downloaded where that is possible, else built.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isExecutable } from "./goBuild.mjs";
import { lastLines, runProgram, step, ToolchainError } from "./steps.mjs";

/** @typedef {import("./programs.mjs").Plugin} Plugin */

const probeLimit = 3_000;
const downloadLimit = 300_000;

/**
 * @param {string} home PULUMI_HOME
 * @param {Plugin} plugin
 * @returns {boolean} whether exactly this version is installed, completely
 */
export function isInstalled(home, plugin) {
  const folder = join(home, "plugins", `resource-${plugin.plugin}-v${plugin.version}`);
  return isExecutable(join(folder, plugin.name)) && !existsSync(`${folder}.partial`);
}

/**
 * Asks once whether Pulumi's download site can be reached, for at most three seconds. A proxy cannot be asked that
 * way: there the first download is the probe. KNOWNGOOD_DOWNLOADS=off says no without asking.
 * @param {Plugin} plugin one that is to be downloaded
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<boolean>}
 */
export async function downloadsWork(plugin, environment) {
  if (environment["KNOWNGOOD_DOWNLOADS"] === "off") return false;
  if (environment["HTTPS_PROXY"] || environment["https_proxy"]) return true;
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const processor = process.arch === "x64" ? "amd64" : process.arch;
  const archive = `${plugin.name}-v${plugin.version}-${platform}-${processor}.tar.gz`;
  try {
    const answer = await fetch(`https://get.pulumi.com/releases/plugins/${archive}`, {
      method: "HEAD",
      signal: AbortSignal.timeout(probeLimit),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

/**
 * @param {Plugin} plugin
 * @param {{ pulumi: string, environment: NodeJS.ProcessEnv, say: (line: string) => void }} options environment with PULUMI_HOME
 * @returns {Promise<boolean>} false when it could not be downloaded, which has been said
 */
export async function download(plugin, { pulumi, environment, say }) {
  const what = `Downloading the Pulumi plugin ${plugin.plugin} ${plugin.version}`;
  return await step(say, what, "10 s", async () => {
    const args = ["plugin", "install", "resource", plugin.plugin, plugin.version];
    const { code, stderr } = await runProgram(pulumi, args, { env: environment, timeout: downloadLimit });
    if (code !== 0) say(`It cannot be downloaded:\n${lastLines(stderr)}`);
    return code === 0;
  });
}

/**
 * Puts a built plugin in its place; the built file is of no use afterwards.
 * @param {Plugin} plugin
 * @param {string} binary
 * @param {{ pulumi: string, environment: NodeJS.ProcessEnv }} options environment with PULUMI_HOME
 */
export async function install(plugin, binary, { pulumi, environment }) {
  const args = [
    "plugin",
    "install",
    "resource",
    plugin.plugin,
    plugin.version,
    "--reinstall",
    "--file",
    binary,
  ];
  const { code, stderr } = await runProgram(pulumi, args, { env: environment });
  if (code !== 0)
    throw new ToolchainError(`Installing the Pulumi plugin ${plugin.plugin} failed:\n${lastLines(stderr)}`);
  rmSync(binary, { force: true });
}
