import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../files/writeWhole.cjs";
import type { HealthCourse } from "./health";
import type { ReportedAttempt } from "./healthReport";
import { isoTime, ownWords, reportedAttempts } from "./healthReport";
import type { ContainerState } from "./engine";
import type { HealthRequest } from "./healthRequest";
import type { Redact } from "./redaction";
import { redactDeep } from "./redaction";

/** What every gate and hook that did not pass leaves behind. */
export interface RecordedFailure {
  kind: "health" | "command" | "hook" | "errorRate";
  outcome: "failed" | "error" | "inconclusive";
  stack: string;
  release: string;
  startedAt: string;
  endedAt: string;
}

/** What a health gate that did not pass leaves behind. */
export interface FailureRecord extends RecordedFailure {
  kind: "health";
  outcome: "failed" | "error";
  service: string;
  digest: string;
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

/** The folder of a stack's records: `<records>/<stack, / as ->`. */
export function recordsFolder(folder: string, stack: string): string {
  return join(folder, fileName(stack));
}

/**
 * Where a record is written: `<records>/<stack, / as ->/<time>-<kind>-<subject>.json`. The time is ISO 8601 in its
 * basic form, since the colons of the other are not allowed in file names everywhere.
 * @param subject the service, the gate or the hook that it is of
 */
export function recordFile(
  folder: string,
  { stack, kind, endedAt }: RecordedFailure,
  subject: string,
): string {
  const time = endedAt.replace(/[-:]/g, "");
  return join(recordsFolder(folder, stack), `${time}-${kind}-${fileName(subject)}.json`);
}

/** What became of a record: its file, or why it was not written. */
export type Written = { file: string } | { problem: string };

/** Writes a record whole or not at all; never throws, since what it tells of must be told all the same. */
export function writeFailureRecord(folder: string, record: RecordedFailure, subject: string): Written {
  const file = recordFile(folder, record, subject);
  try {
    mkdirSync(join(file, ".."), { recursive: true });
    writeWhole(file, `${JSON.stringify(record, null, 2)}\n`);
    return { file };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** Where the record is, or why there is none, in a line. */
export function recordLine(written: Written): string {
  return "file" in written
    ? `Record: ${written.file}`
    : `The record could not be written: ${written.problem}`;
}

/** A name as a part of a file's name. */
export function fileName(name: string): string {
  return name.replace(/[^\w.-]/g, "-").replace(/^\.+/, "-");
}
