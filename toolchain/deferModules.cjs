// @ts-check
// Pulumi's SDK loads the TypeScript compiler and npm's dependency resolver whenever it is loaded, half a second of every
// preview, for turning functions into resources of their own. This program has no such functions, so each of the two is
// loaded only once something is asked of it: `node --require ./toolchain/deferModules.cjs`.

const Module = require("node:module");

const deferred = new Set(["../../typescript-shim", "@npmcli/arborist"]);
const asking = /[/\\]@pulumi[/\\]pulumi[/\\]runtime[/\\]closure[/\\]/;

/** @typedef {(request: string, parent: { filename?: string } | undefined, isMain: boolean) => unknown} Load */
const loader = /** @type {{ _load: Load }} */ (/** @type {unknown} */ (Module));
const load = loader._load.bind(loader);

loader._load = (/** @type {Parameters<Load>} */ ...[request, parent, isMain]) => {
  const now = () => load(request, parent, isMain);
  return deferred.has(request) && asking.test(parent?.filename ?? "") ? onceAsked(now) : now();
};

/**
 * @param {() => unknown} now
 * @returns {unknown} stands for the module, and loads it with the first property that is read
 */
function onceAsked(now) {
  /** @type {object | undefined} */
  let found;
  const real = () => (found ??= /** @type {object} */ (now()));
  return new Proxy(
    {},
    {
      // A module that calls itself an ES module is taken as it is; any other would be copied, and so loaded, at once.
      get: (_target, key) => key === "__esModule" || /** @type {unknown} */ (Reflect.get(real(), key)),
      has: (_target, key) => Reflect.has(real(), key),
    },
  );
}
