import { readOtherStacks } from "../history/otherStacks";
import { schemaUser, stackLabelOf, type SchemaUser } from "../history/schemaUsers";
import type { StackState } from "../history/stackState";
import { databaseIdentity } from "../migrations/databaseIdentity";
import { withoutPassword } from "../migrations/password";
import { sameDatabase, type DatabaseIdentity } from "../migrations/sameDatabase";

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
      readOtherStacks(stackLabelOf(own), until),
    ]);
    return needsAmong(
      version,
      database,
      states.flatMap((state) => schemaUser(state) ?? []),
      unread,
    );
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { stacks: [], unconfirmed: withoutPassword(said, url) };
  }
}

/**
 * Which of the users of databases need a version in this one.
 * @param unread stacks whose state could not be read
 */
export function needsAmong(
  version: string,
  database: DatabaseIdentity,
  users: readonly SchemaUser[],
  unread: readonly string[],
): SchemaNeeds {
  const needing = users.filter(({ needs }) => needs.includes(version));
  const same = (user: SchemaUser) => (user.database ? sameDatabase(database, user.database) : undefined);
  const unknown = needing.filter((user) => same(user) === undefined);
  const silent = unknown.filter((user) => user.database === undefined).map(({ stack }) => stack);
  const perhaps = unknown.filter((user) => user.database !== undefined).map(({ stack }) => stack);
  const doubts = [
    ...(unread.length > 0 ? [`the state of ${unread.join(", ")} could not be read`] : []),
    ...(silent.length > 0 ? [`${silent.join(", ")} does not say which database it works on`] : []),
    ...(perhaps.length > 0
      ? [
          `${perhaps.join(", ")} works on a database of the same name, and the server does not say to every role whether it is this one: GRANT EXECUTE ON FUNCTION pg_control_system() TO the roles of both`,
        ]
      : []),
  ];
  return {
    stacks: needing.filter((user) => same(user) === true),
    ...(doubts.length > 0 && { unconfirmed: doubts.join("; ") }),
  };
}
