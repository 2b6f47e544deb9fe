// @ts-check
// Translates TypeScript while Node loads it. A preview spends a good part of its time on loading modules, so only .ts
// files are looked at, each is translated once, and no source map is made for the stack that Pulumi takes of every
// resource.

const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync } = require("node:fs");
const path = require("node:path");
const pirates = require("pirates");
const { version } = require("esbuild/package.json");
const { cacheRoot } = require("../files/cacheRoot.cjs");
const { writeWhole } = require("../files/writeWhole.cjs");

const folder = path.join(cacheRoot(), "typescript");

/** Whether this process translates every .ts file already, by whichever copy of this package. */
const all = Symbol.for("knowngood.loadsTypescript");

/**
 * From now on, loads TypeScript.
 * @param {string} [within] the folder whose files are meant; by default every file
 */
function load(within) {
  const state = /** @type {Record<symbol, boolean>} */ (/** @type {unknown} */ (process));
  if (state[all]) return;
  if (within === undefined) state[all] = true;
  pirates.addHook((source, file) => translated(source, file), {
    exts: [".ts"],
    ignoreNodeModules: false,
    ...(within !== undefined && { matcher: (file) => file.startsWith(`${within}${path.sep}`) }),
  });
}

/**
 * @param {string} source
 * @param {string} file
 * @returns {string} JavaScript
 */
function translated(source, file) {
  const key = createHash("sha256").update(version).update(source).digest("hex").slice(0, 32);
  const kept = path.join(folder, `${key}.js`);
  try {
    return readFileSync(kept, "utf8");
  } catch {
    const script = translate(source, file);
    keep(kept, script);
    return script;
  }
}

/**
 * @param {string} source
 * @param {string} file
 */
function translate(source, file) {
  // Needed only for what was never seen before, and slow to load.
  /** @type {typeof import("esbuild")} */
  const esbuild = require("esbuild");
  return esbuild.transformSync(source, {
    loader: "ts",
    format: "cjs",
    target: "node20",
    platform: "node",
    supported: { "dynamic-import": false },
    sourcefile: file,
  }).code;
}

/**
 * Written whole or not at all, since other processes read it. Without a place to keep it, it is made anew each time.
 * @param {string} file
 * @param {string} script
 */
function keep(file, script) {
  try {
    mkdirSync(folder, { recursive: true });
    writeWhole(file, script);
  } catch {
    return;
  }
}

module.exports = { load };
