import type { Client } from "pg";
import { splitStatements } from "./statements";

/** A statement of a migration that the database refuses. */
export interface FailingStatement {
  /** Line in the migration's file, from 1. */
  line: number;
  statement: string;
}

/** Seconds that looking for the statement may take in all. */
const replaySeconds = 10;

/**
 * Finds which statement of a migration fails, by running its way up once more, statement by statement, in a
 * transaction that is always rolled back. dbmate sends a migration as one text, so the server's error alone
 * names no statement.
 * @returns undefined when none fails this time, it takes more than 10 s, or the migration asks for no transaction
 */
export async function failingStatement(client: Client, file: string): Promise<FailingStatement | undefined> {
  const up = wayUp(file);
  if (up === undefined || up.withoutTransaction) return undefined;
  const statements = await splitStatements(up.sql);
  await client.query("BEGIN");
  try {
    await client.query(`SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '${replaySeconds}s'`);
    const deadline = Date.now() + replaySeconds * 1000;
    for (const { text, offset } of statements) {
      if (Date.now() > deadline) return undefined;
      try {
        await client.query(text);
      } catch {
        return { line: lineOf(file, up.start + offset), statement: text };
      }
    }
    return undefined;
  } finally {
    await client.query("ROLLBACK");
  }
}

/** The part of a dbmate file that leads up, and where in the file it begins. */
export function wayUp(file: string): { sql: string; start: number; withoutTransaction: boolean } | undefined {
  const header = /^--\s*migrate:up([^\n]*)$/m.exec(file);
  if (header === null) return undefined;
  const start = header.index + header[0].length;
  const rest = file.slice(start);
  const down = /^--\s*migrate:down/m.exec(rest);
  return {
    sql: down === null ? rest : rest.slice(0, down.index),
    start,
    withoutTransaction: /transaction:false/.test(header[1] ?? ""),
  };
}

function lineOf(file: string, offset: number): number {
  return file.slice(0, offset).split("\n").length;
}
