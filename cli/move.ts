import { InvalidInput } from "../settings/violations";
import { commandLine, type MoveCommand, type MoveOptions } from "../updates/moveOptions";
import type { LockHolder } from "../updates/lockHolders";
import { commitCommand, commitMessage } from "../updates/followUp";
import { planText, question } from "../updates/moveReport";
import { stackFile } from "../updates/stackFile";
import { checkMoveFlags } from "./checkMoveFlags";
import { carryOut, editedSince, passedAtLast, type MoveResult } from "./carryOutMove";
import { canAsk, confirmed } from "./confirm";
import { exitCodes } from "./exitCodes";
import { Interrupted } from "../stack/endings";
import { followUp } from "./followUp";
import { cameOfInterruption, listenForInterruption, type Interruption } from "./interruption";
import { optionsOf, typedAgain, type MoveFlags } from "./moveFlags";
import { asJson, failure, goodNews, refusedAsJson, told } from "./moveOutcome";
import { moveSeveral } from "./moveSeveral";
import { print, printJson, tell } from "./output";
import { prepareMove, RefusedMove } from "./prepareMove";
import { requireKnownGoodAt } from "./requireKnownGood";
import { neededProjectFolder } from "../stack/project";
import { takeLock } from "./takeLock";

/** `rollback` and `deploy`. */
export async function move(command: MoveCommand, tag: string | undefined, flags: MoveFlags): Promise<void> {
  checkFlags(command, flags);
  checkMoveFlags(flags);
  if (flags.yes !== true && flags.preview !== true && !canAsk()) throw nobodyToAsk(command, tag, flags);
  // Settings name their folders from there.
  process.chdir(neededProjectFolder());
  const interruption = listenForInterruption();
  try {
    if (flags.after !== undefined)
      await requireKnownGoodAt(flags.after, tag ?? "", interruption.signal).catch(async (error: unknown) => {
        if (!(await cameOfInterruption(interruption))) throw error;
        throw new Interrupted(
          `Interrupted. Nothing was touched. To go on: ${typedAgain(command, tag, flags)}`,
        );
      });
    if (flags.all === true || (flags.stack?.length ?? 0) > 1)
      await moveSeveral(command, tag, flags, interruption);
    else await moveOne(command, tag, flags, interruption);
  } finally {
    interruption.stop();
  }
}

/** What a person is told who ends the command. */
interface Known {
  /** Where things stand, in sentences. */
  stands: string;
  /** What to type to go on. */
  again: string;
  /** What says both itself, once gates have failed: the same again would bring the bad release back. */
  failed?: Error;
}

async function moveOne(
  command: MoveCommand,
  tag: string | undefined,
  flags: MoveFlags,
  interruption: Interruption,
): Promise<void> {
  const [stack] = flags.stack ?? [];
  const options = optionsOf(flags);
  const known: Known = { stands: "Nothing was touched.", again: typedAgain(command, tag, flags) };
  try {
    const result = await carryOutOnceFree({ command, stack, tag, options }, flags, interruption, known);
    if (result === undefined) return;
    known.stands = `${result.move.named.stack}: the \`up\` has ended (${result.ended.end}).`;
    if (flags.json === true) printJson(asJson(result));
    const error = failure(result);
    const last = passedAtLast(result);
    if (error !== undefined && last === undefined) {
      if (result.ended.end === "gateFailed") known.failed = error;
      throw error;
    }
    if (error !== undefined) {
      tell("error", error.message);
      process.exitCode = exitCodes.failed;
    } else if (flags.json !== true) print(goodNews(result));
    if (last === undefined) return;
    known.again = commitCommand(
      stackFile(last.move.named.stack),
      commitMessage(last.move.named.stack, last.move.tag, last.move.options.reason),
    );
    known.stands = `${last.move.named.stack} runs ${last.move.tag}, and its gates have passed; only the commit of its stack file is open.`;
    const onCommand = (typed: string) => (known.again = typed);
    await followUp(last, { commit: flags.commit === true, yes: flags.yes === true, onCommand }, interruption);
  } catch (error) {
    if (error instanceof RefusedMove && flags.json === true)
      printJson(flags.preview === true ? error.plan : refusedAsJson(error.plan));
    if (error instanceof Interrupted || !(await cameOfInterruption(interruption))) throw error;
    if (known.failed !== undefined) throw new Interrupted(`Interrupted. ${known.failed.message}`);
    const more = error instanceof Error && known.stands.includes("has ended") ? `\n${error.message}` : "";
    throw new Interrupted(`Interrupted. ${known.stands} To go on: ${known.again}${more}`);
  }
}

/** @returns undefined where it was only looked at, or a person said no */
async function carryOutOnceFree(
  asked: { command: MoveCommand; stack: string | undefined; tag: string | undefined; options: MoveOptions },
  flags: MoveFlags,
  interruption: Interruption,
  known: Known,
): Promise<MoveResult | undefined> {
  let agreedTo: string | undefined;
  let holders: readonly LockHolder[] | undefined;
  for (let isTaken = false; ;) {
    const isSecondLook = agreedTo !== undefined;
    const prepared = await prepareMove({ ...asked, isSecondLook }, interruption);
    const { stack } = prepared.named;
    known.again = commandLine(asked.command, { stack, tag: prepared.tag, options: asked.options });
    const text = planText(told(prepared));
    if (text !== agreedTo) {
      if (flags.preview === true && flags.json === true) {
        printJson(prepared.plan);
        return undefined;
      }
      if (flags.preview === true) print(text);
      else process.stderr.write(`${text}\n`);
      if (flags.preview === true) return undefined;
      if (flags.yes !== true && !(await confirmed(question([told(prepared)]), interruption))) {
        process.stderr.write(`${known.stands}\n`);
        process.exitCode = exitCodes.failed;
        return undefined;
      }
      agreedTo = text;
    }
    interruption.signal.throwIfAborted();
    if (await editedSince(prepared)) {
      tell("warning", `${stackFile(prepared.named.stack)} was edited meanwhile: it is looked at again.`);
      continue;
    }
    const result = await carryOut(prepared, interruption, true);
    const { ended } = result;
    if (ended.end !== "locked" || isTaken) return result;
    const how = {
      ...{ takeLock: flags.takeLock === true, yes: flags.yes === true, agreed: holders },
      onStands: (stands: string) => (known.stands = stands),
    };
    const lock = await takeLock(stack, ended.holders, how, interruption);
    if (lock === "held") return result;
    isTaken = lock === "free";
    holders = ended.holders;
  }
}

/** @throws InvalidInput where one option makes another mean nothing */
function checkFlags(command: MoveCommand, flags: MoveFlags): void {
  const where = `knowngood ${command}`;
  const violations = [];
  if (flags.without !== undefined && flags.breakGlass === undefined)
    violations.push({ where, found: "--without alone", expected: "say why, too: --break-glass REASON" });
  if (flags.takeLock === true && (flags.all === true || new Set(flags.stack).size > 1))
    violations.push({
      where,
      found: "--take-lock with several stacks",
      expected: "take the lock of one, by a move of it alone: --stack STACK --take-lock",
    });
  const files = [...new Set(flags.stack)].map((stack) => stackFile(stack));
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined)
    violations.push({ where, found: `two stacks of ${twice}`, expected: "name that stack once" });
  if (violations.length > 0) throw new InvalidInput("Nothing was touched", violations);
}

function nobodyToAsk(command: MoveCommand, tag: string | undefined, flags: MoveFlags): InvalidInput {
  return new InvalidInput("Nothing was touched", [
    {
      where: `knowngood ${command}`,
      found: "no terminal to ask on",
      expected: `say it beforehand: ${typedAgain(command, tag, flags, { yes: true })} (to look only: --preview in place of --yes)`,
    },
  ]);
}
