import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HealthCourse } from "./health";
import type { ReportedAttempt } from "./healthReport";
import { isoTime, ownWords, reportedAttempts } from "./healthReport";
import type { ContainerState } from "./engine";
import type { HealthRequest } from "./healthRequest";
import type { Redact } from "./redaction";
import { redactDeep } from "./redaction";

/** What a gate that did not pass leaves behind. */
export interface FailureRecord {
  kind: "health";
  outcome: "failed" | "error";
  stack: string;
  service: string;
  release: string;
  digest: string;
  startedAt: string;
  endedAt: string;
  /** The first 20 and the last 20. */
  attempts: ReportedAttempt[];
  attemptsMade: number;
  /** The container's last log lines; empty where they were not to be had. */
  logs: string[];
  /** The container as it was seen last; null where none was. */
  container: ContainerState | null;
}

/**
 * @param began milliseconds since 1970 at which the gate began
 * @param logs the container's last log lines, already without secrets
 */
export function failureRecord(
  request: HealthRequest,
  course: HealthCourse & Pick<FailureRecord, "outcome">,
  began: number,
  logs: string[],
  redact: Redact,
): FailureRecord {
  const record: FailureRecord = {
    kind: "health",
    outcome: course.outcome,
    stack: request.stack,
    service: request.service,
    release: request.release,
    digest: request.digest,
    startedAt: isoTime(began),
    endedAt: isoTime(began + course.seconds * 1000),
    attempts: reportedAttempts(course.attempts),
    attemptsMade: course.attempts.length,
    logs,
    container: course.container ?? null,
  };
  return redactDeep(record, redact, ownWords);
}

/**
 * Where a record is written: `<records>/<stack, / as ->/<time>-health-<service>.json`. The time is ISO 8601 in its
 * basic form, since the colons of the other are not allowed in file names everywhere.
 */
export function recordFile(folder: string, record: FailureRecord): string {
  const time = record.endedAt.replace(/[-:]/g, "");
  return join(folder, fileName(record.stack), `${time}-health-${fileName(record.service)}.json`);
}

/** Writes a record whole or not at all, and returns its file. @throws what the file system says */
export function writeFailureRecord(folder: string, record: FailureRecord): string {
  const file = recordFile(folder, record);
  mkdirSync(join(file, ".."), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(unfinished, file);
  return file;
}

function fileName(name: string): string {
  return name.replace(/[^\w.-]/g, "-").replace(/^\.+/, "-");
}
