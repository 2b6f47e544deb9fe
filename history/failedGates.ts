import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recordsFolder, type RecordedFailure } from "../gates/failureRecord";
import type { FailedGate } from "./quarantine";

/**
 * The gates of a stack that failed since a time, by the records that they left on this machine; `error` is no failure.
 * @param stack the stack's label, such as `shop/prod`
 * @param since ISO 8601, UTC, with milliseconds
 */
export function failedGatesSince(records: string, stack: string, since: string): FailedGate[] {
  const folder = recordsFolder(records, stack);
  const earliest = since.replace(/[-:]/g, "");
  return filesIn(folder)
    .filter((file) => file.endsWith(".json") && file >= earliest)
    .flatMap((file) => failedGate(join(folder, file)) ?? []);
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No gate has failed here yet.
    return [];
  }
}

function failedGate(file: string): FailedGate | undefined {
  try {
    const record = JSON.parse(readFileSync(file, "utf8")) as Partial<RecordedFailure>;
    const { kind, outcome, release, endedAt } = record;
    return kind !== "hook" && outcome === "failed" && release !== undefined && endedAt !== undefined
      ? { release, endedAt }
      : undefined;
  } catch {
    // A record that can't be read is no evidence of anything.
    return undefined;
  }
}
