import { existsSync } from "node:fs";
import { InvalidInput } from "../settings/violations";
import type { MoveCommand } from "../updates/moveOptions";
import { planText, question } from "../updates/moveReport";
import { stackFile } from "../updates/stackFile";
import { askPulumi } from "../stack/askPulumi";
import { carryOut, passedAtLast, type MoveResult } from "./carryOutMove";
import { confirmed } from "./confirm";
import { exitCodes } from "./exitCodes";
import { BrokenEnvironment, Interrupted } from "../stack/endings";
import { followUp } from "./followUp";
import { cameOfInterruption, type Interruption } from "./interruption";
import { optionsOf, typedAgain, type MoveFlags } from "./moveFlags";
import { asJson, failure, goodNews, refusedAsJson, told } from "./moveOutcome";
import { print, printJson, table, tell } from "./output";
import { prepareMove, RefusedMove, type PreparedMove } from "./prepareMove";

/**
 * The same move on several stacks. All are looked at first, and none is touched where one is refused; then they are
 * carried out side by side, so many at a time, and no further one is begun once one has not passed.
 */
export async function moveSeveral(
  command: MoveCommand,
  tag: string | undefined,
  flags: MoveFlags,
  interruption: Interruption,
): Promise<void> {
  const stacks = flags.all === true ? await allStacks() : [...new Set(flags.stack)];
  const options = optionsOf(flags);
  const { signal } = interruption;
  let moves: readonly PreparedMove[];
  try {
    const looked = await pooled(stacks, flags.parallel, async (stack) =>
      prepareMove({ command, stack, tag, options }, interruption).catch((error: unknown) => error as Error),
    );
    signal.throwIfAborted();
    const prepared = looked.filter(
      (one): one is PreparedMove => one !== undefined && !(one instanceof Error),
    );
    const [problem, ...others] = problemsOf(stacks, looked);
    const text = prepared.map((move) => planText(told(move))).join("\n\n");
    if (problem !== undefined && flags.json === true)
      printJson(looked.map((one, index) => lookedAsJson(one, stacks[index], flags.preview === true)));
    else if (problem !== undefined && flags.preview === true && prepared.length > 0) print(text);
    for (const other of others) tell("error", other.message);
    if (problem !== undefined) throw problem;
    if (flags.preview === true) {
      if (flags.json === true) printJson(prepared.map(({ plan }) => plan));
      else print(text);
      return;
    }
    process.stderr.write(`${text}\n`);
    if (flags.yes !== true && !(await confirmed(question(prepared.map(told)), interruption))) {
      process.stderr.write("Nothing was touched.\n");
      process.exitCode = exitCodes.failed;
      return;
    }
    signal.throwIfAborted();
    moves = prepared;
  } catch (error) {
    if (error instanceof Interrupted || !(await cameOfInterruption(interruption))) throw error;
    throw new Interrupted(`Interrupted. Nothing was touched. To go on: ${typedAgain(command, tag, flags)}`);
  }
  await carryOutAll(moves, flags, interruption);
}

async function carryOutAll(
  moves: readonly PreparedMove[],
  flags: MoveFlags,
  interruption: Interruption,
): Promise<void> {
  let stopped = false;
  const results = await pooled(moves, flags.parallel, async (move) => {
    if (stopped || interruption.signal.aborted) return undefined;
    // Looking at the way back takes a while, in which no other is to begin the bad release.
    const onEnd = ({ end }: MoveResult["ended"]) => {
      if (end !== "passed") stopped = true;
    };
    return carryOut(move, interruption, false, onEnd).catch((error: unknown) => {
      stopped = true;
      return error as Error;
    });
  });
  if (flags.json === true)
    printJson(
      moves.map((move, index) => {
        const result = results[index];
        if (result !== undefined && !(result instanceof Error)) return asJson(result);
        return {
          stack: move.plan.stack,
          to: move.tag,
          end: result === undefined ? "not begun" : result.message,
        };
      }),
    );
  const failures = results.flatMap((result, index) => {
    const error = result instanceof Error ? result : result && failure(result);
    if (error !== undefined) tell("error", `${moves[index]?.named.stack}: ${error.message}`);
    return error ?? [];
  });
  const ended = results.flatMap((result) => (result === undefined || result instanceof Error ? [] : result));
  if (flags.json !== true) {
    for (const result of ended) if (result.ended.end === "passed") print(goodNews(result));
    print(outcomeTable(moves, results));
  }
  try {
    for (const result of ended.flatMap((one) => passedAtLast(one) ?? []))
      await followUp(result, { commit: flags.commit === true, yes: flags.yes === true }, interruption);
  } catch (error) {
    if (!(await cameOfInterruption(interruption))) throw error;
    throw new Interrupted(
      "Interrupted: the table says where each stack stands; stack files that are not committed stay so.",
    );
  }
  if (interruption.signal.aborted)
    throw new Interrupted(`Interrupted: the table says where each stack stands. ${toGoOn(ended)}`);
  if (failures.length > 0) throw summary(failures, moves.length);
}

/** The same again would bring a release back whose gates have failed. */
function toGoOn(ended: readonly MoveResult[]): string {
  const bad = ended.filter(({ ended: { end } }) => end === "gateFailed");
  if (bad.length === 0) return "To go on, type the same again.";
  const lines = bad.map((result) => {
    const { move, wayBack } = result;
    const back = passedAtLast(result);
    const open =
      wayBack === undefined ? "there is no known-good release to go back to" : `to go back: ${wayBack}`;
    return `${move.named.stack}: ${back === undefined ? open : `has gone back to ${back.move.tag}`}`;
  });
  return ["The gates of a release have failed; the same again would deploy it once more.", ...lines].join(
    "\n",
  );
}

/** None was begun. @param withPlans whether the plans are what was asked for */
function lookedAsJson(
  looked: PreparedMove | Error | undefined,
  stack: string | undefined,
  withPlans: boolean,
): unknown {
  if (withPlans && (looked instanceof RefusedMove || (looked && "plan" in looked))) return looked.plan;
  if (looked instanceof RefusedMove) return refusedAsJson(looked.plan);
  if (looked === undefined || looked instanceof Error) return { stack, end: looked?.message ?? "not begun" };
  return { stack: looked.plan.stack, to: looked.tag, end: "not begun" };
}

function outcomeTable(
  moves: readonly PreparedMove[],
  results: readonly (MoveResult | Error | undefined)[],
): string {
  const rows = moves.map(({ named, plan, tag }, index) => {
    const result = results[index];
    const end = result === undefined ? "not begun" : result instanceof Error ? "failed" : result.ended.end;
    const seconds =
      result === undefined || result instanceof Error ? "-" : String(Math.round(result.ended.seconds));
    return [named.stack, plan.from ?? "-", tag, end, seconds];
  });
  return table(["STACK", "FROM", "TO", "END", "SECONDS"], rows);
}

/** The exit code of the first that did not pass. */
function summary(failures: readonly Error[], count: number): Error {
  const [first] = failures;
  if (first === undefined) return new Error();
  first.message = `${failures.length} of ${count} stacks did not pass, and no further one was begun.`;
  return first;
}

/** Each is told; the first one decides how the command ends. */
function problemsOf(
  stacks: readonly string[],
  looked: readonly (PreparedMove | Error | undefined)[],
): Error[] {
  return looked.flatMap((one, index) => {
    if (!(one instanceof Error)) return [];
    one.message = `${stacks[index]}: ${one.message}`;
    return [one];
  });
}

/** Runs work on each, so many at a time, and keeps their order. */
async function pooled<Item, Result>(
  items: readonly Item[],
  atATime: number,
  work: (item: Item) => Promise<Result>,
): Promise<(Result | undefined)[]> {
  const results: (Result | undefined)[] = items.map(() => undefined);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, worker));
  return results;
}

/** The stacks of this project that have a file of settings here. */
async function allStacks(): Promise<string[]> {
  const listed = await askPulumi(["stack", "ls", "--json"]).catch((error: Error) => {
    throw new BrokenEnvironment(`Pulumi does not tell the project's stacks: ${error.message}`);
  });
  const names = (JSON.parse(listed) as { name: string }[]).map(({ name }) => name);
  const stacks = names.filter((name) => existsSync(stackFile(name)));
  if (stacks.length > 0) return stacks;
  throw new InvalidInput("Nothing was touched", [
    {
      where: "--all",
      found: "no stack of this project with a file of settings",
      expected: "name one: --stack STACK",
    },
  ]);
}
