// @ts-check
// PGlite in a thread of its own: a statement that never ends, or a crash, ends with the thread. Speaks PostgreSQL's
// protocol in messages of bytes. CommonJS, since a thread starts before TypeScript can be loaded.

const threads = require("node:worker_threads");
const { PGlite } = require("@electric-sql/pglite");

/**
 * @typedef {import("@electric-sql/pglite").Extensions} Extensions
 * @typedef {{ folder: string, program: WebAssembly.Module, extensions: readonly string[] }} Request
 */

async function serve() {
  const port = threads.parentPort;
  if (port === null || !isRequest(threads.workerData))
    throw new Error("embeddedWorker.cjs runs as a thread only");
  const { folder, program, extensions } = threads.workerData;
  const database = await PGlite.create({
    dataDir: folder,
    pgliteWasmModule: program,
    extensions: await loaded(extensions),
  });
  port.on("message", (/** @type {Uint8Array} */ bytes) => {
    void database.execProtocolRaw(bytes, { syncToFs: false }).then((reply) => port.postMessage(reply));
  });
  port.postMessage("ready");
}

/**
 * @param {unknown} data
 * @returns {data is Request}
 */
function isRequest(data) {
  return typeof data === "object" && data !== null && "folder" in data;
}

/**
 * @param {readonly string[]} modules
 * @returns {Promise<Extensions>}
 */
async function loaded(modules) {
  /** @type {Extensions} */
  const extensions = {};
  for (const name of modules) {
    /** @type {unknown} */
    const contents = await import(`@electric-sql/pglite/contrib/${name}`);
    if (isModule(contents)) Object.assign(extensions, { [name]: contents[name] });
  }
  return extensions;
}

/**
 * @param {unknown} contents
 * @returns {contents is Extensions}
 */
function isModule(contents) {
  return typeof contents === "object" && contents !== null;
}

void serve();
