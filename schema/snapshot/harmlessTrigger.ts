import type { CreateTrigStmt, Node } from "libpg-query";
import { only, relationName, text, texts, type Name } from "../static/nodes";
import { Unparsable, type Parser } from "../static/parser";
import type { Catalog } from "./catalog";
import { isSafeInsert, type Written } from "./freshLog";
import { isSafe, type Known } from "./safeExpression";
import type { RelationFacts, RoutineFacts, TriggerFacts } from "./snapshot";
import {
  either,
  sameTerm,
  termOf,
  unknown,
  writtenByOldCode,
  type RowTerms,
  type SeenColumns,
  type Term,
} from "./triggerTerms";

/** What a trigger is on and beside. */
export interface Touched extends SeenColumns {
  /** Whether no other trigger changes a row before it. */
  alone: boolean;
  /** The relation of a table's oid that the gap made under a name; undefined for all others. */
  fresh: (name: Name) => RelationFacts | undefined;
}

/**
 * Whether a trigger only sets columns that old code does not have, or old ones to what they are, by expressions that
 * can't fail, only writes to tables that old code does not have, and lets every row through. Whether what it sets fits,
 * trials see. False for all that can't be told for certain.
 */
export function isHarmless(
  { definition }: TriggerFacts,
  catalog: Catalog,
  touched: Touched,
  parser: Parser,
): boolean {
  try {
    const statement = only(parser.parse(definition).stmts?.[0]?.stmt, "CreateTrigStmt");
    if (statement === undefined || !(isBeforeWrite(statement) || isAfterWrite(statement))) return false;
    const known: Known = { columns: touched.columns, catalog, parser };
    if (statement.whenClause !== undefined && !isSafe(statement.whenClause, known)) return false;
    const routine = routineOf(statement, catalog);
    return routine !== undefined && isHarmlessBody(routine, { ...known, touched, ...momentOf(statement) });
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

/** Once all is written: what it gives back means nothing. */
function isAfterWrite({ timing = 0, isconstraint, transitionRels }: CreateTrigStmt): boolean {
  return timing === 0 && isconstraint !== true && transitionRels === undefined;
}

const [insert, deletion, update, truncation] = [4, 8, 16, 32];

function momentOf({ relation, events = 0, timing = 0, row }: CreateTrigStmt): Moment {
  return {
    on: relationName(relation),
    after: timing === 0,
    inserts: (events & (insert | truncation)) > 0 || row !== true,
    deletes: (events & (deletion | truncation)) > 0 || row !== true,
    events: [
      ...((events & insert) > 0 ? (["INSERT"] as const) : []),
      ...((events & update) > 0 ? (["UPDATE"] as const) : []),
    ],
  };
}

interface Moment extends Pick<Written, "inserts" | "deletes"> {
  on: Name;
  after: boolean;
  events: readonly ("INSERT" | "UPDATE")[];
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
  context: Omit<Context, "terms">,
): boolean {
  if (language !== "plpgsql" || configuration !== null || triggerSource === null) return false;
  if (triggerSource.includes(quotes)) return false;
  const tree = context.parser.parsePlpgsql(
    `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS ${quotes}${triggerSource}${quotes}`,
  ) as { plpgsql_funcs?: { PLpgSQL_function?: PlpgsqlFunction }[] };
  const body = tree.plpgsql_funcs?.[0]?.PLpgSQL_function;
  if (body === undefined || (body.datums ?? []).some(isDeclared)) return false;
  const { touched, after, events } = context;
  const ways: RowTerms[] = after
    ? [{ event: undefined, row: new Map() }]
    : events.map((event) => ({ event, row: touched.alone ? writtenByOldCode(event, touched) : new Map() }));
  return ways.every((terms) => runs(body.action, { ...context, terms }) === "returns");
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
  sqlstmt?: Expression;
  elog_level?: number;
  params?: Expression[];
  options?: unknown;
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

interface Context extends Known, Moment {
  touched: Touched;
  /** What is known of the row so far; assignments make it another. */
  terms: RowTerms;
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
    case "PLpgSQL_stmt_execsql":
      return writesFresh(body.sqlstmt?.PLpgSQL_expr?.query ?? "", context) ? "goes on" : undefined;
    case "PLpgSQL_stmt_raise":
      return isNotice(body, context) ? "goes on" : undefined;
    case "PLpgSQL_stmt_return":
      if (context.after) return isRow(body) ? "returns" : undefined;
      // The new row is the first that a trigger's function is given.
      return body.expr === undefined && body.retvarno === 0 ? "returns" : undefined;
    default:
      return undefined;
  }
}

const isRow = ({ expr }: Body) => /^(null|new|old)$/i.test(expr?.PLpgSQL_expr?.query?.trim() ?? "null");

/** As elog.h numbers them: an ERROR and all that is worse end the statement. */
const errorLevel = 21;

function isNotice({ elog_level = errorLevel, params = [], options }: Body, context: Context): boolean {
  return (
    elog_level < errorLevel &&
    options === undefined &&
    params.every(({ PLpgSQL_expr }) => isSafeText(PLpgSQL_expr?.query, context))
  );
}

function writesFresh(statement: string, context: Context): boolean {
  const [parsed, ...more] = context.parser.parse(statement).stmts ?? [];
  const into = only(parsed?.stmt, "InsertStmt");
  if (into === undefined || more.length > 0) return false;
  const { catalog, touched, inserts, deletes } = context;
  const table = catalog.facts.relations.find(
    ({ schema, name }) => name === context.on.name && schema === (context.on.schema ?? schema),
  );
  const written: Written = {
    columns: table === undefined ? [] : catalog.columnsOf(table.oid),
    inserts,
    deletes,
  };
  return isSafeInsert(into, touched.fresh(relationName(into.relation)), { known: context, written });
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
  const outcomes: Outcome[] = [];
  const rows: RowTerms["row"][] = [];
  const { terms } = context;
  const go = (body: readonly Statement[] | undefined) => {
    const way = { ...context, terms: { ...terms } };
    const outcome = runsAll(body, way);
    outcomes.push(outcome);
    if (outcome === "goes on") rows.push(way.terms.row);
  };
  let decided = false;
  for (const [place, body] of [then_body, ...others.map((other) => other?.stmts)].entries()) {
    if (decided) break;
    const value = valueOf(conditions[place]?.PLpgSQL_expr?.query, context);
    if (value.is === "null" || (value.is === "flag" && !value.flag)) continue;
    go(body);
    decided = value.is === "flag";
  }
  if (!decided) go(else_body);
  if (outcomes.includes(undefined)) return undefined;
  if (rows.length > 0) context.terms.row = rows.reduce(either);
  return outcomes.every((outcome) => outcome === "returns") ? "returns" : "goes on";
}

function valueOf(expression: string | undefined, { parser, terms }: Context): Term {
  const select = only(parser.parse(`SELECT ${expression ?? ""}`).stmts?.[0]?.stmt, "SelectStmt");
  return termOf(only(select?.targetList?.[0], "ResTarget")?.val, terms);
}

const assignment = /^\s*new\s*\.\s*("(?:[^"]|"")+"|[\w$]+)\s*:?=(?!=)([\s\S]*)$/i;

function setsNew(expression: Expression | undefined, context: Context): boolean {
  const [, name = "", value = ""] = assignment.exec(expression?.PLpgSQL_expr?.query ?? "") ?? [];
  const column = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
  const { columns, kept } = context.touched;
  if (!columns.has(column) || !isSafeText(value, context)) return false;
  const term = valueOf(value, context);
  const stays = sameTerm(term, context.terms.row.get(column) ?? unknown);
  context.terms.row = new Map(context.terms.row).set(column, term);
  return !kept.has(column) || stays;
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
