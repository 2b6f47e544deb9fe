import type { FlagReport } from "../gates/flagRequest";
import {
  steps,
  type BegunUpdate,
  type RecordedFlags,
  type RecordedGate,
  type ReleaseRecord,
  type Step,
} from "./releaseRecord";

/** What is kept of a gate's report. */
export interface PassedGate {
  /** `inconclusive`: too little was seen to judge, and the settings let that pass. */
  outcome: "passed" | "inconclusive";
  startedAt: string;
  passedAt: string;
  attemptsMade?: number;
}

/** How far an `up` has come. */
export interface Progress {
  /** Names of what has to be done, by part. */
  due: Readonly<Record<Step, readonly string[]>>;
  /** Names of what is done, by part. */
  done: Readonly<Record<Step, ReadonlySet<string>>>;
  /** Of the gates that passed, by name. */
  reports: ReadonlyMap<string, PassedGate>;
  /** Of the flags that are off for the release, or are to be. @default none */
  flags?: readonly FlagReport[];
  /** Reports of the hooks that have run, in this `up` or an earlier one. @default none */
  hooks?: readonly { startedAt: string }[];
  /** Containers by service, as far as they are known. */
  containers: ReadonlyMap<string, string>;
  /** Whether all of it is done. */
  good: boolean;
}

/** What was seen of an end. */
export interface Ending {
  /** Whether the engine, or a person, ended the program; otherwise the engine was gone, or nobody saw it. */
  told: boolean;
  at: Date;
  /** Undefined where another process tells of it. */
  progress?: Progress;
  failedGates: readonly RecordedGate[];
}

/** The record of an `up` that has ended. */
export function recordOf(begun: BegunUpdate, { told, at, progress, failedGates }: Ending): ReleaseRecord {
  const good = progress?.good === true;
  const stoppedAt = progress && stop(progress);
  const flags = progress && flagsOf(progress, begun);
  const failed = told || failedGates.length > 0;
  return {
    ...begun,
    outcome: good ? "passed" : failed ? "failed" : "unfinished",
    ...(stoppedAt && !good && { stoppedAt }),
    gates: [...(progress ? passedGates(progress, begun) : []), ...failedGates],
    ...(flags && { flags }),
    endedAt: at.toISOString(),
    ...(progress && { seconds: Math.round((at.getTime() - Date.parse(begun.startedAt)) / 100) / 10 }),
  };
}

/**
 * Whether an `up` that passed has changed anything: put a container in place, moved the schema, run a gate or a hook, or
 * turned a flag off. One that went on without guards is always told of.
 */
export function changedSomething(
  begun: BegunUpdate,
  progress: Progress,
  before: ReadonlyMap<string, string>,
): boolean {
  const { containers, reports, hooks = [] } = progress;
  const { toApply = [], stepDown } = begun.schema ?? {};
  const replaced = [...containers].some(([service, id]) => before.get(service) !== id);
  const removed = [...before.keys()].some((service) => !containers.has(service));
  const asked = [...reports.values(), ...hooks].some(({ startedAt }) => startedAt >= begun.startedAt);
  const turnedOff = flagsOf(progress, begun) !== undefined;
  const moved = toApply.length > 0 || stepDown !== undefined;
  return replaced || removed || asked || turnedOff || moved || begun.breakGlass !== undefined;
}

function stop({ due, done }: Progress): ReleaseRecord["stoppedAt"] {
  for (const step of steps) {
    const open = due[step].filter((name) => !done[step].has(name));
    if (open.length > 0) return { step, open };
  }
  return undefined;
}

/** A flag that was turned off by an earlier `up` keeps that report. */
function flagsOf({ flags = [] }: Progress, { startedAt: begin }: BegunUpdate): RecordedFlags | undefined {
  // They are turned off side by side, and told as they end.
  const own = flags
    .filter(({ startedAt }) => startedAt >= begin)
    .sort((one, other) => one.flag.localeCompare(other.flag));
  if (own.length === 0) return undefined;
  return {
    off: own.flatMap(({ outcome, flag }) => (outcome === "off" ? [flag] : [])),
    notOff: own.flatMap(({ outcome, flag, why = "" }) => (outcome === "off" ? [] : [{ flag, why }])),
  };
}

/** A report of an earlier `up` stays in the state while nothing makes its gate run again. */
function passedGates({ reports }: Progress, { startedAt: begin }: BegunUpdate): RecordedGate[] {
  return [...reports]
    .filter(([, { startedAt }]) => startedAt >= begin)
    .map(([name, { outcome, startedAt, passedAt, attemptsMade }]) => ({
      name,
      outcome,
      startedAt,
      endedAt: passedAt,
      ...(attemptsMade !== undefined && { attemptsMade }),
    }));
}
