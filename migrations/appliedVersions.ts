import { escapeIdentifier, type Client } from "pg";
import { errorCode, tableMissing } from "./connection";

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
