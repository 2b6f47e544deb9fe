import { Pool } from "pg";
import { log } from "./log";

/**
 * Connects as DATABASE_URL says, or PGHOST, PGUSER, PGDATABASE without it; PGPASSWORD where the address has none.
 * A query that takes longer than 2 s fails, so that a health endpoint always answers.
 */
export function connect(): Pool {
  const pool = new Pool({
    connectionString: process.env.DATABASE_URL,
    max: 5,
    connectionTimeoutMillis: 2000,
    query_timeout: 2000,
    application_name: `shop-${process.env.SERVICE ?? "service"}`,
  });
  pool.on("error", (error) => log("database connection lost", { error: error.message }));
  return pool;
}

/** The newest migration applied, or null in a database that never saw one. */
export async function schemaVersion(pool: Pool): Promise<string | null> {
  const { rows } = await pool.query<{ known: boolean }>(
    "SELECT to_regclass('schema_migrations') IS NOT NULL AS known",
  );
  if (rows[0]?.known !== true) return null;
  const newest = await pool.query<{ version: string | null }>(
    "SELECT max(version) AS version FROM schema_migrations",
  );
  return newest.rows[0]?.version ?? null;
}
