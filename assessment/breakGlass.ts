import { longestGlassDays } from "../settings/breakGlassSettings";
import { breakableGates, type Breakable, type BreakableGate } from "../settings/guardNames";
import type { Settings } from "../settings/settings";
import type { Refusal } from "./refusal";

const dayMs = 24 * 3600 * 1000;

/** Gates of the settings that can be left out, by what break-glass calls them: the names of each. */
export type GatesSet = Readonly<Record<BreakableGate, readonly string[]>>;

export interface GlassQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  setting: Settings["breakGlass"];
  refusals: readonly Refusal[];
  gates: GatesSet;
  /** Fingerprint of this assessment; undefined for a stack without a database. */
  fingerprint: string | undefined;
  acknowledge: string | undefined;
  /** ISO 8601, UTC. */
  now: string;
}

/** A break-glass that is good now, and what it comes to in this `up`. */
export interface BrokenGlass {
  reason: string;
  /** ISO 8601, as it was written. */
  until: string;
  /** What the `up` goes on without, each with what was found: empty where nothing had to be broken. */
  broken: readonly { guard: Breakable; found: readonly string[] }[];
  /** What it names, and that had nothing to refuse and nothing to ask. */
  idle: readonly Breakable[];
}

export interface GlassAnswer {
  /** Undefined without the setting, once its time is over, and where that is too far ahead. */
  breakGlass?: BrokenGlass;
  warnings: readonly string[];
  /** What is still refused. */
  refusals: readonly Refusal[];
}

/** Takes away the refusals of guards that a person has answered for. */
export function breakThrough(question: GlassQuestion): GlassAnswer {
  const { setting, refusals, now, stack } = question;
  if (setting === undefined) return { warnings: [], refusals };
  const { reason, until } = setting;
  if (!isGood(until, now)) return { warnings: [whyIdle(until, now, stack)], refusals };
  const guards = [...new Set(setting.guards)];
  const left = refusals.filter((refusal) => stands(refusal, guards, question));
  const gone = refusals.filter(({ guard }) => !left.some((other) => other.guard === guard));
  const broken = guards.flatMap((guard) => {
    const found = isGate(guard) ? question.gates[guard] : firstLines(gone, guard);
    return found.length === 0 ? [] : [{ guard, found }];
  });
  const idle = guards.filter((guard) => {
    const used = broken.some((other) => other.guard === guard) || left.some((other) => other.guard === guard);
    return !used;
  });
  return { breakGlass: { reason, until, broken, idle }, warnings: [], refusals: left };
}

function whyIdle(until: string, now: string, stack: string): string {
  const remove = `pulumi config rm breakGlass --stack ${stack}`;
  if (Date.parse(until) <= Date.parse(now))
    return `The setting breakGlass does nothing any more: it was good until ${until}. To remove it: ${remove}`;
  return (
    `The setting breakGlass does nothing: ${until} is more than ${longestGlassDays} days ahead. ` +
    `The latest \`until\` that it can be written with now is ${new Date(latestEnd(now)).toISOString()}; ` +
    `to remove it: ${remove}`
  );
}

/** Whether a break-glass is good: its time is not over, and not too far ahead. */
export function isGood(until: string, now: string): boolean {
  return Date.parse(until) > Date.parse(now) && Date.parse(until) <= latestEnd(now);
}

function latestEnd(now: string): number {
  return Date.parse(now) + longestGlassDays * dayMs;
}

/** Whether an `up` goes on without a guard, or leaves a gate out; the health gate never is. */
export function goesWithout(breakGlass: BrokenGlass | undefined, name: Breakable): boolean {
  return breakGlass?.broken.some(({ guard }) => guard === name) === true;
}

/** The gates that a stack's settings have, besides the health gates. */
export function gatesSet({ gates, hooks }: Pick<Settings, "gates" | "hooks">): GatesSet {
  return {
    commands: Object.keys(gates.commands),
    errorRate: gates.errorRate === undefined ? [] : ["error rate"],
    hooks: [...hooks.before, ...hooks.after].map(({ name }) => name),
  };
}

/** Data may go without a backup only where a person has seen what goes. */
function stands(
  { guard }: Refusal,
  guards: readonly Breakable[],
  { fingerprint, acknowledge }: GlassQuestion,
): boolean {
  if (!guards.some((name) => name === guard)) return true;
  return guard === "backup" && fingerprint !== undefined && acknowledge !== fingerprint;
}

/** What was found, without the commands that answer it. */
function firstLines(refusals: readonly Refusal[], guard: Breakable): string[] {
  return refusals.flatMap((refusal) =>
    refusal.guard === guard ? [refusal.text.split("\n")[0] ?? refusal.text] : [],
  );
}

export function isGate(name: Breakable): name is BreakableGate {
  return breakableGates.some((gate) => gate === name);
}
