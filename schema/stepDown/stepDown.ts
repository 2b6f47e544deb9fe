/** What taking the newest migration back would come to. */
export const stepDownVerdicts = ["lossless", "lossy", "irreversible", "missing"] as const;

export type StepDownVerdict = (typeof stepDownVerdicts)[number];

/** What one down migration does, judged before it is run. */
export interface StepDown {
  version: string;
  name: string;
  verdict: StepDownVerdict;
  /** Data that it destroys; objects that hold none now are not among them. */
  losses: readonly Loss[];
  /** What is not as it was before the migration, though it is taken back; a sentence each. */
  stays: readonly string[];
  /** Why it is judged so, in a sentence. */
  reason: string;
  /** Whether it was tried on a scratch database, and every loss was counted in the live one. */
  confirmed: boolean;
  /** What the run holds it to; undefined where there is nothing to run. */
  checks?: StepDownChecks;
}

/** Data of one object that a step-down destroys. */
export interface Loss {
  /** As SQL names it and without the schema `public`. */
  object: string;
  /** Rows now, of a table. */
  rows?: number;
  /** Values now that are not NULL, of a column. */
  values?: number;
  /** Whether the count is the planner's estimate, since the table is large. */
  estimated: boolean;
  /** Why it could not be counted. */
  unconfirmed?: string;
}

/** What is looked at once more where the down is run, before it is committed. */
export interface StepDownChecks {
  /** Objects that held nothing when it was judged, so that nobody was asked to acknowledge their loss. */
  empty: readonly EmptyObject[];
  /** Changes that it made to the schema on scratch; undefined where it was not tried, and then none is held against it. */
  changes?: readonly string[];
}

/** An object whose data would be lost if it had any. */
export interface EmptyObject {
  object: string;
  /** Its table, quoted: locked while it is looked at. */
  relation: string;
  /** Gives one row with a number, `count`. */
  sql: string;
}
