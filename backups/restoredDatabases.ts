import { escapeIdentifier, type Client } from "pg";
import { splitPassword } from "../migrations/password";

/** What a restored database says of itself once it was checked. */
export const restoredMark = "knowngood: restored whole";

/** Characters of a name that PostgreSQL keeps. */
const longestName = 63;

/** A database that an earlier run made beside the live one. */
export interface Leftover {
  name: string;
  /** Whether it was restored and checked; otherwise its run died, or is still under way. */
  whole: boolean;
  /** SQL that removes it. */
  removal: string;
}

const between = "_restored_";

/** Where restored databases of a live one begin. */
function prefixOf(live: string): string {
  return `${live.slice(0, longestName - between.length - "20260101T000000_99".length)}${between}`;
}

/** What tells of a restored database's name from which backup it was made. */
function stampOf(madeAt: string): string {
  return madeAt.slice(0, 19).replace(/[-:]/g, "");
}

/** Whether a database is named as one that was restored from the backup of that time. */
export function isRestoredFrom(name: string, madeAt: string): boolean {
  return name.includes(`${between}${stampOf(madeAt)}`);
}

/** What earlier runs left on the server. */
export async function leftoversOf(client: Client, live: string): Promise<Leftover[]> {
  const { rows } = await client.query<{ name: string; told: string | null }>(
    `SELECT datname AS name, shobj_description(oid, 'pg_database') AS told FROM pg_database
     WHERE starts_with(datname, $1) AND datname <> $2 ORDER BY datname`,
    [prefixOf(live), live],
  );
  return rows.map(({ name, told }) => ({ name, whole: told === restoredMark, removal: removalOf(name) }));
}

export function removalOf(name: string): string {
  return `DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE);`;
}

/** What the live one is called once a restored one has its name. */
function beforeOf(restored: string): string {
  return restored.replace(between, "_before_");
}

/**
 * A name from the live one's and the backup's time. No database has it, nor that which the live one gets in its swap: after an
 * earlier swap the live one of then is there.
 */
export async function freeName(client: Client, live: string, madeAt: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>("SELECT datname AS name FROM pg_database");
  const taken = new Set(rows.map(({ name }) => name));
  const first = `${prefixOf(live)}${stampOf(madeAt)}`;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? first : `${first}_${number}`;
    if (!taken.has(name) && !taken.has(beforeOf(name))) return name;
  }
}

/** Commands for a person: what brings the restored database in, and what undoes that. */
export interface SwapCommands {
  swap: string[];
  undo: string[];
  remove: string;
}

/** The server's database `postgres`, by the URL of another one; without the password, for which psql asks. */
export function maintenanceUrl(url: string): string {
  return splitPassword(url).address.replace(/^([a-z]+:\/\/[^/?#]*)(?:\/[^?#]*)?/i, "$1/postgres");
}

/** SQL for another database of the server, such as `postgres`. Both names change together or not at all. */
export function swapCommands(live: string, restored: string): SwapCommands {
  const before = beforeOf(restored);
  const [liveName, restoredName, beforeName] = [live, restored, before].map(escapeIdentifier);
  const end = (name: string) =>
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name.replaceAll("'", "''")}';`;
  const rename = (
    first: [string | undefined, string | undefined],
    second: [string | undefined, string | undefined],
  ) =>
    `BEGIN; ALTER DATABASE ${first[0]} RENAME TO ${first[1]}; ALTER DATABASE ${second[0]} RENAME TO ${second[1]}; COMMIT;`;
  return {
    swap: [end(live), end(restored), rename([liveName, beforeName], [restoredName, liveName])],
    undo: [end(live), end(before), rename([liveName, restoredName], [beforeName, liveName])],
    remove: removalOf(restored),
  };
}
