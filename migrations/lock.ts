import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { errorCode } from "./connection";
import { dbmateName } from "./dbmate";

/** The key of the advisory lock that one run of migrations holds; PostgreSQL keeps such locks per database. */
const lockKey = 7_233_190_515;
const lockNotAvailable = "55P03";
const pollMilliseconds = 100;

/** The name under which the connections of the user's own runner show, where it goes by PGAPPNAME as most drivers do. */
export const runnerName = "knowngood-runner";

/** The runners' connections to this database; whoever holds the lock and has none running finds those of a dead run. */
const runners = `FROM pg_stat_activity WHERE application_name IN ('${dbmateName}', '${runnerName}') AND datname = current_database()`;

/**
 * Waits until no other run of migrations is on this database, and keeps others out until the client ends. A run that was
 * killed outright has lost its lock, but what it started goes on: that is waited for too.
 * @param seconds in all
 * @throws Error that says how to find who is on it, when the time is over
 */
export async function lock(client: Client, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  await client.query(`SET lock_timeout = '${seconds}s'`);
  try {
    await client.query("SELECT pg_advisory_lock($1)", [lockKey]);
  } catch (error) {
    if (errorCode(error) !== lockNotAvailable) throw error;
    throw new Error(held(seconds));
  }
  await client.query("RESET lock_timeout");
  // The lock goes with the session, which is idle while a backup is read back and while dbmate runs.
  await client.query(
    "SELECT set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name = 'idle_session_timeout'",
  );
  while ((await client.query(`SELECT pid ${runners}`)).rows.length > 0) {
    if (Date.now() >= deadline) throw new Error(held(seconds));
    await sleep(pollMilliseconds);
  }
}

/** Ends what an interrupted runner left running in the server, which notices only when the statement is over. */
export async function stopRunners(client: Client): Promise<void> {
  await client.query(`SELECT pg_terminate_backend(pid) ${runners}`);
}

function held(seconds: number): string {
  return (
    `Another run of migrations still holds this database after ${seconds} s. Nothing was changed. ` +
    "Wait for it to end and run `pulumi up` again; who holds it: " +
    "SELECT pid, application_name, query_start FROM pg_stat_activity " +
    "WHERE application_name LIKE 'knowngood%' AND datname = current_database() AND pid <> pg_backend_pid()"
  );
}
