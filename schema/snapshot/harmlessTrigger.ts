import type { CreateTrigStmt, Node } from "libpg-query";
import { only, text, texts } from "../static/nodes";
import { Unparsable, type Parser } from "../static/parser";
import type { Catalog } from "./catalog";
import { isSafe, type Known } from "./safeExpression";
import type { RoutineFacts, TriggerFacts } from "./snapshot";

/** What a trigger's table has, and which of its columns old code has and still means. */
export interface Touched {
  columns: ReadonlySet<string>;
  kept: ReadonlySet<string>;
}

/**
 * Whether a trigger only sets columns that old code does not have, by expressions that can't fail, and lets every row
 * through. Whether what it sets fits, trials see. False for all that can't be told for certain.
 */
export function isHarmless(
  { definition }: TriggerFacts,
  catalog: Catalog,
  touched: Touched,
  parser: Parser,
): boolean {
  try {
    const statement = only(parser.parse(definition).stmts?.[0]?.stmt, "CreateTrigStmt");
    if (statement === undefined || !isBeforeWrite(statement)) return false;
    const known: Known = { columns: touched.columns, catalog, parser };
    if (statement.whenClause !== undefined && !isSafe(statement.whenClause, known)) return false;
    const routine = routineOf(statement, catalog);
    return routine !== undefined && isHarmlessBody(routine, touched, known);
  } catch (error) {
    if (error instanceof Unparsable) return false;
    throw error;
  }
}

/** As `pg_trigger` has them in `tgtype`. */
const before = 2;
const insertOrUpdate = 4 | 16;

/** For each row, ahead of what writes it. A row to be deleted has nothing that could be set. */
function isBeforeWrite({ row, timing, events = 0, isconstraint, transitionRels }: CreateTrigStmt): boolean {
  return (
    row === true &&
    timing === before &&
    (events & ~insertOrUpdate) === 0 &&
    isconstraint !== true &&
    transitionRels === undefined
  );
}

function routineOf({ funcname }: CreateTrigStmt, { facts }: Catalog): RoutineFacts | undefined {
  const parts = texts(funcname);
  const schema = parts.at(-2);
  const found = facts.routines.filter(
    (routine) =>
      routine.name === parts.at(-1) &&
      routine.arguments.length === 0 &&
      (schema === undefined || routine.schema === schema),
  );
  return found.length === 1 ? found[0] : undefined;
}

function isHarmlessBody(
  { language, configuration, triggerSource }: RoutineFacts,
  touched: Touched,
  known: Known,
): boolean {
  if (language !== "plpgsql" || configuration !== null || triggerSource === null) return false;
  if (triggerSource.includes(quotes)) return false;
  const tree = known.parser.parsePlpgsql(
    `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS ${quotes}${triggerSource}${quotes}`,
  ) as { plpgsql_funcs?: { PLpgSQL_function?: PlpgsqlFunction }[] };
  const body = tree.plpgsql_funcs?.[0]?.PLpgSQL_function;
  if (body === undefined || (body.datums ?? []).some(isDeclared)) return false;
  return runs(body.action, { ...known, touched }) === "returns";
}

const quotes = "$knowngood$";

/** What libpg-query gives of PL/pgSQL, as far as harmless bodies have it. */
interface PlpgsqlFunction {
  datums?: Record<string, { refname?: string }>[];
  action?: Statement;
}

type Statement = Record<string, Body>;

interface Body {
  body?: Statement[];
  exceptions?: unknown;
  expr?: Expression;
  cond?: Expression;
  then_body?: Statement[];
  elsif_list?: { PLpgSQL_if_elsif?: { cond?: Expression; stmts?: Statement[] } }[];
  else_body?: Statement[];
  retvarno?: number;
}

interface Expression {
  PLpgSQL_expr?: { query?: string };
}

/** A variable of the body's own can hold anything. */
function isDeclared(datum: Record<string, { refname?: string }>): boolean {
  return Object.entries(datum).some(
    ([kind, { refname = "" }]) =>
      kind !== "PLpgSQL_recfield" && !/^(new|old|found|tg_[a-z_]+)$/.test(refname),
  );
}

interface Context extends Known {
  touched: Touched;
}

/** What a statement comes to: it gives the row back, or goes on to the next; undefined where it may do harm. */
type Outcome = "returns" | "goes on" | undefined;

function runs(statement: Statement | undefined, context: Context): Outcome {
  const [[kind, body] = []] = Object.entries(statement ?? {});
  if (body === undefined) return undefined;
  switch (kind) {
    case "PLpgSQL_stmt_block":
      return body.exceptions === undefined ? runsAll(body.body, context) : undefined;
    case "PLpgSQL_stmt_assign":
      return setsNew(body.expr, context) ? "goes on" : undefined;
    case "PLpgSQL_stmt_if":
      return branches(body, context);
    case "PLpgSQL_stmt_return":
      // The new row is the first that a trigger's function is given.
      return body.expr === undefined && body.retvarno === 0 ? "returns" : undefined;
    default:
      return undefined;
  }
}

function runsAll(statements: readonly Statement[] = [], context: Context): Outcome {
  for (const statement of statements) {
    const outcome = runs(statement, context);
    if (outcome !== "goes on") return outcome;
  }
  return "goes on";
}

function branches({ cond, then_body, elsif_list = [], else_body }: Body, context: Context): Outcome {
  const others = elsif_list.map(({ PLpgSQL_if_elsif }) => PLpgSQL_if_elsif);
  const conditions = [cond, ...others.map((other) => other?.cond)];
  if (!conditions.every((condition) => isSafeText(condition?.PLpgSQL_expr?.query, context))) return undefined;
  const outcomes = [then_body, ...others.map((other) => other?.stmts), else_body].map((body) =>
    runsAll(body, context),
  );
  if (outcomes.includes(undefined)) return undefined;
  return outcomes.every((outcome) => outcome === "returns") ? "returns" : "goes on";
}

const assignment = /^\s*new\s*\.\s*("(?:[^"]|"")+"|[\w$]+)\s*:?=(?!=)([\s\S]*)$/i;

function setsNew(expression: Expression | undefined, context: Context): boolean {
  const [, name = "", value = ""] = assignment.exec(expression?.PLpgSQL_expr?.query ?? "") ?? [];
  const column = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
  const { columns, kept } = context.touched;
  return columns.has(column) && !kept.has(column) && isSafeText(value, context);
}

function isSafeText(expression: string | undefined, context: Context): boolean {
  const statements = context.parser.parse(`SELECT ${expression ?? ""}`).stmts ?? [];
  const select = only(statements[0]?.stmt, "SelectStmt");
  const [target, ...more] = select?.targetList ?? [];
  const value: Node | undefined = only(target, "ResTarget")?.val;
  const bare = Object.keys(select ?? {}).every((key) => ["targetList", "limitOption", "op"].includes(key));
  if (statements.length !== 1 || !bare || more.length > 0 || value === undefined) return false;
  return text(value) === undefined && isSafe(value, context);
}
