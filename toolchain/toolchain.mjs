// @ts-check
// The order of a set-up: what the machine has is used, what it lacks is downloaded or built.

import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { cacheFor, withLock } from "./cache.mjs";
import { build, fetchModules, findOnPath, goProblem, isExecutable } from "./goBuild.mjs";
import { installNodePackages, linkOwnCommand, nodePackagesMatch } from "./nodePackages.mjs";
import { commandLine, contentHash, isAtLeast, oldestPulumi, plugins } from "./programs.mjs";
import { download, downloadsWork, install, isInstalled } from "./pulumiPlugins.mjs";
import { runProgram, ToolchainError } from "./steps.mjs";

/**
 * @typedef {object} Pulumi
 * @property {string} program path of the CLI
 * @property {string} home PULUMI_HOME
 * @property {Record<string, string>} env what callers set to use it
 * @property {string} describe
 */

/**
 * @typedef {object} Context
 * @property {string} root folder of the repository
 * @property {NodeJS.ProcessEnv} environment
 * @property {(line: string) => void} say
 * @property {import("./cache.mjs").Cache} cache
 */

/**
 * Makes Node packages, the Pulumi CLI, its Node language host and its plugins available. With everything there it takes
 * well under a second, prints one line and changes nothing.
 * @param {object} options
 * @param {(line: string) => void} options.say
 * @param {string} [options.root] folder of the repository
 * @param {NodeJS.ProcessEnv} [options.environment] default: this process's
 * @returns {Promise<{ env: Record<string, string> }>} what to set in the environment of programs that use Pulumi
 * @throws {ToolchainError} when something is missing that can neither be downloaded nor built
 */
export async function setUp({ say, root = dirname(import.meta.dirname), environment = process.env }) {
  const start = performance.now();
  /** @type {Context} */
  const context = { root, environment, say, cache: cacheFor(environment, contentHash(root)) };
  const found = await findPulumi(context);
  const ready = found !== undefined && nodePackagesMatch(root) && missingPlugins(context, found).length === 0;
  const pulumi = ready ? found : await withLock(context.cache.lock, say, () => provideAll(context));
  linkOwnCommand(root);
  const installed = plugins(root).map(({ plugin, version }) => `${plugin} ${version}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  say(`Toolchain ready in ${seconds} s: Pulumi ${pulumi.describe}, plugins ${installed.join(", ")}.`);
  return { env: pulumi.env };
}

/** @param {Context} context */
async function provideAll(context) {
  const { root, environment, say } = context;
  if (!nodePackagesMatch(root)) await installNodePackages(root, environment, say);
  const pulumi = (await findPulumi(context)) ?? (await buildPulumi(context));
  await providePlugins(context, pulumi);
  return pulumi;
}

/**
 * The machine's own CLI if it suffices, else the one that was built before.
 * @param {Context} context
 * @returns {Promise<Pulumi | undefined>}
 */
async function findPulumi(context) {
  const { environment, cache } = context;
  const isOurs = (/** @type {string} */ folder) => folder.startsWith(cache.root);
  const program = findOnPath("pulumi", environment, isOurs);
  if (program !== undefined) {
    const version = await versionOf(program, environment);
    const besideIt = join(dirname(program), "pulumi-language-nodejs");
    const host =
      findOnPath("pulumi-language-nodejs", environment, isOurs) ?? (isExecutable(besideIt) && besideIt);
    if (isAtLeast(version, oldestPulumi) && host) {
      const home = environment["PULUMI_HOME"] || join(environment["HOME"] || homedir(), ".pulumi");
      return {
        program,
        home,
        env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
        describe: `${version} (${program})`,
      };
    }
  }
  return commandLine.every(({ name }) => isExecutable(join(cache.bin, name)))
    ? builtPulumi(context)
    : undefined;
}

/**
 * @param {string} program
 * @param {NodeJS.ProcessEnv} environment
 */
async function versionOf(program, environment) {
  const env = { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { code, stdout } = await runProgram(program, ["version"], { env, timeout: 10_000 });
  return code === 0 ? stdout.trim().replace(/^v/, "") : "0";
}

/**
 * The built CLI with a home of its own: the user's one is left alone.
 * @param {Context} context
 * @returns {Pulumi}
 */
function builtPulumi({ environment, cache }) {
  const others = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== cache.bin);
  const program = join(cache.bin, "pulumi");
  const version = commandLine.find(({ name }) => name === "pulumi")?.version.slice(1);
  return {
    program,
    home: cache.home,
    env: {
      PATH: [cache.bin, ...others].join(delimiter),
      PULUMI_HOME: cache.home,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    },
    describe: `${version} (built)`,
  };
}

/** @param {Context} context */
async function buildPulumi(context) {
  const { root, environment, say, cache } = context;
  const problem = await goProblem(root, environment);
  if (problem !== undefined) {
    throw new ToolchainError(
      `There is no Pulumi ${oldestPulumi} or newer with its Node language host on the PATH, and it cannot be built: ` +
        `${problem.problem}. Do one of these and run the same command again:\n` +
        `  - install Pulumi by its own installer: https://www.pulumi.com/docs/install/\n` +
        goWayOut(problem.needed),
    );
  }
  say(`No Pulumi ${oldestPulumi} or newer on the PATH: building it, once, into ${dirname(cache.bin)}.`);
  const fetched = fetchModules(root, "plugins", ["no_compose"], environment);
  for (const program of commandLine) await build({ root, program, folder: cache.bin, environment, say });
  await fetched;
  return builtPulumi(context);
}

/**
 * @param {Context} context
 * @param {Pulumi} pulumi
 */
async function providePlugins(context, pulumi) {
  const { root, say, cache } = context;
  const [first, ...others] = missingPlugins(context, pulumi);
  if (first === undefined) return;
  const environment = { ...context.environment, ...pulumi.env };
  const options = { pulumi: pulumi.program, environment, say };
  let downloads = await downloadsWork(first, environment);
  let checkedGo = false;
  for (const plugin of [first, ...others]) {
    downloads = downloads && (await download(plugin, options));
    if (downloads) continue;
    const problem = checkedGo ? undefined : await goProblem(root, environment);
    if (problem !== undefined) {
      throw new ToolchainError(
        `The Pulumi plugin ${plugin.plugin} ${plugin.version} is missing, cannot be downloaded and cannot be built: ` +
          `${problem.problem}. Do one of these and run the same command again:\n` +
          `  - let Pulumi download it: pulumi plugin install resource ${plugin.plugin} ${plugin.version}\n` +
          goWayOut(problem.needed),
      );
    }
    checkedGo = true;
    const binary = await build({ root, program: plugin, folder: cache.built, environment, say });
    await install(plugin, binary, options);
  }
}

/**
 * @param {Context} context
 * @param {Pulumi} pulumi
 */
function missingPlugins({ root }, pulumi) {
  return plugins(root).filter((plugin) => !isInstalled(pulumi.home, plugin));
}

/** @param {string} needed */
function goWayOut(needed) {
  return `  - install Go ${needed} or newer: https://go.dev/dl/, or the package golang-go where it is new enough`;
}
