import type { ObjectName } from "../../objectName";

/** What a statement does, as findings say it. */
export type Deed = "select" | "insert" | "update" | "delete" | "call" | "number" | "edge";

/** A statement that old code could have written. */
export interface Trial {
  /** Trials of one group are ways to do the same; it still works while one of those that worked before does. */
  group: string;
  deed: Deed;
  object: ObjectName;
  /** The relation, by oid, that it is about; undefined for a routine or a sequence. */
  relation?: number;
  /** What it belongs to, whose own finding says enough. */
  within?: ObjectName;
  /** Whether the statement is ordinary; an edge statement else. */
  ordinary: boolean;
  /** The role that it runs as; the owner else. */
  role?: string;
  /** One after the other; the last one counts its rows, and its first column is the answer. */
  steps: readonly string[];
  /** What is done first and is none of old code's doing. */
  prepare?: string;
  /** A query whose one value is true once what was written can be seen; and what it needs to know from before. */
  effect?: { first?: string; then: string } | undefined;
  /** Whether a different answer matters. @default false */
  answers?: boolean;
}

export interface TrialOutcome {
  /** The server's message; undefined where it ran. */
  failure?: string;
  code?: string;
  /** Rows that the last step read or wrote. */
  rows: number;
  answer?: string;
  /** Whether what was written could be seen; undefined where that was not asked. */
  seen?: boolean;
}
