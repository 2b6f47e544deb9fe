import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { isAlive } from "./liveProcess";

/** Milliseconds to wait for another process that is appending; it needs a few. */
const longestWait = 3_000;
/** Milliseconds after which a lock of another machine's process is nobody's any more. */
const lockLife = 2_000;
const pieceBytes = 64 * 1024;

/**
 * Appends a line to a file that other processes append to as well, whole or not at all, without letting go of the
 * thread: it is called when the process ends. What a process that was killed has left of a line is taken away first.
 * @param unless a text; the line is left out where the file has it already
 * @throws what the file system says; the file is as it was then
 */
export function appendLine(file: string, line: string, unless?: string): void {
  mkdirSync(dirname(file), { recursive: true });
  withLock(`${file}.lock`, () => {
    const handle = openSync(file, "a+", 0o600);
    try {
      const size = wholeLines(handle);
      if (unless !== undefined && readFileSync(file, "utf8").includes(unless)) return;
      append(handle, size, Buffer.from(`${line}\n`, "utf8"));
    } finally {
      closeSync(handle);
    }
  });
}

function append(handle: number, size: number, bytes: Buffer): void {
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
    fsyncSync(handle);
  } catch (error) {
    ftruncateSync(handle, size);
    throw error;
  }
}

/** Cuts off what stands after the last line's end. @returns the size in bytes from then on */
function wholeLines(handle: number): number {
  const { size } = fstatSync(handle);
  const piece = Buffer.alloc(pieceBytes);
  for (let end = size; end > 0;) {
    const begin = Math.max(0, end - pieceBytes);
    const read = readSync(handle, piece, 0, end - begin, begin);
    const lineEnd = piece.subarray(0, read).lastIndexOf(0x0a);
    if (lineEnd >= 0) return cut(handle, size, begin + lineEnd + 1);
    end = begin;
  }
  return cut(handle, size, 0);
}

function cut(handle: number, from: number, to: number): number {
  if (to < from) ftruncateSync(handle, to);
  return to;
}

/** Node has no lock of the operating system's, which would end with its process; so one that is old is broken. */
function withLock(lock: string, work: () => void): void {
  const deadline = Date.now() + longestWait;
  while (!taken(lock)) {
    if (Date.now() > deadline) throw new Error(`another process holds ${lock}: remove it if there is none`);
    breakIfOld(lock);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function taken(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid} ${hostname()}`, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function breakIfOld(lock: string): void {
  try {
    const [pid, host] = readFileSync(lock, "utf8").split(" ");
    const old = Date.now() - statSync(lock).mtimeMs > lockLife;
    if (host === hostname() ? isAlive(Number(pid)) : !old) return;
    // A name of its own first: of several that see it, one takes it away.
    const broken = `${lock}.${process.pid}`;
    renameSync(lock, broken);
    rmSync(broken, { force: true });
  } catch {
    // Somebody else has taken it away.
  }
}
