// @ts-check
// CommonJS, since what loads TypeScript writes by it, too.

const { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const path = require("node:path");

/**
 * Writes a file that others read meanwhile: whole, or not at all.
 * @param {string} file in a folder that is there
 * @param {string | Uint8Array} content
 * @param {object} [options]
 * @param {boolean} [options.private] for this user's eyes only. Default false: as the process's umask says
 * @param {boolean} [options.lasting] waits until the disk has it, so that a power cut leaves no empty file. Default false
 * @returns {void}
 * @throws what the file system says; nothing unfinished is left then
 */
function writeWhole(file, content, { private: own = false, lasting = false } = {}) {
  // The dot keeps readers of the folder from taking a file that is being written.
  const unfinished = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`);
  try {
    const handle = openSync(unfinished, "w", own ? 0o600 : 0o666);
    try {
      writeFileSync(handle, content);
      if (lasting) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

module.exports = { writeWhole };
