import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recordsFolder } from "../gates/failureRecord";
import { errorRateName, type RecordedGate } from "./releaseRecord";

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
  const { outcome, startedAt, endedAt, attemptsMade } = record;
  const name = gateName(record);
  if (outcome !== "failed" && outcome !== "error" && outcome !== "inconclusive") return undefined;
  if (record.release !== release || name === undefined) return undefined;
  if (typeof startedAt !== "string" || typeof endedAt !== "string") return undefined;
  return {
    name,
    outcome,
    startedAt,
    endedAt,
    ...(typeof attemptsMade === "number" && { attemptsMade }),
    record: file,
  };
}

/** As the gate is called where it passes. */
function gateName({ kind, service, name = service }: Record<string, unknown>): string | undefined {
  if (kind === "errorRate") return errorRateName;
  if (typeof name !== "string") return undefined;
  return typeof kind === "string" ? `${name} ${kind}` : name;
}
