import type { Client } from "pg";

/** Limits of time that a role or a database can have, of a server of any version. */
const timeouts = [
  "statement_timeout",
  "lock_timeout",
  "idle_in_transaction_session_timeout",
  "transaction_timeout",
];

/**
 * Begins a transaction that sees one moment for as long as it takes. The role's limits of time are meant for an
 * application's queries; within it they do not hold.
 */
export async function beginSnapshot(client: Client): Promise<void> {
  const names = timeouts.map((name) => `'${name}'`).join(", ");
  // In one message: the limit on an idle transaction would count between two.
  await client.query(
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " +
      `SELECT set_config(name, '0', true) FROM pg_catalog.pg_settings WHERE name IN (${names})`,
  );
}
