import { escapeIdentifier, type Client } from "pg";
import { connect, databaseMissing, errorCode, tableMissing } from "./connection";

/**
 * The versions that dbmate's table holds, oldest first; none when the table is not there yet.
 * @param table dbmate's table, with its schema where it is not on the search path
 */
export async function appliedVersions(client: Client, table: string): Promise<string[]> {
  const name = table.split(".").map(escapeIdentifier).join(".");
  try {
    const { rows } = await client.query<{ version: string }>(
      `SELECT version FROM ${name} ORDER BY version COLLATE "C"`,
    );
    return rows.map(({ version }) => version);
  } catch (error) {
    if (errorCode(error) === tableMissing) return [];
    throw error;
  }
}

/**
 * Asks a database for its applied versions, reading only. A database that does not exist has none.
 * @throws the driver's error when it can't be reached in 3 s, or asked in 5 s
 */
export async function readAppliedVersions(url: string, table: string): Promise<string[]> {
  let client: Client;
  try {
    client = await connect(url);
  } catch (error) {
    if (errorCode(error) === databaseMissing) return [];
    throw error;
  }
  try {
    await client.query("SET default_transaction_read_only = on; SET statement_timeout = '5s'");
    return await appliedVersions(client, table);
  } finally {
    await client.end();
  }
}
