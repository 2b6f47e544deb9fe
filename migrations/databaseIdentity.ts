import { createHash } from "node:crypto";
import type { Client } from "pg";
import { connect, databaseName } from "./connection";

/**
 * Which database an address leads to: 16 hexadecimal digits, the same for every way of writing the address and for every
 * role. A server that does not say which it is is known by its address alone.
 * @throws Error when the database can't be reached in 3 s
 */
export async function databaseIdentity(url: string): Promise<string> {
  const client = await connect(url);
  try {
    return hashed((await ownWord(client)) ?? databaseName(url));
  } finally {
    await client.end();
  }
}

/** A number that a server was given when it was made, and the database's name. */
async function ownWord(client: Client): Promise<string | undefined> {
  try {
    const { rows } = await client.query<{ word: string }>(
      "SELECT system_identifier || '/' || current_database() AS word FROM pg_control_system()",
    );
    return rows[0]?.word;
  } catch {
    return undefined;
  }
}

/** An address can name a host that is nobody else's business. */
function hashed(word: string): string {
  return createHash("sha256").update(`knowngood database ${word}`).digest("hex").slice(0, 16);
}
