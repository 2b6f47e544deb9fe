import { renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Writes a file that others read meanwhile, for this user's eyes only: whole, or not at all.
 * @throws what the file system says; nothing unfinished is left then
 */
export function writeWhole(file: string, content: string): void {
  const unfinished = `${file}.${process.pid}`;
  try {
    writeFileSync(unfinished, content, { mode: 0o600 });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
