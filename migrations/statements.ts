/** One statement of a text. */
export interface Statement {
  text: string;
  /** Where it begins in the text. */
  offset: number;
}

/** The statements of a text, by PostgreSQL's own parser; the whole text as one where it can't be parsed. */
export async function splitStatements(sql: string): Promise<Statement[]> {
  const { parse } = await import("libpg-query");
  const bytes = Buffer.from(sql, "utf8");
  try {
    const { stmts } = (await parse(sql)) as { stmts: { stmt_location?: number; stmt_len?: number }[] };
    return stmts.map(({ stmt_location: begin = 0, stmt_len: length }) => {
      const raw = bytes.subarray(begin, length === undefined ? undefined : begin + length).toString("utf8");
      const text = raw.replace(/^(\s+|--[^\n]*(\n|$))+/, "");
      return {
        text: text.trimEnd(),
        offset: bytes.subarray(0, begin).toString("utf8").length + raw.length - text.length,
      };
    });
  } catch {
    const text = sql.trimStart();
    return [{ text: text.trimEnd(), offset: sql.length - text.length }];
  }
}

const longestStatement = 2000;

/** A statement as an error shows it, at most 2,000 characters of it. */
export function shortened(statement: string): string {
  return statement.length <= longestStatement ? statement : `${statement.slice(0, longestStatement)} …`;
}
