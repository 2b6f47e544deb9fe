import { everBroken, owedAfter, owedRun, type OwedRun } from "../history/owedRun";
import type { Direction } from "../history/running";
import type { StackState } from "../history/stackState";
import type { Breakable } from "../settings/guardNames";
import type { BrokenGlass } from "./breakGlass";
import { refusalTexts, type Refusal } from "./refusal";

/** What a stack owes after it has gone on by break-glass, before an `up` and after it. */
export interface AssessedOwed {
  before?: OwedRun;
  /** Undefined where the `up` makes it good, once all its gates have passed. */
  after?: OwedRun;
  /** Whether it is owed by this `up`, which remembers it before anything changes. */
  incurred: boolean;
  /** The command that makes it good. */
  command: string;
  /** Why it stays owed after this `up`, and what settles that, in lines. @default nothing stands in its way */
  stays?: readonly string[];
}

export interface OwedQuestion {
  state: StackState;
  target: string;
  breakGlass: BrokenGlass | undefined;
  /** What guards refuse that the running release came up past; they are asked of it as on the way forward. */
  still: readonly Refusal[];
  /** Whether services stay stopped, so that nothing is asked of them. */
  servicesStayStopped: boolean;
  /** Whether the setting is there; it has to go then. */
  set: boolean;
  /** As `pulumi --stack` takes it. */
  stack: string;
  now: string;
}

/** Undefined for a stack that has never gone on by break-glass, and does not now. */
export function assessOwed(question: OwedQuestion): AssessedOwed | undefined {
  const { state, target, breakGlass, still, servicesStayStopped, now } = question;
  const command = properRun(question);
  const before = owedRun(state);
  if (breakGlass !== undefined && breakGlass.broken.length > 0) {
    const guards = breakGlass.broken.map(({ guard }) => guard);
    const own = { release: target, guards, reason: breakGlass.reason, since: now };
    return { ...(before && { before }), after: owedAfter(before, own), incurred: true, command };
  }
  if (before === undefined) return everBroken(state) ? { incurred: false, command } : undefined;
  const stays = [
    ...stillWords(still),
    ...(servicesStayStopped
      ? ["It stays owed, since the services stay stopped and nothing is asked of them."]
      : []),
  ];
  return { before, ...(stays.length > 0 && { after: before, stays }), incurred: false, command };
}

/** What guards would refuse of a release that came up past them, with what answers it. */
function stillWords(still: readonly Refusal[]): string[] {
  return refusalTexts(
    still.map((one) => ({ ...one, text: `It stays owed while ${one.guard} would refuse: ${one.text}` })),
  );
}

/** The guards that the release came up past and that runs now: nobody has asked them of it yet. */
export function unaskedGuards(state: StackState, target: string, direction: Direction): readonly Breakable[] {
  const owed = owedRun(state);
  return direction === "same" && owed?.release === target ? owed.guards : [];
}

/** The command that makes good what is owed. */
export function properRun({ stack, set }: Pick<OwedQuestion, "stack" | "set">): string {
  const up = `pulumi up --stack ${stack}`;
  return set ? `pulumi config rm breakGlass --stack ${stack} && ${up}` : up;
}

/** Told in every preview until it is made good. */
export function owedWarnings(owed: AssessedOwed | undefined, still: readonly Refusal[]): string[] {
  if (owed?.before === undefined) return [];
  const { release, guards, since, reason } = owed.before;
  const told = `Owed since ${since}: the proper run of ${release}, which came up by break-glass without ${guards.join(", ")}: ${reason}`;
  if (owed.incurred) return [told];
  const refused = stillWords(still);
  return [[told, ...refused, ...(refused.length > 0 ? [] : [`To run it: ${owed.command}`])].join("\n")];
}
