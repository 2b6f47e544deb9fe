import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { QueryResult } from "pg";
import { connect } from "../service/database";
import { fatal, log } from "../service/log";
import { loopFile } from "./loopFile";

const secondsBetweenLoops = 0.5;

/**
 * Takes pending orders and marks them as done until SIGTERM; an order in hand is finished first. A database out of
 * reach is waited for; anything else that it says is fatal.
 * @param statement marks up to ten orders as done and gives them
 */
export async function work(statement: string): Promise<void> {
  const pool = connect();
  const stopping = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopping.abort(signal));
  log("working");

  while (!stopping.signal.aborted) {
    try {
      const done: QueryResult = await pool.query(statement);
      for (const order of done.rows as unknown[]) log("order done", { order });
      writeFileSync(loopFile, "");
    } catch (error) {
      if (!isOutOfReach(error)) fatal((error as Error).message);
      log("database out of reach, trying again", { error: (error as Error).message });
    }
    await sleep(secondsBetweenLoops * 1000, undefined, { signal: stopping.signal }).catch(() => {});
  }
  log("stopping", { signal: stopping.signal.reason as unknown });
  await Promise.race([pool.end(), sleep(500)]);
  process.exit(0);
}

/** Whether an error says that the database can't be reached now, and not that it refused what was asked. */
export function isOutOfReach(error: unknown): boolean {
  const { code, message } = error as { code?: string; message: string };
  // PostgreSQL's classes 08 (connection) and 57P (shutting down, starting up); 53300 is too many connections.
  if (/^(08...|57P..|53300|ECONN.*|ENOENT|EPIPE|ETIMEDOUT)$/.test(code ?? "")) return true;
  return /timeout|terminated/i.test(message);
}
