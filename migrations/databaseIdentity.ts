import { createHash } from "node:crypto";
import type { Client } from "pg";
import { connect, databaseName } from "./connection";
import type { DatabaseIdentity } from "./sameDatabase";

/**
 * Which database an address leads to, however it is written and whatever role it names. Not every role may ask a server
 * for its number, so what else can tell databases apart goes with it.
 * @throws Error when the database can't be reached in 3 s
 */
export async function databaseIdentity(url: string): Promise<DatabaseIdentity> {
  const client = await connect(url);
  try {
    const server = await ownWord(client);
    const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
    return {
      ...(server !== undefined && { server: hashed(server) }),
      address: hashed(databaseName(url)),
      name: hashed(rows[0]?.name ?? ""),
    };
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

function hashed(word: string): string {
  return createHash("sha256").update(`knowngood database ${word}`).digest("hex").slice(0, 16);
}
