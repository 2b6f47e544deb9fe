import type { CreateFunctionStmt, DoStmt, FuncCall, Node } from "libpg-query";
import type { Routine } from "./model";
import { constantText, literalsIn } from "./constants";
import { isHarmlessCall } from "./builtIns";
import { nameOf, only, optionOf, text, texts, walk } from "./nodes";
import { type Parser, Unparsable, isTooDeep } from "./parser";
import type { Replay } from "./replay";
import type { Statement } from "./statement";

/** What a body runs, as far as it can be read. */
export interface BodyContent {
  statements: readonly { node: Node; sql: string; line: number }[];
  /** Columns that a trigger's body gives another value. */
  assigned: readonly string[];
  /** Whether it can refuse: a RAISE of an error, or a trigger that gives NULL back. */
  refuses: boolean;
  unread: readonly { line: number; reason: string; fragment?: string }[];
}

const nothing: BodyContent = { statements: [], assigned: [], refuses: false, unread: [] };
const bodies = new WeakMap<Statement, BodyContent>();

/** DO: its statements are taken to run, whatever stands round them. */
export function runBlock(replay: Replay, statement: DoStmt): void {
  const language = optionOf(statement.args, "language");
  const body = optionOf(statement.args, "as");
  const code = body === undefined || body === true ? "" : (text(body) ?? "");
  const content =
    language === undefined || language === true || text(language) === "plpgsql"
      ? readPlpgsql(replay.parser, replay.statement, code)
      : refuse(`a block in ${text(language)}`);
  runContent(replay, content, true);
}

function refuse(reason: string): BodyContent {
  return { ...nothing, unread: [{ line: 0, reason }] };
}

/** Runs a routine's body in place of a call of it. */
export function runRoutine(replay: Replay, routine: Routine): void {
  if (replay.calls.has(routine.id)) return;
  replay.calls.add(routine.id);
  const { path } = replay;
  try {
    runContent(replay, readBody(replay.parser, routine), false);
  } finally {
    replay.path = path;
    replay.calls.delete(routine.id);
  }
}

/** The body of a routine, read once. */
export function readBody(parser: Parser, routine: Routine): BodyContent {
  const known = bodies.get(routine.source);
  if (known !== undefined) return known;
  const content = readRoutine(parser, routine);
  bodies.set(routine.source, content);
  return content;
}

function readRoutine(parser: Parser, routine: Routine): BodyContent {
  const definition: CreateFunctionStmt | undefined = only(routine.source.node, "CreateFunctionStmt");
  if (definition === undefined) return nothing;
  const as = optionOf(definition.options, "as");
  const code = as === undefined || as === true ? "" : (texts(only(as, "List")?.items)[0] ?? "");
  if (routine.language === "plpgsql") return readPlpgsql(parser, routine.source, code);
  if (routine.language !== "sql") return refuse(`${routine.name} is written in ${routine.language}`);
  if (definition.sql_body !== undefined) {
    const found: Node[] = [];
    const collect = (node: Node | undefined) => {
      const list = only(node, "List");
      if (list === undefined) {
        if (node !== undefined) found.push(node);
      } else for (const item of list.items ?? []) collect(item);
    };
    collect(definition.sql_body);
    return { ...nothing, statements: found.map((node) => ({ node, sql: "", line: 0 })) };
  }
  return readSql(parser, code, 1);
}

function readSql(parser: Parser, sql: string, line: number): BodyContent {
  try {
    const statements = (parser.parse(sql).stmts ?? []).flatMap(({ stmt }) =>
      stmt === undefined ? [] : { node: stmt, sql, line },
    );
    return { ...nothing, statements };
  } catch (error) {
    if (error instanceof Unparsable) return { ...nothing, unread: [{ line, reason: error.message }] };
    throw error;
  }
}

interface Expression {
  query?: string;
  parseMode?: number;
}

/** Statements of a PL/pgSQL body in the order of its text; both branches of an IF, and handlers of exceptions. */
function readPlpgsql(parser: Parser, source: Statement, code: string): BodyContent {
  const statements: BodyContent["statements"][number][] = [];
  const assigned: string[] = [];
  const unread: BodyContent["unread"][number][] = [];
  const add = ({ statements: more, unread: refused }: BodyContent) => {
    statements.push(...more);
    unread.push(...refused);
  };
  let refuses = false;
  let tree: unknown;
  try {
    const whole = source.inner?.sql ?? source.text.sql.slice(source.start, source.end);
    tree = parser.parsePlpgsql(whole);
  } catch (error) {
    if (!(error instanceof Unparsable)) throw error;
    return refuse(`its body can't be read: ${error.message}`);
  }
  const first = source.inner === undefined ? lineOfBody(source, code) : source.inner.line;
  let line = first;
  walk(tree, (kind, body) => {
    const { lineno } = body as { lineno?: number };
    if (kind.startsWith("PLpgSQL_stmt") && lineno !== undefined) line = first + lineno - 1;
    if (kind === "PLpgSQL_stmt_dynexecute" || kind === "PLpgSQL_stmt_dynfors") {
      const { query, body: inside } = body as { query?: { PLpgSQL_expr?: Expression }; body?: unknown };
      const sql = constantText(parser, query?.PLpgSQL_expr?.query ?? "");
      if (sql === undefined) unread.push(dynamic(line, query?.PLpgSQL_expr?.query));
      else add(readSql(parser, sql, line));
      for (const one of Array.isArray(inside) ? inside : []) walk({ one: one as unknown }, visitInside);
      return false;
    }
    return visitExpression(kind, body);
  });
  function visitInside(kind: string, body: unknown): boolean | void {
    return visitExpression(kind, body);
  }
  function visitExpression(kind: string, body: unknown): boolean | void {
    if (kind === "PLpgSQL_stmt_raise") refuses ||= ((body as { elog_level?: number }).elog_level ?? 0) >= 21;
    const built = (body as { dynquery?: { PLpgSQL_expr?: Expression } }).dynquery?.PLpgSQL_expr?.query;
    if (built !== undefined) {
      const sql = constantText(parser, built);
      if (sql === undefined) unread.push(dynamic(line, built));
      else add(readSql(parser, sql, line));
      return false;
    }
    if (kind !== "PLpgSQL_expr") return undefined;
    const { query = "", parseMode = 0 } = body as Expression;
    if (parseMode === 0) add(readSql(parser, query, line));
    else {
      const assignment = /^\s*([\w."]+)(?:\[[^\]]*\])*\s*:?=\s*([\s\S]*)$/.exec(query);
      if (/^\s*null\s*$/i.test(query)) refuses = true;
      const value = parseMode === 2 ? query : (assignment?.[2] ?? "");
      const target = /^new\.("?)(.+)\1$/i.exec(assignment?.[1] ?? "")?.[2];
      if (parseMode !== 2 && target !== undefined) assigned.push(target);
      // Only what calls something can have an effect.
      if (value.includes("(")) add(readSql(parser, `SELECT ${value}`, line));
    }
    return false;
  }
  return { statements, assigned, refuses, unread };
}

function dynamic(line: number, expression = ""): BodyContent["unread"][number] {
  return { line, reason: "EXECUTE of SQL that is built while it runs", fragment: literalsIn(expression) };
}

function lineOfBody(source: Statement, code: string): number {
  const found = code === "" ? -1 : source.text.sql.indexOf(code, source.start);
  const quote = source.text.sql.slice(source.start, source.end).search(/'|\$/);
  return source.text.lineAt(found >= 0 && found < source.end ? found : source.start + Math.max(0, quote));
}

/** @param own whether the statements are the migration's own text, so that findings name them */
function runContent(replay: Replay, content: BodyContent, own: boolean): void {
  const outer = replay.statement;
  const within = own && outer.inner === undefined;
  for (const { line, reason, fragment } of content.unread)
    replay.unreadable(
      reason,
      within && line > 0 ? { ...outer, inner: { sql: textOf(outer), line } } : outer,
      fragment,
    );
  for (const { node, sql, line } of content.statements) {
    replay.statement = within ? { ...outer, node, inner: { sql, line } } : { ...outer, node };
    try {
      replay.run(replay.statement);
    } catch (error) {
      if (!isTooDeep(error)) throw error;
      replay.unreadable("nested too deeply to be read");
    }
  }
  replay.statement = outer;
}

function textOf({ text: whole, start, end }: Statement): string {
  return whole.sql.slice(start, Math.min(end, start + 4000));
}

/** Runs what a query calls: routines of the schema anywhere in it, and tells of unknown ones that it is all about. */
export function runCalls(replay: Replay, tree: unknown, outermost: readonly Node[]): void {
  if (replay.ahead === undefined && outermost.length === 0) return;
  const heads = new Set<unknown>(outermost.flatMap((node) => only(node, "FuncCall") ?? []));
  walk(tree, (kind, body) => {
    if (kind !== "FuncCall") return;
    const name = nameOf(texts((body as FuncCall).funcname));
    const count = (body as FuncCall).args?.length ?? 0;
    const known = replay
      .findRoutines(name)
      .filter(({ args, required }) => count >= required && count <= args.length);
    for (const routine of known) runRoutine(replay, routine);
    if (known.length === 0 && heads.has(body) && !isHarmlessCall(name))
      replay.unreadable(`${name.name} is a function whose body is not known`);
  });
}
