import type { Plan } from "../assessment/plan";
import { targetRelease } from "../assessment/targetRelease";
import { standingNow } from "../assessment/standing";
import { tagStanding } from "../assessment/tagStanding";
import { surveyCatalog } from "../catalog/catalog";
import { readStackState } from "../history/stackState";
import { readRecords } from "../records/readRecords";
import type { ReleaseRecord } from "../records/releaseRecord";
import { recordPlace } from "../records/writtenRecord";
import type { GlassSetting } from "../settings/breakGlassCommand";
import { stateBackend } from "../settings/stateBackend";
import { InvalidInput } from "../settings/violations";
import { breakGlassFor } from "../updates/breakGlassFor";
import { holderState, holderText, thisMachine } from "../updates/lockedBy";
import { locksInFiles } from "../updates/locksInFiles";
import { commandLine, settingsOf, type MoveCommand, type MoveOptions } from "../updates/moveOptions";
import { previewPlan, readStackFile, type Previewed } from "../updates/preview";
import { refusedText } from "../updates/refusedText";
import { shownError } from "../updates/shownError";
import { stackFile, type SettingEdits } from "../updates/stackFile";
import { isStaleReason, usualSeconds } from "../updates/usualTime";
import { BrokenEnvironment, Refused } from "../stack/endings";
import { withNextStep } from "../stack/nextStep";
import { tell } from "./output";
import type { Interruption } from "./interruption";
import { whileWaiting } from "./progress";
import { stackSettings, type NamedStack } from "../stack/stackSettings";

/** A move that a guard refuses, with what was found. */
export class RefusedMove extends Refused {
  constructor(
    message: string,
    readonly plan: Plan,
  ) {
    super(message);
  }
}

/** What is asked of one stack. */
export interface StackMove {
  command: MoveCommand;
  /** As `pulumi --stack` takes it; undefined for the selected one. */
  stack: string | undefined;
  /** Undefined for the last known-good release. */
  tag: string | undefined;
  options: MoveOptions;
  /** Whether it was looked at before: who holds the stack was told then. @default false */
  isSecondLook?: boolean;
}

/** A move that nothing refuses, ready to be carried out. */
export interface PreparedMove {
  command: MoveCommand;
  named: NamedStack;
  project: string;
  tag: string;
  options: MoveOptions;
  edits: SettingEdits;
  /** The stack file as it was looked at. */
  stackText: string;
  /** In force for this move alone. */
  glass: GlassSetting | undefined;
  plan: Plan;
  /** Seconds; undefined where none of this direction has passed yet. */
  usual: number | undefined;
}

/**
 * Looks at a move, touching nothing.
 * @throws InvalidInput for a tag that can't be meant, Refused by a guard with what answers it, BrokenEnvironment where
 * nothing can be assessed
 */
export async function prepareMove(
  move: StackMove,
  { signal, atOnce }: Pick<Interruption, "signal" | "atOnce">,
): Promise<PreparedMove> {
  const { command, options } = move;
  const named = await stackSettings(move.stack, signal);
  signal.throwIfAborted();
  const { stack, label, settings } = named;
  const [project = ""] = label.split("/");
  if (move.isSecondLook !== true)
    for (const holder of locksInFiles(stateBackend(process.env), label))
      tell("warning", `${stack}: ${holderText(holder, holderState(holder, thisMachine))}`);
  const tag = await targetOf(move, named, signal);
  signal.throwIfAborted();
  const records = recordsOf(named);
  const stale = options.reason === undefined && isStaleReason(settings.record.reason, records);
  const stackText = await readStackFile(stack);
  const look = async (glass: GlassSetting | undefined) => {
    if (!process.stderr.isTTY) process.stderr.write(`${stack}: previewing ${tag}\n`);
    const edits = settingsOf(tag, options, glass, stale);
    const preview = previewPlan({
      stack,
      project,
      settings: edits,
      stackFileText: stackText,
      signal,
      atOnce,
    });
    const previewed = await whileWaiting(`previewing ${stack} at ${tag}`, preview);
    return { glass, edits, ...(await assessed(previewed, stack)) };
  };
  let looked = await look(undefined);
  const { breakGlass, without } = options;
  if (breakGlass !== undefined) {
    const glass = breakGlassFor(breakGlass, {
      ...(without && { without }),
      refusals: looked.plan.refusals,
      standing: settings.breakGlass,
      now: new Date(),
    });
    if (glass === undefined)
      tell(
        "warning",
        "Nothing refuses that break-glass can answer, so none is used. To name gates: --without",
      );
    else {
      if (glass.reason !== breakGlass)
        tell(
          "warning",
          `The breakGlass of ${stackFile(stack)} counts beside this one, and stays there: ${settings.breakGlass?.reason ?? ""}`,
        );
      looked = await look(glass);
    }
  }
  const { plan, failed } = looked;
  checkDirection(plan, { command, stack, tag, options });
  if (plan.refusals.length > 0)
    throw new RefusedMove(refusedText(plan.refusals, { command, stack, tag, options }), plan);
  if (options.stepDown !== undefined && plan.stepDown?.active !== true)
    throw idleStepDown(plan, options.stepDown, { command, stack, tag, options });
  if (failed !== undefined)
    throw new Error(`The preview of ${stack} failed, so nothing was touched:\n${failed}`);
  const usual = usualSeconds(records, plan.direction);
  const { edits, glass } = looked;
  return { command, named, project, tag, options, edits, stackText, glass, plan, usual };
}

/** A step-down that would do nothing now is not left in the stack file, where it could act later. */
function idleStepDown(
  plan: Plan,
  version: string,
  {
    command,
    stack,
    tag,
    options,
  }: { command: MoveCommand; stack: string; tag: string; options: MoveOptions },
): InvalidInput {
  const rest = { ...options };
  delete rest.stepDown;
  const newest = plan.schema?.gap.at(-1);
  const other = newest === undefined || newest === version ? "" : `; the newest that can be is ${newest}`;
  return new InvalidInput("Nothing was touched", [
    {
      where: "--step-down",
      found: `${version}, which is not the newest applied migration that ${tag} does not ship`,
      expected: `without it: ${commandLine(command, { stack, tag, options: rest })}${other}`,
    },
  ]);
}

/** @throws InvalidInput for a tag that the catalog does not have, and where there is no release to go back to */
async function targetOf(
  { tag, command }: StackMove,
  { stack, label, settings }: NamedStack,
  signal: AbortSignal,
): Promise<string> {
  const survey = surveyCatalog(settings.releases);
  const where = `knowngood ${command}`;
  const known = tag !== undefined && survey.catalog.releases.some((release) => release.tag === tag);
  if (known) return tag;
  const state = await readStackState(stack, { signal });
  const question = { label, catalog: survey.catalog, settings };
  if (tag !== undefined) return targetRelease(survey, tag, where, tagStanding(state, question)).tag;
  const target = standingNow(state, question).lastKnownGood;
  if (target !== undefined) return target.tag;
  throw new InvalidInput("There is no release to go back to", [
    {
      where: stack,
      found: "no known-good release that is older than what runs, and is not quarantined",
      expected: "name a release: npx knowngood rollback TAG; all: npx knowngood release list",
    },
  ]);
}

function recordsOf({ label, settings }: NamedStack): ReleaseRecord[] {
  try {
    return readRecords(recordPlace(settings).file, label);
  } catch {
    // Only what is usual is not known then.
    return [];
  }
}

async function assessed(
  { plan, exitCode, text }: Previewed,
  stack: string,
): Promise<{ plan: Plan; failed: string | undefined }> {
  const isGood = plan !== undefined && (exitCode === 0 || plan.refusals.length > 0);
  if (isGood) return { plan, failed: undefined };
  const said = await shownError(errorsIn(text), { stack, knows: plan !== undefined });
  if (plan === undefined) throw new BrokenEnvironment(`Nothing could be assessed: ${withNextStep(said)}`);
  return { plan, failed: said };
}

function errorsIn(text: string): string {
  const at = text.search(/^\s*error: /m);
  return (at < 0 ? text : text.slice(at)).trim().replace(/^error: /, "");
}

/** A command says where it goes, so that a wrong tag does not go the other way. */
function checkDirection(
  { direction, from }: Plan,
  {
    command,
    stack,
    tag,
    options,
  }: { command: MoveCommand; stack: string; tag: string; options: MoveOptions },
): void {
  const other = command === "rollback" ? "deploy" : "rollback";
  const wrong = command === "rollback" ? "forward" : "rollback";
  if (direction !== wrong) return;
  throw new InvalidInput("Nothing was touched", [
    {
      where: `knowngood ${command}`,
      found: `${tag}, which is ${command === "rollback" ? "newer" : "older"} than what runs (${from ?? "a mix, or nothing"})`,
      expected: commandLine(other, { stack, tag, options }),
    },
  ]);
}
