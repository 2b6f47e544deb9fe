import type { Baseline } from "../gates/errorRateRequest";
import type { StackState } from "./stackState";

export const baselineType = "knowngood:index:ErrorRateBaseline";

/** What the state holds of the error rate's baseline. */
export interface RecordedBaseline {
  /** Counts how often one was to be taken. */
  generation: number;
  /** Undefined where the run left nothing that can be read. */
  baseline: Baseline | undefined;
}

/** Finds the baseline in the stack's state; undefined before the first was declared. */
export function recordedBaseline(state: StackState): RecordedBaseline | undefined {
  const run = state.resources.find(
    ({ urn, type }) => type === "command:local:Command" && urn.includes(`${baselineType}$`),
  );
  if (run === undefined) return undefined;
  const generation = (run.inputs?.triggers as unknown[] | undefined)?.[0];
  return {
    generation: typeof generation === "number" ? generation : 0,
    baseline: baselineIn(run.outputs?.stdout),
  };
}

function baselineIn(stdout: unknown): Baseline | undefined {
  if (typeof stdout !== "string") return undefined;
  try {
    const value = JSON.parse(stdout) as Partial<Baseline> | null;
    return typeof value?.takenAt === "string" && value.ratio !== undefined ? (value as Baseline) : undefined;
  } catch {
    return undefined;
  }
}
