import type { Plan } from "../assessment/plan";
import { refusedText } from "../updates/refusedText";
import { holderState, holderText, thisMachine } from "../updates/lockedBy";
import type { LockHolder } from "../updates/lockHolders";
import { commandLine } from "../updates/moveOptions";
import { keepsSettings, stoppedText } from "../updates/standing";
import { passedText } from "../updates/moveReport";
import type { MoveResult } from "./carryOutMove";
import { BrokenEnvironment, Interrupted, Refused } from "../stack/endings";
import { withNextStep } from "../stack/nextStep";

/** A move that has ended, as data. */
export function asJson(result: MoveResult): Record<string, unknown> {
  const { move, ended, unwritten, diagnosis, wentBack } = result;
  const { plan, tag } = move;
  return {
    stack: plan.stack,
    direction: plan.direction,
    ...(plan.from !== undefined && { from: plan.from }),
    to: tag,
    end: ended.end,
    seconds: ended.seconds,
    stackFile: fileTag(result) ?? "as before",
    ...(ended.end === "refused" && { refusals: ended.refusals }),
    ...(unwritten !== undefined && { unwritten }),
    ...(ended.record && { record: ended.record }),
    ...(diagnosis && { diagnosis }),
    ...(wentBack && { wentBack: asJson(wentBack) }),
  };
}

/** The tag that the stack file says since; undefined where it is as it was before. */
function fileTag({ move, kept, wentBack }: MoveResult): string | undefined {
  return (wentBack && fileTag(wentBack)) ?? (kept ? move.tag : undefined);
}

/** A move that was refused before it began, as data. */
export function refusedAsJson({ stack, direction, from, to, refusals }: Plan): Record<string, unknown> {
  return {
    ...{ stack, direction, ...(from !== undefined && { from }), to },
    ...{ end: "refused", seconds: 0, stackFile: "as before", refusals },
  };
}

/** What a person reads of a move that has passed. */
export function goodNews({ move, ended }: MoveResult): string {
  return passedText(told(move), { record: ended.record, seconds: ended.seconds });
}

/** A move as it is told of. */
export function told(move: MoveResult["move"]) {
  return { ...move, stack: move.named.stack };
}

/**
 * Why a move did not pass, for its kind of end: where things stand, and what to type. Undefined for one that passed.
 * @param before what the stack file says where the move did not touch it, as half a sentence
 */
export function failure(result: MoveResult, before = "the stack file is as it was"): Error | undefined {
  const { move, ended, kept, diagnosis = [], wentBack } = result;
  const { named, command, tag, options } = move;
  const { stack } = named;
  const again = commandLine(command, { stack, tag, options });
  const takingLock = commandLine(command, { stack, tag, options: { ...options, takeLock: true } });
  const unwritten = keepsSettings(ended) ? `the stack file does not say ${tag}` : before;
  const fileSays = kept ? `the stack file says ${tag}` : unwritten;
  const stands = stoppedText(ended, { tag, stack, fileSays });
  switch (ended.end) {
    case "passed":
      return undefined;
    case "gateFailed": {
      const back = wentBack === undefined ? [] : [wentBackText(wentBack, fileSays)];
      return new Error([`${tag} did not pass its gates on ${stack}.`, ...diagnosis, ...back].join("\n"));
    }
    case "refused":
      return new Refused(refusedText(ended.refusals, { command, stack, tag, options }));
    case "locked":
      return new Error(lockedText(ended.holders, takingLock, before));
    case "interrupted":
      return ended.by === "us"
        ? new Interrupted(`Interrupted. ${stands} To go on: ${again}`)
        : new Error(`Somebody else has ended this update. ${stands} To go on: ${again}`);
    case "brokenEnvironment":
      return new BrokenEnvironment(`Nothing was touched, and ${before}: ${withNextStep(ended.why)}`);
    case "failed":
      return new Error(`${ended.why}\n${stands} To try again: ${again}`);
    default:
      return ended satisfies never;
  }
}

function lockedText(holders: readonly LockHolder[], takingLock: string, before: string): string {
  const found = holders.map((holder) => ({ holder, state: holderState(holder, thisMachine) }));
  const others = found.filter(({ state }) => state === "unknown").map(({ holder }) => holder.user);
  const who = [...new Set(others)].map((user) => user ?? "whoever runs it").join(", ");
  const next =
    others.length === 0
      ? `To end that update and go on: ${takingLock}`
      : `Ask ${who} first. Only if nothing of it runs any more: ${takingLock}`;
  return [
    ...found.map(({ holder, state }) => holderText(holder, state)),
    `Nothing was touched, and ${before}. ${next}`,
  ].join("\n");
}

function wentBackText(result: MoveResult, before: string): string {
  const { move, ended } = result;
  return ended.end === "passed"
    ? `autoRollback has gone back: ${goodNews(result)}`
    : `autoRollback tried to go back to ${move.tag}, once: ${failure(result, before)?.message ?? ""}`;
}
