import type { FlagReport } from "../gates/flagRequest";
import type { StackState } from "./stackState";

/** The environment variable by which the state tells which flag a command turned off. */
export const flagVariable = "KNOWNGOOD_FLAG";

/** A flag that was to be turned off here, as the stack's state remembers it. */
export interface RecordedFlag {
  flag: string;
  /** Counts how often it was to be turned off. */
  run: number;
  /** What the last time came to; undefined where it left nothing that can be read. */
  report: FlagReport | undefined;
}

/** The flags that were turned off, or to be turned off, for as long as nothing has gone forward to a release that needs them. */
export function recordedFlags({ resources }: StackState): RecordedFlag[] {
  return resources.flatMap(({ type, inputs, outputs }) => {
    if (type !== "command:local:Command") return [];
    const flag = (inputs?.environment as Record<string, unknown> | undefined)?.[flagVariable];
    if (typeof flag !== "string") return [];
    const run = (inputs?.triggers as unknown[] | undefined)?.[0];
    return [{ flag, run: typeof run === "number" ? run : 0, report: reportIn(outputs?.stdout) }];
  });
}

function reportIn(stdout: unknown): FlagReport | undefined {
  if (typeof stdout !== "string") return undefined;
  try {
    const report = JSON.parse(stdout) as Partial<FlagReport> | null;
    const known = report?.outcome === "off" || report?.outcome === "notOff";
    return known && typeof report.endedAt === "string" ? (report as FlagReport) : undefined;
  } catch {
    return undefined;
  }
}
