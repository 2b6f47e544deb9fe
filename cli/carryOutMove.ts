import { chmodSync, readFileSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { writeWhole } from "../files/writeWhole.cjs";
import { recordPlace } from "../records/writtenRecord";
import { diagnosis, goesBackByItself, readGates, type WayBack } from "../updates/diagnosis";
import { commandLine } from "../updates/moveOptions";
import { previewPlan } from "../updates/preview";
import { stackFile, withSettings } from "../updates/stackFile";
import { keepsSettings } from "../updates/standing";
import { runUp, type UpEnded } from "../updates/up";
import type { Interruption } from "./interruption";
import { tell } from "./output";
import type { PreparedMove } from "./prepareMove";
import { upProgress } from "./upProgress";

/** What became of a move. */
export interface MoveResult {
  move: PreparedMove;
  ended: UpEnded;
  /** Whether the stack file says the target now. */
  kept: boolean;
  /** Where gates did not pass: what a person needs, in ten lines at most. */
  diagnosis?: readonly string[];
  /** Where a failed deployment was taken back by the command itself. */
  wentBack?: MoveResult;
}

/**
 * Writes the settings, runs the `up`, and puts back what is not to stay.
 * @param onEnd told as soon as the `up` has ended, before the way back is looked at
 */
export async function carryOut(
  move: PreparedMove,
  interruption: Interruption,
  alone: boolean,
  onEnd?: (ended: UpEnded) => void,
): Promise<MoveResult> {
  const { named, project, tag, options, plan, usual } = move;
  const { stack, settings } = named;
  const file = stackFile(stack);
  const before = readFileSync(file, "utf8");
  const after = withSettings(before, project, move.edits, file);
  writeStackFile(file, before, after);
  let kept = true;
  const progress = upProgress(stack, usual, alone);
  try {
    const ended = await runUp({
      ...{ stack, project, records: recordPlace(settings) },
      ...{ signal: interruption.signal, atOnce: interruption.atOnce },
      message: `knowngood ${move.command} to ${tag}${options.reason === undefined ? "" : `: ${options.reason}`}`,
      onEvent: progress.onEvent,
    }).finally(() => progress.end());
    onEnd?.(ended);
    kept = keepsSettings(ended, ended.record);
    const result = { move, ended, kept };
    if (ended.end !== "gateFailed") return result;
    const gates = readGates(ended.gates, process.cwd());
    const way = await lookBack(move, (ended.plan ?? plan).lastKnownGood?.tag, interruption);
    return {
      ...result,
      diagnosis: diagnosis(gates, way),
      ...(way !== undefined &&
        goesBackByItself({ ...settings, command: move.command, gates, plan: way.plan }) && {
          wentBack: await goBack(move, way, interruption, alone),
        }),
    };
  } catch (error) {
    // It never began, or nobody knows what it came to: then it is not for us to say that nothing was touched.
    if (error instanceof Error && error.name === "BrokenEnvironment") kept = false;
    throw error;
  } finally {
    settleStackFile(move, { file, before, after, kept });
  }
}

/** What going back would mean now. Where it can't be assessed, the command is all there is to say. */
async function lookBack(
  { named, project, tag }: PreparedMove,
  back: string | undefined,
  { signal }: Interruption,
): Promise<WayBack | undefined> {
  if (back === undefined || back === tag) return undefined;
  const { stack } = named;
  const looked = await previewPlan({ stack, project, settings: plainMove(back), signal }).catch(
    () => undefined,
  );
  const plan = looked?.plan;
  const command = commandLine(plan?.direction === "forward" ? "deploy" : "rollback", { stack, tag: back });
  return { tag: back, plan, command };
}

/** Nothing that a person has said for another move counts for the way back. */
function plainMove(tag: string) {
  return { imageTag: tag, stepDown: undefined, acknowledge: undefined, breakGlass: undefined };
}

function goBack(
  move: PreparedMove,
  { tag, plan }: WayBack,
  interruption: Interruption,
  alone: boolean,
): Promise<MoveResult> | undefined {
  if (plan === undefined) return undefined;
  tell("warning", `autoRollback: ${move.named.stack} goes back from ${move.tag} to ${tag}.`);
  const options = { reason: `the gates of ${move.tag} failed, and autoRollback is set` };
  const edits = { ...plainMove(tag), "record.reason": options.reason };
  return carryOut(
    { ...move, command: "rollback", tag, options, edits, glass: undefined, plan, usual: undefined },
    interruption,
    alone,
  );
}

/** Break-glass is for one move: guards stand again afterwards, whatever it came to. */
function settleStackFile(
  { glass, named, project }: PreparedMove,
  { file, before, after, kept }: { file: string; before: string; after: string; kept: boolean },
): void {
  const now = readFileSync(file, "utf8");
  if (!kept) {
    if (now === after) writeStackFile(file, now, before);
    else tell("warning", `${file} was edited meanwhile, so it was not put back: look at its imageTag.`);
    return;
  }
  if (glass === undefined) return;
  const breakGlass = named.settings.breakGlass;
  writeStackFile(file, now, withSettings(now, project, { breakGlass }, file));
}

function writeStackFile(file: string, before: string, after: string): void {
  if (before === after) return;
  const place = realpathSync(resolve(file));
  const { mode } = statSync(place);
  writeWhole(place, after);
  chmodSync(place, mode & 0o777);
}
