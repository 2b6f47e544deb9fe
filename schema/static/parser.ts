import { createRequire } from "node:module";
import type * as Library from "libpg-query";
import type { ParseResult } from "libpg-query";

type Library = typeof Library;

const load = createRequire(__filename);
let library: Promise<Library> | undefined;

/** PostgreSQL's own parser. What it throws is told as `Unparsable`; it never leaves a broken parser behind. */
export interface Parser {
  /** Statements of SQL; their places are byte offsets into it. */
  parse(sql: string): ParseResult;
  /** Trees of the PL/pgSQL of one CREATE FUNCTION, CREATE PROCEDURE or DO statement. */
  parsePlpgsql(statement: string): unknown;
  /** Whether it needs mending before it reads another statement. */
  isBroken(): boolean;
  /** Makes a new instance where one broke on a statement. Until then every statement is refused. */
  mend(): Promise<void>;
}

/** SQL that the parser refuses, in the parser's words. */
export class Unparsable extends Error {
  /** @param offset characters before what it stumbled over */
  constructor(
    message: string,
    readonly offset: number = 0,
  ) {
    super(message);
  }
}

/** The parser, loaded once for the process. */
export async function openParser(): Promise<Parser> {
  library ??= openLibrary();
  let pg = await library;
  let broken = false;
  const guarded = <Result>(work: () => Result): Result => {
    if (broken) throw new Unparsable("the parser broke on an earlier statement");
    try {
      return work();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (isRefusal(error)) throw new Unparsable(message, positionOf(error));
      // Its stack pointer and memory can't be trusted after a trap, so nothing of that instance is used again.
      library = undefined;
      broken = true;
      throw new Unparsable(isTooDeep(error) ? "nested too deeply to be read" : message);
    }
  };
  return {
    parse: (sql) => (sql === "" ? { version: 0, stmts: [] } : guarded(() => pg.parseSync(sql))),
    parsePlpgsql: (statement) => guarded(() => pg.parsePlPgSQLSync(statement)),
    isBroken: () => broken,
    async mend() {
      if (!broken) return;
      library ??= openLibrary();
      pg = await library;
      broken = false;
    },
  };
}

async function openLibrary(): Promise<Library> {
  const file = load.resolve("libpg-query");
  delete load.cache[file];
  const fresh = load(file) as Library;
  await fresh.loadModule();
  return fresh;
}

function positionOf(error: unknown): number {
  const details = (error as { sqlDetails?: { cursorPosition?: number } }).sqlDetails;
  return details?.cursorPosition ?? 0;
}

/** What the parser says itself, against what the machine says of it. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && !(error instanceof RangeError) && error.name !== "RuntimeError";
}

/** Whether a recursion ran out of stack: a tree can be deeper than what reads it. */
export function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}
