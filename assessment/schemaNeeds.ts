import { readOtherStacks } from "../history/otherStacks";
import { schemaUser, stackName, type SchemaUser } from "../history/schemaUsers";
import type { StackState } from "../history/stackState";
import { databaseIdentity } from "../migrations/databaseIdentity";
import { withoutPassword } from "../migrations/password";

/** Who else needs a migration that is to be taken back. */
export interface SchemaNeeds {
  stacks: readonly SchemaUser[];
  /** Why there may be more; undefined where all were looked at. */
  unconfirmed?: string;
}

/** Seconds that other stacks' states may take to read. */
const readingSeconds = 10;

/**
 * Looks at every other stack of the backend. A stack needs a migration where its release ships it, and it works on the
 * same database, however its address is written there.
 */
export async function gatherNeeds(version: string, url: string, own: StackState): Promise<SchemaNeeds> {
  try {
    const until = Date.now() + readingSeconds * 1000;
    const [database, { states, unread }] = await Promise.all([
      databaseIdentity(url),
      readOtherStacks(stackName(own), until),
    ]);
    const stacks = states.flatMap((state) => schemaUser(state) ?? []);
    return {
      stacks: stacks.filter((user) => user.database === database && user.needs.includes(version)),
      ...(unread.length > 0 && { unconfirmed: `the state of ${unread.join(", ")} could not be read` }),
    };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { stacks: [], unconfirmed: withoutPassword(said, url) };
  }
}
