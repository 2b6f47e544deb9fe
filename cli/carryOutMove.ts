import { rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { temporaryFolder } from "../files/temporaryFolder";
import { recordPlace } from "../records/writtenRecord";
import { diagnosis, goesBackByItself, readGates, type WayBack } from "../updates/diagnosis";
import { readStackFile } from "../updates/preview";
import { stackFile, withSettings } from "../updates/stackFile";
import { changesWhatRuns, keepsSettings } from "../updates/standing";
import { runUp, type UpEnded } from "../updates/up";
import { begunBy } from "../updates/upSteps";
import type { Interruption } from "./interruption";
import { lookBack, plainMove } from "./lookBack";
import { tell } from "./output";
import type { PreparedMove } from "./prepareMove";
import { settingsWriter, type Written } from "./settingsWriter";
import { upProgress } from "./upProgress";

/** What became of a move. */
export interface MoveResult extends Written {
  move: PreparedMove;
  ended: UpEnded;
  /** Where gates did not pass: what a person needs, in ten lines at most. */
  diagnosis?: readonly string[];
  /** Where gates did not pass, and there is a known-good release: what goes back to it, as a person types it. */
  wayBack?: string;
  /** Where a failed deployment was taken back by the command itself. */
  wentBack?: MoveResult;
}

/**
 * Runs the `up` with a copy of the stack file as it was looked at. The file itself says the target once anything that
 * runs is changed, and not before: whatever ends us, it says where the stack is going.
 * @param onEnd told as soon as the `up` has ended, before the way back is looked at
 * @throws Error where the stack file is another one than was looked at; nothing is touched then
 */
export async function carryOut(
  move: PreparedMove,
  interruption: Interruption,
  alone: boolean,
  onEnd?: (ended: UpEnded) => void,
): Promise<MoveResult> {
  const { named, project, tag, options, plan, usual } = move;
  const { stack, settings } = named;
  if (await editedSince(move))
    throw new Error(
      `${stackFile(stack)} was edited after ${stack} was looked at. Nothing was touched; type the same again.`,
    );
  const own = await temporaryFolder("move");
  const progress = upProgress(stack, usual, alone);
  const { write, forgetRetry } = settingsWriter(move);
  try {
    const file = stackFile(stack);
    // Pulumi writes beside its configuration, and the name's ending decides how it is read.
    const copy = join(own, basename(file));
    await writeFile(copy, withSettings(move.stackText, project, move.edits, file), { mode: 0o600 });
    const ended = await runUp({
      ...{ stack, project, records: recordPlace(settings), configFile: copy },
      ...{ signal: interruption.signal, atOnce: interruption.atOnce },
      message: `knowngood ${move.command} to ${tag}${options.reason === undefined ? "" : `: ${options.reason}`}`,
      onEvent: (event) => {
        if (changesWhatRuns(begunBy(event)?.step)) write();
        progress.onEvent(event);
      },
    }).finally(() => progress.end());
    onEnd?.(ended);
    const result = { move, ended, ...(keepsSettings(ended) ? write() : { kept: false }) };
    if (ended.end === "passed") forgetRetry();
    if (ended.end !== "gateFailed") return result;
    const gates = readGates(ended.gates, process.cwd());
    const way = await lookBack(tag, (ended.plan ?? plan).lastKnownGood?.tag, {
      ...{ stack, project, signal: interruption.signal, atOnce: interruption.atOnce },
    });
    if (!goesBackByItself({ ...settings, command: move.command, gates, plan: way?.plan }))
      return { ...result, diagnosis: diagnosis(gates, way), ...(way && { wayBack: way.command }) };
    forgetRetry();
    const wentBack = way && (await goBack(move, way, interruption, alone));
    return {
      ...result,
      diagnosis: diagnosis(gates, way, wentBack?.ended.end === "passed"),
      ...(way && { wayBack: way.command }),
      ...(wentBack && { wentBack }),
    };
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** Whether somebody has written to the stack file since the move was looked at. */
export async function editedSince({ named, stackText }: PreparedMove): Promise<boolean> {
  return (await readStackFile(named.stack)) !== stackText;
}

/** The move that has passed in the end, if one has: this one, or the way back after it. */
export function passedAtLast(result: MoveResult): MoveResult | undefined {
  if (result.ended.end === "passed") return result;
  return result.wentBack && passedAtLast(result.wentBack);
}

async function goBack(
  move: PreparedMove,
  { tag, plan }: WayBack,
  interruption: Interruption,
  alone: boolean,
): Promise<MoveResult | undefined> {
  if (plan === undefined) return undefined;
  const { stack } = move.named;
  tell("warning", `autoRollback: ${stack} goes back from ${move.tag} to ${tag}.`);
  const options = { reason: `the gates of ${move.tag} failed, and autoRollback is set` };
  const edits = { ...plainMove(tag), "record.reason": options.reason };
  const stackText = await readStackFile(stack);
  return carryOut(
    {
      ...move,
      ...{ command: "rollback", tag, options, edits, stackText, glass: undefined, plan, usual: undefined },
    },
    interruption,
    alone,
  );
}
