import type { RecordedFailure } from "./failureRecord";
import type { Move } from "./move";

/** What a command gate, or a hook, that passed says, as one line of JSON. */
export interface CommandReport {
  outcome: "passed";
  name: string;
  release: string;
  direction: Move["direction"];
  from: string;
  startedAt: string;
  passedAt: string;
  /** How long it ran. */
  seconds: number;
  /** The last 50 lines that it printed, shortened. */
  output: string[];
}

/** What a command gate, or a hook, that did not pass leaves behind. */
export interface CommandFailureRecord extends RecordedFailure {
  kind: "command" | "hook";
  outcome: "failed" | "error";
  name: string;
  direction: Move["direction"];
  from: string;
  /** How the command ended, in words. */
  why: string;
  /** Null where it did not end by itself. */
  exitCode: number | null;
  seconds: number;
  /** The last 50 lines that it printed, shortened. */
  output: string[];
}

/** Keys whose values are our own words, and the user's in clear. */
export const commandWords: ReadonlySet<string> = new Set([
  ...["kind", "outcome", "startedAt", "passedAt", "endedAt"],
  ...["stack", "name", "release", "direction", "from"],
]);
