import type { Client } from "pg";
import type { EmptyObject } from "../schema/stepDown/stepDown";

/**
 * Nobody acknowledged the loss of what was empty when it was judged.
 * @param client within a transaction, whose locks hold it so
 * @param wayOut what a person can do then, in a sentence
 * @throws Error when something is there now, or it can't be looked at
 */
export async function refuseData(
  client: Client,
  empty: readonly EmptyObject[],
  wayOut: string,
): Promise<void> {
  if (empty.length === 0) return;
  const [before] = (await client.query<{ row_security: string }>("SHOW row_security")).rows;
  // A role that sees a part of the rows would count that part alone; it is refused instead.
  await client.query("SET LOCAL row_security = off");
  for (const each of empty) {
    const count = await countNow(client, each, wayOut);
    if (count === 0) continue;
    throw new Error(
      `${each.object} held no data when the step-down was judged, and holds ${count} now, which would be lost. ` +
        `Nothing was changed. ${wayOut}\nTo see what would be lost: pulumi preview`,
    );
  }
  await client.query("SELECT set_config('row_security', $1, true)", [before?.row_security ?? "on"]);
}

async function countNow(
  client: Client,
  { object, relation, sql }: EmptyObject,
  wayOut: string,
): Promise<number> {
  try {
    if (await isLockable(client, relation))
      await client.query(`LOCK TABLE ${relation} IN ACCESS EXCLUSIVE MODE`);
    const { rows } = await client.query<{ count: string }>(sql);
    return Number(rows[0]?.count);
  } catch (error) {
    throw new Error(
      `${object} held no data when the step-down was judged, and could not be looked at again: ` +
        `${(error as Error).message}. Nothing was changed. ${wayOut}`,
      { cause: error },
    );
  }
}

/** PostgreSQL locks tables and views by name, and neither materialized views nor foreign tables. */
async function isLockable(client: Client, relation: string): Promise<boolean> {
  const { rows } = await client.query<{ lockable: boolean }>(
    "SELECT relkind IN ('r', 'p') AS lockable FROM pg_catalog.pg_class WHERE oid = $1::regclass",
    [relation],
  );
  return rows[0]?.lockable === true;
}
