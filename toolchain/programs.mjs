// @ts-check
// What can be built from Go modules when nothing can be downloaded, with the versions that belong together.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Program
 * @property {string} name file name of the binary
 * @property {string} module folder of its Go module, below toolchain/
 * @property {string} package Go package to build
 * @property {string} versionVariable Go variable that takes the version when linking
 * @property {string} version
 * @property {string[]} tags Go build tags
 * @property {string} usually how long a build takes on two cores, for people
 */

/**
 * @typedef {Program & { plugin: string }} Plugin a program that Pulumi installs as the resource plugin `plugin`
 */

const sdkVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** The oldest `pulumi` that is used when the machine has one; older engines lack `replaceWith`. */
export const oldestPulumi = "3.248.0";

/** @type {Program} */
const languageHost = {
  name: "pulumi-language-nodejs-host",
  module: "language-nodejs",
  package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  versionVariable: sdkVersion,
  version: "v3.65.0",
  tags: [],
  usually: "20 s",
};

/**
 * What the CLI starts as the language host: it hands the project's options on to the real one.
 * @type {Program}
 */
const languageHostLauncher = {
  ...languageHost,
  name: "pulumi-language-nodejs",
  package: "./launcher",
  usually: "2 s",
};

/** @type {Program} */
const pulumi = {
  name: "pulumi",
  module: "pulumi",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  versionVariable: sdkVersion,
  version: "v3.259.0",
  tags: [],
  usually: "4 min",
};

/** The CLI and its language host: one is of no use without the other. The short build comes first. */
export const commandLine = [languageHost, languageHostLauncher, pulumi];

/**
 * The resource plugins, in the versions of the npm packages that talk to them.
 * @param {string} root folder of the repository
 * @returns {Plugin[]}
 */
export function plugins(root) {
  /** @type {unknown} */
  const parsed = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const manifest = /** @type {{ dependencies: Record<string, string> }} */ (parsed);
  return [
    plugin("command", "20 s", []),
    // The Compose resource is not used, and leaving it out halves the build.
    plugin("docker", "2 min", ["no_compose"]),
    plugin("github", "1 min", []),
  ];

  /**
   * @param {string} name
   * @param {string} usually
   * @param {string[]} tags
   * @returns {Plugin}
   */
  function plugin(name, usually, tags) {
    const version = manifest.dependencies[`@pulumi/${name}`];
    if (version === undefined) throw new Error(`package.json: dependencies lack @pulumi/${name}`);
    return {
      plugin: name,
      name: `pulumi-resource-${name}`,
      module: "plugins",
      package: `./${name}`,
      versionVariable: "main.version",
      version,
      tags,
      usually,
    };
  }
}

/**
 * A short hash of all that a build depends on: same hash, same programs.
 * @param {string} root folder of the repository
 * @returns {string}
 */
export function contentHash(root) {
  const hash = createHash("sha256");
  hash.update(`${process.platform}-${process.arch}\n`);
  const withoutDuration = [...commandLine, ...plugins(root)].map((program) => ({ ...program, usually: "" }));
  hash.update(JSON.stringify(withoutDuration));
  for (const module of ["language-nodejs", "plugins", "pulumi"]) {
    for (const file of filesBelow(join(root, "toolchain", module))) {
      hash.update(`\n${module}/${file}\n`);
      hash.update(readFileSync(join(root, "toolchain", module, file)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/**
 * @param {string} folder
 * @returns {string[]} paths relative to folder, in a fixed order
 */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/**
 * Whether `version` is `oldest` or newer, by its numbers; anything after them (`-dev`, `+build`) is ignored.
 * @param {string} version
 * @param {string} oldest
 * @returns {boolean}
 */
export function isAtLeast(version, oldest) {
  const [found, wanted] = [numbers(version), numbers(oldest)];
  for (let place = 0; place < 3; place++) {
    const difference = (found[place] ?? 0) - (wanted[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** @param {string} version */
function numbers(version) {
  return (/\d+(\.\d+)*/.exec(version)?.[0] ?? "0").split(".").map(Number);
}
