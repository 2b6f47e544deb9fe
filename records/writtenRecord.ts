import { join } from "node:path";
import type { Settings } from "../settings/settings";
import { appendLine } from "./appendLine";
import { forgetBegun } from "./begunUpdates";
import { recordOf } from "./ending";
import { failedGates } from "./failedGates";
import type { BegunUpdate, ReleaseRecord } from "./releaseRecord";

/** Where records go. */
export interface RecordPlace {
  /** Folder of all that is kept. */
  folder: string;
  /** File to which a line is appended. */
  file: string;
}

/** The file of records that has no setting of its own. */
const fileName = "records.jsonl";

/** Where the records of a stack go, by its settings. */
export function recordPlace({
  record: { folder, file },
}: {
  record: Pick<Settings["record"], "folder" | "file">;
}): RecordPlace {
  return { folder, file: file ?? join(folder, fileName) };
}

/** The gates of an `up` that did not pass, by their own records. */
export function gatesOf({ stack, to, startedAt }: BegunUpdate, folder: string) {
  return failedGates(folder, { stack, release: to.tag, since: startedAt });
}

/**
 * The record of an `up` that nobody saw the end of.
 * @param folder of records
 */
export function foundRecord(begun: BegunUpdate, folder: string): ReleaseRecord {
  return recordOf(begun, { told: false, at: new Date(), failedGates: gatesOf(begun, folder) });
}

/** Writes a record, once. @returns why it could not be written; undefined when it was */
export function keep(record: ReleaseRecord, { folder, file }: RecordPlace): string | undefined {
  try {
    appendLine(file, JSON.stringify(record), `"id":"${record.id}"`);
    forgetBegun(folder, record.id);
    return undefined;
  } catch (error) {
    return `The record of an \`up\` could not be written to ${file}: ${(error as Error).message}`;
  }
}
