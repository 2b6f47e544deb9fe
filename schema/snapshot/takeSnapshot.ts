import { catalogQueries } from "./catalogQueries";
import type { Query } from "./query";
import type { Snapshot } from "./snapshot";

/**
 * All that old code can meet in a database, read in one query a catalog; nothing of the system, of extensions or
 * temporary. PostgreSQL 13 or newer. The session's search path is changed meanwhile and set back afterwards, so all
 * queries must go to one session.
 * @throws what the database answers
 */
export async function takeSnapshot(query: Query): Promise<Snapshot> {
  const [session] = await query<Session>(`
    SELECT current_setting('server_version_num') AS version, current_setting('search_path') AS path,
      has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS passwords,
      (SELECT boot_val FROM pg_catalog.pg_settings WHERE name = 'search_path') AS usual`);
  if (session === undefined) throw new Error("the database answered nothing");
  await setSearchPath(query, "pg_catalog");
  try {
    const serverVersion = Number(session.version);
    const facts: Record<string, unknown> = { serverVersion, searchPath: session.usual };
    for (const [catalog, sql] of Object.entries(catalogQueries(serverVersion, session.passwords)))
      facts[catalog] = await rowsOf(query, sql);
    return facts as unknown as Snapshot;
  } finally {
    await setSearchPath(query, session.path);
  }
}

interface Session {
  version: string;
  path: string;
  usual: string;
  passwords: boolean;
}

/** The name of a type, a function or a table in the catalogs' own words depends on the search path. */
async function setSearchPath(query: Query, path: string): Promise<void> {
  await query("SELECT pg_catalog.set_config('search_path', $1, false)", [path]);
}

/** As one JSON text, so that numbers, lists and flags are the same whatever the driver makes of their types. */
async function rowsOf(query: Query, sql: string): Promise<unknown> {
  const [answer] = await query<{ rows: string | null }>(`SELECT json_agg(t)::text AS rows FROM (${sql}) t`);
  return JSON.parse(answer?.rows ?? "[]");
}
