import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recordsFolder } from "../gates/failureRecord";
import type { RecordedGate } from "./releaseRecord";

/**
 * The gates of a release that did not pass since a time, by the records that they have written on this machine.
 * @param since ISO 8601, UTC, with milliseconds
 */
export function failedGates(
  records: string,
  { stack, release, since }: { stack: string; release: string | undefined; since: string },
): RecordedGate[] {
  const folder = recordsFolder(records, stack);
  // Their names begin with the time, in ISO 8601's basic form.
  const earliest = since.replace(/[-:]/g, "");
  return filesIn(folder)
    .filter((file) => file >= earliest)
    .flatMap((file) => failedGate(join(folder, file), release) ?? []);
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .sort();
  } catch {
    // No gate has failed here yet.
    return [];
  }
}

function failedGate(file: string, release: string | undefined): RecordedGate | undefined {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { outcome, startedAt, endedAt, attemptsMade, kind } = record;
  const name = record.service ?? record.name;
  if (outcome !== "failed" && outcome !== "error") return undefined;
  if (record.release !== release || typeof name !== "string") return undefined;
  if (typeof startedAt !== "string" || typeof endedAt !== "string") return undefined;
  return {
    name: typeof kind === "string" ? `${name} ${kind}` : name,
    outcome,
    startedAt,
    endedAt,
    ...(typeof attemptsMade === "number" && { attemptsMade }),
    record: file,
  };
}
