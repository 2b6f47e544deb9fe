import type { SqlSource } from "../gap";
import { cut } from "../static/pieces";
import { isAboutServer, ownDatabase, rolesMadeBy } from "./reach";
import { markRoles } from "./roleMark";
import type { ScratchDatabase } from "./scratchDatabase";
import { sessionSettings } from "./scratchDatabase";

/** What can be seen to while SQL runs, so that it need not fail. */
export interface Surroundings {
  /** Makes up for what an error says is missing; true when the statement can be tried again. */
  mend(error: DatabaseFailure): Promise<boolean>;
  /** Told once each, for the reader of the report. */
  tell(line: string): void;
}

/** What pg throws for an error of the server. */
export interface DatabaseFailure extends Error {
  code?: string;
  position?: string;
  schema?: string;
  table?: string;
  column?: string;
  constraint?: string;
  dataType?: string;
}

/** A source that does not run. */
export class SourceFails extends Error {
  constructor(
    readonly source: SqlSource,
    /** In the source's file, from 1; undefined where no statement could be named. */
    readonly line: number | undefined,
    readonly failure: DatabaseFailure,
  ) {
    super(`${source.name}${line === undefined ? "" : ` line ${line}`}: ${failure.message}`);
  }
}

interface Statement {
  text: string;
  line: number;
}

/** Statements that no transaction can hold, or that another of the same transaction can't see. */
const outsideTransaction =
  /^(begin|start\s+transaction|commit|end|rollback|abort|vacuum|alter\s+system|prepare\s+transaction|(create\s+(unique\s+)?index|drop\s+index|reindex\b.*|refresh\s+materialized\s+view)\s+concurrently|alter\s+table\b.*\bdetach\s+partition\b.*\bconcurrently|alter\s+type\b.*\badd\s+value)\b/is;

/** What a session keeps after a migration, if its text has any of these words. */
const lasting = /\b(set|set_config|temp|temporary|prepare|listen|declare)\b/i;

/**
 * Runs a migration as its tool would: in one transaction, unless it asks for none or holds what can't be in one.
 * @throws SourceFails
 */
export async function runSource(
  database: ScratchDatabase,
  source: SqlSource,
  surroundings: Surroundings,
): Promise<void> {
  const statements = statementsOf(database, source, surroundings);
  const together =
    source.withoutTransaction !== true && !statements.some(({ text }) => outsideTransaction.test(text));
  if (together && !(await ranTogether(database, statements, surroundings)))
    await runTogetherOneByOne(database, source, statements, surroundings);
  if (!together) await runOneByOne(database, source, statements, surroundings);
  if (lasting.test(source.sql)) {
    await database.run("DISCARD ALL");
    await database.run(sessionSettings);
  }
}

function statementsOf(
  database: ScratchDatabase,
  { name, sql, firstLine = 1 }: SqlSource,
  surroundings: Surroundings,
): Statement[] {
  const { pieces, commands } = cut(sql);
  for (const { text } of commands)
    surroundings.tell(`${name}: psql's ${text.split(/\s/)[0] ?? ""} was left out`);
  let at = 0;
  let line = firstLine;
  const statements: Statement[] = [];
  for (const { start, end } of pieces) {
    for (; at < start; at += 1) if (sql.charCodeAt(at) === 10) line += 1;
    const text = sql.slice(start, end);
    if (/^copy\b.*\bfrom\s+stdin\b/is.test(text)) continue;
    const own = ownDatabase(text);
    if (own === undefined && isAboutServer(text))
      surroundings.tell(`${name} line ${line}: ${firstWords(text)} was left out`);
    else statements.push({ text: own ?? marking(database, text), line });
  }
  return statements;
}

/** With the mark on what roles it makes, as one with it: one that somebody else made meanwhile makes it fail first. */
function marking({ shared, rolesBefore }: ScratchDatabase, text: string): string {
  const roles = shared ? rolesMadeBy(text).filter((role) => !rolesBefore.includes(role)) : [];
  return roles.length === 0 ? text : `${text}\n;\n${markRoles(roles)}`;
}

const firstWords = (text: string) => text.split(/\s+/).slice(0, 2).join(" ").toUpperCase();

/** All in one message; false, and nothing done, where something must be found out statement by statement. */
async function ranTogether(
  database: ScratchDatabase,
  statements: readonly Statement[],
  surroundings: Surroundings,
): Promise<boolean> {
  const text = statements.map((statement) => statement.text).join(";\n");
  for (;;) {
    try {
      await database.run(`BEGIN;\n${text};\nCOMMIT`);
      return true;
    } catch (error) {
      const failure = serverFailure(error);
      await database.run("ROLLBACK");
      if (!(await surroundings.mend(failure))) return false;
    }
  }
}

async function runTogetherOneByOne(
  database: ScratchDatabase,
  source: SqlSource,
  statements: readonly Statement[],
  surroundings: Surroundings,
): Promise<void> {
  await database.run("BEGIN");
  for (const statement of statements) {
    for (;;) {
      const failure = await failureOf(database, statement);
      if (failure === undefined) break;
      await database.run("ROLLBACK TO knowngood");
      if (await surroundings.mend(failure)) continue;
      if (isNeedless(statement, failure)) break;
      await database.run("ROLLBACK");
      throw new SourceFails(source, statement.line, failure);
    }
  }
  await commit(database, source);
}

async function failureOf(
  database: ScratchDatabase,
  { text }: Statement,
): Promise<DatabaseFailure | undefined> {
  await database.run("SAVEPOINT knowngood");
  try {
    await database.run(text);
    return undefined;
  } catch (error) {
    return serverFailure(error);
  }
}

async function commit(database: ScratchDatabase, source: SqlSource): Promise<void> {
  try {
    await database.run("COMMIT");
  } catch (error) {
    throw new SourceFails(source, undefined, serverFailure(error));
  }
}

async function runOneByOne(
  database: ScratchDatabase,
  source: SqlSource,
  statements: readonly Statement[],
  surroundings: Surroundings,
): Promise<void> {
  for (const statement of statements) {
    for (;;) {
      try {
        await database.run(statement.text);
        break;
      } catch (error) {
        const failure = serverFailure(error);
        if (await surroundings.mend(failure)) continue;
        if (isNeedless(statement, failure)) break;
        await database.run("ROLLBACK");
        throw new SourceFails(source, statement.line, failure);
      }
    }
  }
  await database.run("ROLLBACK");
}

/** A role that is there already, or a setting that this version does not have, changes nothing of what follows. */
function isNeedless({ text }: Statement, { code }: DatabaseFailure): boolean {
  return (
    (code === "42710" && /^create\s+(role|user|group)\b/i.test(text)) ||
    (code === "42704" && /^set\b/i.test(text))
  );
}

/** The server's word; anything else, such as a connection that ended, goes on as it is. */
function serverFailure(error: unknown): DatabaseFailure {
  const failure = error as DatabaseFailure;
  if (typeof failure.code === "string" && /^[0-9A-Z]{5}$/.test(failure.code)) return failure;
  throw error;
}
