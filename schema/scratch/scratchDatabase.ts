import type { Client } from "pg";
import type { Query } from "../snapshot/query";

/** A database of our own, empty at first, that is gone once it is closed. */
export interface ScratchDatabase {
  query: Query;
  /**
   * Runs SQL text by the simple protocol, many statements as one implicit transaction.
   * @throws pg's DatabaseError
   */
  run(sql: string): Promise<void>;
  /** What it runs on: `PGlite (PostgreSQL 18.6)`. */
  server: string;
  /** Whether it shares a server, and its roles, with databases that are not ours. */
  shared: boolean;
  /** Roles that a shared server had before; empty on one of our own. */
  rolesBefore: readonly string[];
  /** Roles that are made for this database and dropped after it. */
  ownRoles: Set<string>;
  /** Ends the connection at once, whatever it is doing: what runs fails. The database is dropped by `close`. */
  interrupt(): void;
  close(): Promise<void>;
}

/** What makes trials come out alike wherever they run. */
export const sessionSettings =
  "SET TIME ZONE 'UTC'; SET lc_messages = 'C'; SET client_min_messages = error; SET jit = off;";

/** Ways to ask over a connection that is open. */
export function overClient(client: Client): Pick<ScratchDatabase, "query" | "run"> {
  return {
    async query<Row>(sql: string, parameters: readonly unknown[] = []) {
      const { rows } = await client.query(sql, parameters.length === 0 ? undefined : [...parameters]);
      return rows as Row[];
    },
    async run(sql) {
      await client.query(sql);
    },
  };
}
