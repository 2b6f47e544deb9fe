import { breakable, type Breakable } from "../settings/guardNames";
import type { StackState, StateResource } from "./stackState";

export const breakGlassType = "knowngood:index:BreakGlass";

/** The proper run of a release that came up by break-glass: one that asks everything, and passes. */
export interface OwedRun {
  /** Tag of the release that came up. */
  release: string;
  /** What it came up without. */
  guards: readonly Breakable[];
  /** Why, in the words of the newest break-glass. */
  reason: string;
  /** When the first `up` by break-glass began of which nothing proper has been run, ISO 8601, UTC. */
  since: string;
}

/** What outlives every `up`, failed ones too. */
export interface OwedMemory {
  owed?: OwedRun;
}

/** Whether the stack has ever gone on by break-glass. */
export function everBroken(state: StackState): boolean {
  return component(state) !== undefined;
}

/** The proper run that is owed, as the state holds it; undefined where none is. */
export function owedRun(state: StackState): OwedRun | undefined {
  const { owed } = (component(state)?.outputs?.memory ?? {}) as { owed?: Partial<OwedRun> };
  if (typeof owed?.release !== "string" || typeof owed.since !== "string" || !Array.isArray(owed.guards))
    return undefined;
  const { release, since, reason = "" } = owed;
  return { release, guards: owed.guards.filter(isBreakable), reason, since };
}

/** What is owed once an `up` has gone on without these guards; of the same release all that it ever came up without. */
export function owedAfter(before: OwedRun | undefined, { release, guards, reason, since }: OwedRun): OwedRun {
  const earlier = before?.release === release ? before.guards : [];
  return {
    release,
    guards: breakable.filter((name) => earlier.includes(name) || guards.includes(name)),
    reason,
    since: before?.since ?? since,
  };
}

function component({ resources }: StackState): StateResource | undefined {
  return resources.find(({ type }) => type === breakGlassType);
}

function isBreakable(value: unknown): value is Breakable {
  return breakable.some((name) => name === value);
}
