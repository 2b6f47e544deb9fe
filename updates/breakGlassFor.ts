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
 * The setting for a reason: without the named guards and gates, or else without exactly the guards that refuse now.
 * @returns undefined where nothing is named and nothing that can be broken refuses
 */
export function breakGlassFor(
  reason: string,
  {
    without = [],
    refusals,
    now,
  }: { without?: readonly Breakable[]; refusals: readonly Refusal[]; now: Date },
): GlassSetting | undefined {
  const guards = without.length > 0 ? [...new Set(without)] : breakableAmong(refusals);
  if (guards.length === 0) return undefined;
  const until = new Date(now.getTime() + hours * 3600 * 1000);
  return { reason, guards, until: `${until.toISOString().slice(0, "2026-01-01T00:00:00".length)}Z` };
}
