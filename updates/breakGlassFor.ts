import { isGood } from "../assessment/breakGlass";
import type { Refusal } from "../assessment/refusal";
import type { GlassSetting } from "../settings/breakGlassCommand";
import { breakableGuards, type Breakable } from "../settings/guardNames";

/** Hours that a break-glass of a command is good for, should nobody be there to take it back. */
const hours = 4;

/** Guards that break-glass can answer, among those that refuse. */
export function breakableAmong(refusals: readonly Refusal[]): Breakable[] {
  return breakableGuards.filter((guard) => refusals.some((refusal) => refusal.guard === guard));
}

/**
 * The setting for a reason: without the named guards and gates, or else without exactly the guards that refuse now. What
 * the stack file has broken already, and is good now, counts on beside it.
 * @param standing the setting that stands in the stack file
 * @returns undefined where nothing is named and nothing that can be broken refuses
 */
export function breakGlassFor(
  reason: string,
  {
    without = [],
    refusals,
    standing,
    now,
  }: {
    without?: readonly Breakable[];
    refusals: readonly Refusal[];
    standing?: GlassSetting | undefined;
    now: Date;
  },
): GlassSetting | undefined {
  const guards = without.length > 0 ? [...new Set(without)] : breakableAmong(refusals);
  if (guards.length === 0) return undefined;
  const until = new Date(now.getTime() + hours * 3600 * 1000);
  const own = { reason, guards, until: `${until.toISOString().slice(0, "2026-01-01T00:00:00".length)}Z` };
  if (standing === undefined || !isGood(standing.until, now.toISOString())) return own;
  return {
    reason: `${reason}; and, by the stack file, ${standing.reason}`,
    guards: [...new Set([...standing.guards, ...guards])],
    until: Date.parse(standing.until) > until.getTime() ? standing.until : own.until,
  };
}
