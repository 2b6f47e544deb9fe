import type { CapturedWay } from "../../catalog/capturedSql";

/** A statement as it was printed, with the comments before it, and what it is to PostgreSQL's own parser. */
interface Printed {
  text: string;
  kind: string;
  /** Whether it is a SELECT that reads a relation. */
  readsRows: boolean;
}

/** What a tool prints for its own table of versions: the table's name in the first group. */
const versionTable = /^(?:insert into|update|delete from)\s+(\S+).*\bversion_num\b/is;

/**
 * The SQL that a tool printed, without what is the tool's own: log lines, its transaction, its table of versions.
 * @param ownTable the table of versions, unless what was printed names another
 */
export async function cleanSql(output: string, ownTable?: string): Promise<CapturedWay> {
  const text = output
    .split(/\r?\n/)
    .filter((line) => !/^(INFO|WARNING|DEBUG)\s+\[/.test(line))
    .join("\n");
  const printed = await statementsOf(text);
  if (printed === undefined) {
    const first = text.split("\n").find((line) => line.trim() !== "" && !line.startsWith("--"));
    return { sql: text, unread: `what its command printed is no SQL (${first?.trim() ?? ""})` };
  }
  const own = printed.map(({ text }) => versionTable.exec(bare(text))?.[1]).find((name) => name) ?? ownTable;
  const kept = printed.filter(({ text }) => own === undefined || !concerns(bare(text), own));
  const begins = kept[0]?.kind === "TransactionStmt";
  const inside = kept.slice(begins ? 1 : 0, kept.at(-1)?.kind === "TransactionStmt" ? -1 : undefined);
  const statements = inside.filter(({ kind }) => kind !== "TransactionStmt");
  return {
    sql: statements.map(({ text }) => `${text.trim()};`).join("\n\n"),
    withoutTransaction: statements.length < inside.length || (!begins && statements.length > 0),
    unread: statements.some(({ readsRows }) => readsRows)
      ? "it reads rows to decide what it does, and nothing was there to read"
      : undefined,
  };
}

function concerns(text: string, table: string): boolean {
  const word = /^(?:create table|insert into|update|delete from|drop table)\s+([^\s(;]+)/i.exec(text)?.[1];
  return word === table;
}

/** A statement without the comments before it. */
function bare(text: string): string {
  return text.replace(/^(\s+|--[^\n]*(\n|$))+/, "");
}

/** Undefined where PostgreSQL's parser can't read it. */
async function statementsOf(sql: string): Promise<Printed[] | undefined> {
  if (bare(sql) === "") return [];
  const { parse } = await import("libpg-query");
  const bytes = Buffer.from(sql, "utf8");
  try {
    const { stmts } = (await parse(sql)) as {
      stmts: { stmt?: Record<string, unknown>; stmt_location?: number; stmt_len?: number }[];
    };
    return stmts.map(({ stmt = {}, stmt_location: begin = 0, stmt_len: length }) => {
      const kind = Object.keys(stmt)[0] ?? "";
      const { fromClause, intoClause } = (stmt[kind] ?? {}) as { fromClause?: unknown; intoClause?: unknown };
      return {
        text: bytes.subarray(begin, length === undefined ? undefined : begin + length).toString("utf8"),
        kind,
        readsRows: kind === "SelectStmt" && fromClause !== undefined && intoClause === undefined,
      };
    });
  } catch {
    return undefined;
  }
}
