import type { Release as CatalogRelease } from "../catalog/release";
import type { DrillUnderWay } from "../drills/underWay";
import type { Direction } from "../history/running";
import type { Verdict } from "../schema/verdict";
import type { Breakable } from "../settings/guardNames";
import type { Operator } from "./operator";

/** What an `up` that tried to change a release came to; `unfinished`: nobody saw how it ended. */
export type RecordedOutcome = "passed" | "failed" | "unfinished";

/** The parts of an `up`, in the order in which they are reached. */
export const steps = [
  "images",
  "flags off",
  "hooks before",
  "schema",
  "services",
  "health gates",
  "hooks after",
  "other gates",
] as const;
export type Step = (typeof steps)[number];

/** A release as it ran, or was to run. */
export interface RecordedRelease {
  /** Undefined where nothing ran, or services of several releases did. */
  tag?: string;
  services: Readonly<Record<string, { tag: string; digest: string }>>;
}

/** What an `up` means for the schema. */
export interface RecordedSchema {
  /** Of the gap for the target's code; undefined where none was judged. */
  verdict?: Verdict;
  /** Versions that the target does not ship and that stay applied. */
  leftAhead: readonly string[];
  /** Versions that the `up` was to apply. */
  toApply: readonly string[];
  /** The version that the `up` was to take back; undefined where none was. */
  stepDown?: string;
}

/** A stack has one gate of the error rate at most, which has no name of its own. */
export const errorRateName = "error rate";

/** How one gate ended. */
export interface RecordedGate {
  name: string;
  outcome: "passed" | "failed" | "error" | "inconclusive";
  startedAt: string;
  endedAt: string;
  attemptsMade?: number;
  /** File of the gate's own record, where it did not pass. */
  record?: string;
}

/** What became of the flags that an `up` turned off, or was to. */
export interface RecordedFlags {
  off: readonly string[];
  notOff: readonly { flag: string; why: string }[];
}

/** What is known of an `up` when it begins, all in our own words or without secrets. */
export interface BegunUpdate {
  id: string;
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  direction: Direction;
  from: RecordedRelease;
  to: RecordedRelease;
  /** Of which drill it is a part: then it is no incident, and nothing was wrong with what it left. */
  drill?: DrillUnderWay;
  /** Services that were brought to their release by hand before, and were adopted: since when, ISO 8601, UTC. */
  adopted?: Readonly<Record<string, { tag: string; since: string }>>;
  /** Why, and how what was wrong was noticed, as the settings say. */
  reason?: string;
  detected?: string;
  /** Who looks after what follows, as the settings say. */
  owner?: string;
  by: Operator;
  /** What it went on without, and why; undefined where nothing had to be broken. */
  breakGlass?: { reason: string; guards: readonly Breakable[] };
  /** What CI said of the target. */
  ci?: CatalogRelease["ci"];
  /** Undefined for a stack without a database. */
  schema?: RecordedSchema;
  /** Folder of the evidence of what ran before; undefined where nothing ran, or none could be kept. */
  evidence?: string;
  /** Of a rollback: what stays a person's job after it. */
  yours?: readonly string[];
  /** Whether an issue on GitHub is to tell of it: a rollback, where the settings ask for that. */
  postmortem?: true;
  /** ISO 8601, UTC. */
  startedAt: string;
}

/** One `up` that tried to change a release: a line of the record file. */
export interface ReleaseRecord extends BegunUpdate {
  outcome: RecordedOutcome;
  /** Where an `up` that did not pass stood: the first part that was not done, and what of it was open. */
  stoppedAt?: { step: Step; open: readonly string[] };
  gates: readonly RecordedGate[];
  /** Undefined where it turned none off and tried none. */
  flags?: RecordedFlags;
  /** When it ended; where nobody saw that, when it was found. */
  endedAt: string;
  /** From its beginning to its end; undefined where nobody saw the end. */
  seconds?: number;
}

/** A move in words, such as `rollback from v3 to v2`; of a drill, that it is one. */
export function moveWords(update: MovingUpdate): string {
  const { drill } = update;
  if (drill === undefined) return ownMoveWords(update);
  const move = update.direction === "same" ? (update.to.tag ?? "the target") : ownMoveWords(update);
  return drill.way === "out" ? `drill: ${move}` : `drill, back again: ${move}`;
}

type MovingUpdate = Pick<BegunUpdate, "direction" | "from" | "to" | "adopted" | "drill">;

function ownMoveWords({ direction, from, to, adopted }: MovingUpdate): string {
  const target = to.tag ?? "the target";
  if (adopted !== undefined) {
    const origin = from.tag === undefined ? "" : ` from ${from.tag}`;
    return direction === "rollback"
      ? `adoption of the rollback by hand${origin} to ${target}`
      : `adoption of ${target}, which ran by hand`;
  }
  if (direction === "same") return `update of ${target}`;
  const mixed = Object.keys(from.services).length > 0 ? "a mix" : undefined;
  const origin = from.tag ?? mixed;
  if (origin !== undefined) return `${direction} from ${origin} to ${target}`;
  // Of a rollback whose containers were gone already nobody knows what ran.
  return direction === "rollback" ? `rollback to ${target}` : `first release, ${target}`;
}
