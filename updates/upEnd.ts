import type { Plan } from "../assessment/plan";
import type { Refusal } from "../assessment/refusal";
import type { RecordedGate } from "../records/releaseRecord";
import { lockHolders, type LockHolder } from "./lockHolders";

/** What was seen of a `pulumi up`. */
export interface UpSeen {
  exitCode: number;
  /** Both streams of Pulumi, without colours. */
  text: string;
  /** Whether the engine began with the stack's program; otherwise Pulumi itself would not. */
  began: boolean;
  /** Whether it was told to end. */
  interrupted: boolean;
  /** What the engine said was wrong, in order. */
  errors: readonly string[];
  /** Undefined where the program left none. */
  plan: Plan | undefined;
  /** Its gates, by its own record; where it left none, those that have written that they did not pass. */
  gates: readonly RecordedGate[];
  /** The signal that killed Pulumi; undefined where it ended by itself. */
  killedBy?: NodeJS.Signals | undefined;
}

/** How an `up` ended. */
export type UpEnd =
  | { end: "passed" }
  /** The gates that did not pass: `failed`, `error` or `inconclusive`. */
  | { end: "gateFailed"; gates: readonly RecordedGate[] }
  /** Nothing was touched. */
  | { end: "refused"; refusals: readonly Refusal[] }
  /** Another update holds the stack; nothing was touched. */
  | { end: "locked"; holders: readonly LockHolder[] }
  /** By us, or by somebody else who ended Pulumi; what was begun is ended in order. */
  | { end: "interrupted"; by: "us" | "another" }
  /** Pulumi could not even begin: no backend, no passphrase, no such stack. Nothing was touched. */
  | { end: "brokenEnvironment"; why: string }
  /** Anything else that failed, such as a migration. */
  | { end: "failed"; why: string };

/**
 * Whether what was under way was cut off: by a second Ctrl-C, or by the end of Pulumi, which leaves its lock then. Told to
 * end before its engine has begun, Pulumi does not listen yet and has no lock: that cuts nothing off.
 */
export function cutOff({
  atOnce,
  killedBy,
  interrupted,
  began,
}: Pick<UpSeen, "killedBy" | "interrupted" | "began"> & { atOnce: boolean }):
  "atOnce" | "killed" | undefined {
  if (atOnce) return "atOnce";
  if (killedBy === undefined || (killedBy === "SIGINT" && interrupted && !began)) return undefined;
  return "killed";
}

/** What the engine says of an update that was told to end. */
const canceled = "update canceled";

/** Decides how an `up` ended by what was seen of it. */
export function upEnd(seen: UpSeen): UpEnd {
  const { exitCode, text, began, interrupted, errors, plan, killedBy } = seen;
  if (exitCode === 0) return { end: "passed" };
  const holders = began ? undefined : lockHolders(text);
  if (holders !== undefined) return { end: "locked", holders };
  if (interrupted) return { end: "interrupted", by: "us" };
  const killed = killedBy === undefined ? undefined : `Pulumi was killed by ${killedBy}.`;
  if (!began) return { end: "brokenEnvironment", why: killed ?? ownWords(text) };
  if (plan !== undefined && plan.refusals.length > 0) return { end: "refused", refusals: plan.refusals };
  if (errors.some((error) => error.trim() === canceled)) return { end: "interrupted", by: "another" };
  // One that is inconclusive and let the release pass stands in the record of a good `up` as well, without its own.
  const failed = seen.gates.filter(({ outcome, record }) => outcome !== "passed" && record !== undefined);
  if (failed.length > 0) return { end: "gateFailed", gates: failed };
  if (killed !== undefined) return { end: "failed", why: killed };
  return { end: "failed", why: errors.length > 0 ? errors.join("\n").trim() : ownWords(text) };
}

/** What Pulumi's CLI says itself, before there is an engine. */
function ownWords(text: string): string {
  const at = text.search(/^error: /m);
  return (at < 0 ? text : text.slice(at + "error: ".length)).trim() || "Pulumi said nothing";
}
