import type { StackState } from "./stackState";

/** What the state holds of the last run of migrations. */
export interface RecordedSchema {
  /** The head that it was run for. */
  head: string;
  /** Versions that were applied after it, oldest first. */
  applied: readonly string[];
}

/** The one input of the schema that moves: an environment variable, since a trigger would replace instead of update. */
export const headVariable = "KNOWNGOOD_SCHEMA_HEAD";

/** Finds the schema in the stack's state; undefined before the first migration. */
export function recordedSchema(state: StackState): RecordedSchema | undefined {
  for (const { inputs, outputs } of state.resources) {
    const head = (inputs?.environment as Record<string, unknown> | undefined)?.[headVariable];
    if (typeof head !== "string") continue;
    const applied = appliedIn(outputs?.stdout);
    if (applied !== undefined) return { head, applied };
  }
  return undefined;
}

function appliedIn(stdout: unknown): string[] | undefined {
  if (typeof stdout !== "string") return undefined;
  try {
    const { applied } = JSON.parse(stdout) as { applied?: unknown };
    return Array.isArray(applied) ? applied.filter((version) => typeof version === "string") : undefined;
  } catch {
    return undefined;
  }
}
