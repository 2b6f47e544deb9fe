// @ts-check
// Builds programs from their pinned Go modules. Go checks every module against the checksums in go.sum.

import { accessSync, constants, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { isAlive } from "./cache.mjs";
import { isAtLeast } from "./programs.mjs";
import { lastLines, runProgram, step, ToolchainError } from "./steps.mjs";

/** @typedef {import("./programs.mjs").Program} Program */

/**
 * Builds a program into a folder, unless it is there. A build that is interrupted leaves nothing that looks finished,
 * and what Go had compiled stays in Go's own cache.
 * @param {object} options
 * @param {string} options.root folder of the repository
 * @param {Program} options.program
 * @param {string} options.folder
 * @param {NodeJS.ProcessEnv} options.environment
 * @param {(line: string) => void} options.say
 * @returns {Promise<string>} path of the binary
 */
export async function build({ root, program, folder, environment, say }) {
  const binary = join(folder, program.name);
  if (isExecutable(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  removeLeftovers(folder);
  const unfinished = join(folder, `${program.name}.${process.pid}.unfinished`);
  await step(say, `Building ${program.name} ${program.version}`, program.usually, async () => {
    const args = ["build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-o", unfinished];
    if (program.tags.length > 0) args.push("-tags", program.tags.join(","));
    args.push("-ldflags", `-s -w -X ${program.versionVariable}=${program.version}`, program.package);
    const { code, stderr } = await runProgram("go", args, {
      cwd: join(root, "toolchain", program.module),
      env: goEnvironment(environment),
    });
    if (code !== 0) {
      rmSync(unfinished, { force: true });
      throw new ToolchainError(
        `Building ${program.name} failed:\n${lastLines(stderr)}\nRun the same command again to go on.`,
      );
    }
    renameSync(unfinished, binary);
  });
  return binary;
}

/**
 * Downloads what the builds of a module will need, while another build keeps the processors busy. A failure is left
 * to the build to tell.
 * @param {string} root folder of the repository
 * @param {string} module
 * @param {string[]} tags
 * @param {NodeJS.ProcessEnv} environment
 */
export async function fetchModules(root, module, tags, environment) {
  const args = ["list", "-mod=readonly", "-deps", "-tags", tags.join(","), "./..."];
  await runProgram("go", args, { cwd: join(root, "toolchain", module), env: goEnvironment(environment) });
}

/**
 * Why nothing can be built here: what is wrong with Go, and which version is needed. Undefined when it can.
 * @param {string} root folder of the repository
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<{ problem: string, needed: string } | undefined>}
 */
export async function goProblem(root, environment) {
  const folder = join(root, "toolchain", "pulumi");
  const needed = /^go (\S+)$/m.exec(readFileSync(join(folder, "go.mod"), "utf8"))?.[1] ?? "";
  if (findOnPath("go", environment) === undefined) return { problem: "Go is missing", needed };
  // Within the module's folder Go itself switches to a newer toolchain where it may.
  const { code, stdout, stderr } = await runProgram("go", ["env", "GOVERSION"], {
    cwd: folder,
    env: goEnvironment(environment),
  });
  const found = stdout.trim();
  if (code === 0 && isAtLeast(found, needed)) return undefined;
  return { problem: `Go does not suffice (${found || lastLines(stderr).trim()})`, needed };
}

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} environment
 * @param {(folder: string) => boolean} [leaveOut] folders of the PATH not to look in
 * @returns {string | undefined} absolute path of the first executable of that name
 */
export function findOnPath(name, environment, leaveOut = () => false) {
  return (environment["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !leaveOut(folder))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
function goEnvironment(environment) {
  return {
    ...environment,
    // No C compiler is needed, and settings made for the user's own modules do not count here.
    CGO_ENABLED: "0",
    GOWORK: "off",
    GOFLAGS: "",
    // The compiler spends less time on collecting garbage; measured on two cores.
    GOGC: environment["GOGC"] ?? "400",
  };
}

/**
 * Removes what killed set-ups left; another one that is alive keeps its own.
 * @param {string} folder
 */
function removeLeftovers(folder) {
  for (const name of readdirSync(folder)) {
    const pid = /\.(\d+)\.unfinished$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}
