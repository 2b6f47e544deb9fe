import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { ReleaseRecord } from "./releaseRecord";

/** Bytes of the file's end that are read: some thousands of records. */
const mostBytes = 8 * 1024 * 1024;

/**
 * The newest records of a stack, oldest first; none where there is no file. A line that is no record is left out.
 * @throws what the file system says
 */
export function readRecords(file: string, stack: string): ReleaseRecord[] {
  return endOf(file)
    .split("\n")
    .flatMap((line) => recordIn(line) ?? [])
    .filter((record) => record.stack === stack);
}

function endOf(file: string): string {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
  try {
    const { size } = fstatSync(handle);
    const end = Buffer.alloc(Math.min(size, mostBytes));
    const read = readSync(handle, end, 0, end.length, size - end.length);
    const text = end.toString("utf8", 0, read);
    // The first line may have lost its beginning.
    return size > mostBytes ? text.slice(text.indexOf("\n") + 1) : text;
  } finally {
    closeSync(handle);
  }
}

function recordIn(line: string): ReleaseRecord | undefined {
  try {
    const record = JSON.parse(line) as Partial<ReleaseRecord> | null;
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Another version may have written it: what every version writes is asked for. */
function isRecord(record: Partial<ReleaseRecord> | null): record is ReleaseRecord {
  if (record === null || typeof record !== "object") return false;
  const { id, stack, direction, from, to, by, startedAt, endedAt, outcome, gates } = record;
  return (
    [id, stack, direction, startedAt, endedAt, outcome].every((text) => typeof text === "string") &&
    [from?.services, to?.services, by].every((part) => typeof part === "object" && part !== null) &&
    Array.isArray(gates)
  );
}
