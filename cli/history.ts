import type { StackHistory } from "../history/readHistory";
import { readHistory } from "../history/readHistory";
import { askPulumi } from "../stack/askPulumi";
import { exportStack } from "../stack/exportStack";
import { BrokenEnvironment } from "../stack/endings";
import { OwnProgram, type OwnStack } from "../stack/ownProgram";
import { historyText } from "./historyText";
import { print, printJson, tell } from "./output";
import { whileWaiting } from "./progress";
import { projectFolder } from "../stack/project";
import { stackSettings } from "../stack/stackSettings";

export interface HistoryOptions {
  stack?: string;
  limit: number;
  allStacks?: true;
  json?: true;
}

/** Stacks that are asked for at a time: each question is a process of Pulumi's, and every backend has limits. */
const lanes = 4;

/**
 * `history`: what was deployed, by whom, and what came of it.
 * @throws BrokenEnvironment where Pulumi can't be asked, InvalidInput where a stack's settings can't be used
 */
export async function history(options: HistoryOptions): Promise<void> {
  // What the settings name lies there.
  process.chdir(projectFolder() ?? ".");
  if (options.allStacks) return allStacks(options);
  const found = await whileWaiting("reading the history", historyOf(options.stack, options.limit));
  if (found.deployments.length === 0 && found.problems.length > 0)
    throw new BrokenEnvironment(found.problems.join("\n"));
  for (const problem of found.problems) tell("warning", problem);
  if (options.json) printJson(asJson(found));
  else print(historyText(found, new Date().toISOString()));
}

async function allStacks({ limit, json }: HistoryOptions): Promise<void> {
  const stacks = await namesOfStacks();
  const read = (stack: string) =>
    historyOf(stack, limit).catch((error: unknown) => ({
      why: error instanceof Error ? error.message : String(error),
    }));
  const found = await whileWaiting("reading the histories", inLanes(stacks, read));
  const told = found.flatMap((one) => ("why" in one ? [] : [one]));
  for (const [index, one] of found.entries()) {
    if ("why" in one) tell("warning", `${stacks[index] ?? ""}: ${one.why}`);
    else for (const problem of one.problems) tell("warning", `${one.label}: ${problem}`);
  }
  if (told.length === 0 && stacks.length > 0)
    throw new BrokenEnvironment("The history of no stack can be read.");
  if (json) printJson(told.map(asJson));
  else if (stacks.length === 0) print("The project has no stack.");
  else print(told.map((one) => historyText(one, new Date().toISOString())).join("\n\n"));
}

async function historyOf(asked: string | undefined, limit: number): Promise<StackHistory> {
  return readHistory({
    ...(await stackSettings(asked).catch(ofOwnProgram)),
    limit,
    ask: askPulumi,
    exported: (stack) => exportStack(stack, {}),
  });
}

/** State, catalog and Pulumi's history tell of one, too. */
function ofOwnProgram(error: unknown): OwnStack {
  if (error instanceof OwnProgram) return error.named;
  throw error;
}

async function namesOfStacks(): Promise<string[]> {
  try {
    const listed = JSON.parse(await askPulumi(["stack", "ls", "--json"])) as { name: string }[];
    return listed.map(({ name }) => name);
  } catch (error) {
    throw new BrokenEnvironment(`Pulumi does not list the stacks: ${(error as Error).message}`);
  }
}

async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...items.entries()];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, item] = next;
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

function asJson({ stack, label, standing, deployments, problems }: StackHistory): unknown {
  return {
    stack,
    label,
    ...(standing && {
      running: standing.running,
      knownGood: standing.knownGood.map((good) => ({
        ...good,
        quarantined: standing.quarantined.has(good.tag),
      })),
      ...(standing.lastKnownGood && { lastKnownGood: standing.lastKnownGood }),
    }),
    deployments,
    problems,
  };
}
