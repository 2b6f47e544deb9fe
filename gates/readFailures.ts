import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recordsFolder } from "./failureRecord";

/** A failure record as it was read: any version may have written it, so nothing in it is certain. */
export interface ReadFailure {
  file: string;
  record: Readonly<Record<string, unknown>>;
}

/**
 * The failure records that gates and hooks of a stack have written on this machine since a time, oldest first. One that
 * can't be read is no evidence of anything and is left out.
 * @param records the folder for records
 * @param stack the stack's label, such as `shop/prod`
 * @param since ISO 8601, UTC, with milliseconds
 */
export function failuresSince(records: string, stack: string, since: string): ReadFailure[] {
  const folder = recordsFolder(records, stack);
  // Their names begin with the time, in ISO 8601's basic form.
  const earliest = since.replace(/[-:]/g, "");
  return filesIn(folder)
    .filter((file) => file.endsWith(".json") && file >= earliest)
    .sort()
    .flatMap((file) => read(join(folder, file)) ?? []);
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No gate has failed here yet.
    return [];
  }
}

function read(file: string): ReadFailure | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof record === "object" && record !== null ? { file, record: { ...record } } : undefined;
  } catch {
    return undefined;
  }
}
