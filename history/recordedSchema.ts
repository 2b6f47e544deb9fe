import type { BackupReport } from "../backups/request";
import { identityIn, type DatabaseIdentity } from "../migrations/sameDatabase";
import type { StackState } from "./stackState";

/** What the state holds of the last run of migrations. */
export interface RecordedSchema {
  /** The head that it was run for. */
  head: string;
  /** Versions that were applied after it, oldest first. */
  applied: readonly string[];
  /** Which database it was run on; undefined where the run did not say. */
  database?: DatabaseIdentity;
  /** The newest backup that a run has told of; undefined before the first. */
  backup?: BackupReport;
  /** What the last step-down was called; undefined before the first. */
  stepDown?: string;
}

/** The one input of the schema that moves: an environment variable, since a trigger would replace instead of update. */
export const headVariable = "KNOWNGOOD_SCHEMA_HEAD";

/** Finds the schema in the stack's state; undefined before the first migration. */
export function recordedSchema(state: StackState): RecordedSchema | undefined {
  for (const { inputs, outputs } of state.resources) {
    const head = (inputs?.environment as Record<string, unknown> | undefined)?.[headVariable];
    if (typeof head !== "string") continue;
    const report = reportIn(outputs?.stdout);
    if (report === undefined) continue;
    const [stepDown] = Array.isArray(inputs?.triggers) ? (inputs.triggers as unknown[]) : [];
    return { head, ...report, ...(typeof stepDown === "string" && { stepDown }) };
  }
  return undefined;
}

function reportIn(stdout: unknown): Pick<RecordedSchema, "applied" | "database" | "backup"> | undefined {
  if (typeof stdout !== "string") return undefined;
  try {
    const { applied, database, backup } = JSON.parse(stdout) as Record<string, unknown>;
    if (!Array.isArray(applied)) return undefined;
    const versions = applied.filter((version) => typeof version === "string");
    const identity = identityIn(database);
    return {
      applied: versions,
      ...(identity && { database: identity }),
      ...(isBackup(backup) && { backup }),
    };
  } catch {
    return undefined;
  }
}

function isBackup(value: unknown): value is BackupReport {
  return typeof (value as Partial<BackupReport> | null | undefined)?.place === "string";
}

/**
 * What the next step-down is called: never as one before it, or the schema would not be replaced and the services not
 * stopped first. It is found from the state alone, so that a preview and its update agree.
 */
export function nextStepDown(version: string, recorded: RecordedSchema | undefined): string {
  const before = Number(/^step-down (\d+): /.exec(recorded?.stepDown ?? "")?.[1] ?? 0);
  return `step-down ${before + 1}: ${version}`;
}
