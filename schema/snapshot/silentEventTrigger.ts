import { Unparsable, type Parser } from "../static/parser";

/** As elog.h numbers them: an ERROR and all that is worse end the statement. */
const errorLevel = 21;

interface Statement {
  PLpgSQL_stmt_raise?: { elog_level?: number; params?: Expression[]; options?: unknown };
  PLpgSQL_stmt_return?: { expr?: unknown };
}

interface Expression {
  PLpgSQL_expr?: { query?: string };
}

/** Whether the function of an event trigger only tells of what it is run for, so that nothing can fail. */
export function isSilent(source: string, parser: Parser): boolean {
  const quotes = "$knowngood$";
  if (source.includes(quotes)) return false;
  try {
    const tree = parser.parsePlpgsql(
      `CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS ${quotes}${source}${quotes}`,
    ) as {
      plpgsql_funcs?: {
        PLpgSQL_function?: {
          action?: { PLpgSQL_stmt_block?: { body?: Statement[]; exceptions?: unknown } };
        };
      }[];
    };
    const block = tree.plpgsql_funcs?.[0]?.PLpgSQL_function?.action?.PLpgSQL_stmt_block;
    if (block === undefined || block.exceptions !== undefined) return false;
    return (block.body ?? []).every(
      ({ PLpgSQL_stmt_raise: raise, PLpgSQL_stmt_return: end }) =>
        (end !== undefined && end.expr === undefined) ||
        (raise !== undefined &&
          (raise.elog_level ?? errorLevel) < errorLevel &&
          raise.options === undefined &&
          (raise.params ?? []).every(({ PLpgSQL_expr }) =>
            /^\s*(tg_tag|tg_event|'[^']*'|\d+)\s*$/i.test(PLpgSQL_expr?.query ?? ""),
          )),
    );
  } catch (error) {
    if (error instanceof Unparsable) return false;
    throw error;
  }
}
