import { childEnvironment } from "../settings/childEnvironment";
import { askPulumi } from "../stack/askPulumi";
import { stackLabelOf } from "./schemaUsers";
import { readStackState, type StackState } from "./stackState";

/** States that are read at a time. */
const lanes = 4;

/** What the backend holds besides one stack. */
export interface OtherStacks {
  states: readonly StackState[];
  /** Stacks whose state could not be read, as `pulumi --stack` takes them. */
  unread: readonly string[];
}

/**
 * The states of all other stacks of the backend, whatever their project.
 * @param own project and stack that are left out, such as `shop/prod`
 * @param until milliseconds since 1970, a whole number, after which no state is read any more
 * @throws Error when the backend does not say which there are
 */
export async function readOtherStacks(own: string | undefined, until: number): Promise<OtherStacks> {
  const waiting = await listStacks(until - Date.now());
  const states: StackState[] = [];
  const unread: string[] = [];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      try {
        const left = until - Date.now();
        if (left <= 0) throw new Error("no time is left");
        states.push(await readStackState(name, { seconds: left / 1000 }));
      } catch {
        unread.push(name);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return { states: states.filter((state) => stackLabelOf(state) !== own), unread: unread.sort() };
}

/** Those that hold anything, by what the backend says in some milliseconds. */
async function listStacks(milliseconds: number): Promise<string[]> {
  if (milliseconds <= 0) throw new Error("no time is left");
  const words = ["stack", "ls", "--all", "--json"];
  const text = await askPulumi(words, { seconds: milliseconds / 1000, env: childEnvironment() });
  try {
    return stacksIn(text);
  } catch {
    throw new Error("what `pulumi stack ls --all --json` says is no list of stacks");
  }
}

function stacksIn(text: string): string[] {
  const stacks = JSON.parse(text) as { name: string; resourceCount?: number }[];
  return stacks.filter(({ resourceCount }) => resourceCount !== 0).map(({ name }) => name);
}
