import type { RawStmt } from "libpg-query";
import type { SqlSource } from "../gap";
import { openParser } from "../static/parser";

/** A statement that begins or ends a transaction. */
export interface TransactionControl {
  /** On one line. */
  text: string;
  /** Of the whole file, from 1. */
  line: number;
}

/** As `TransactionStmt` names what stays inside of a transaction. */
const savepoints: ReadonlySet<string> = new Set([
  "TRANS_STMT_SAVEPOINT",
  "TRANS_STMT_RELEASE",
  "TRANS_STMT_ROLLBACK_TO",
]);

/** Where a text can't be parsed, anything that looks like one counts. */
const looksLikeControl =
  /(?:^|;)\s*(?:begin|start\s+transaction|commit|end|abort|prepare\s+transaction|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b[^;]*/i;

/** The first statement of a way down with which it would leave the transaction that it is run in; undefined for none. */
export async function transactionControl(source: SqlSource): Promise<TransactionControl | undefined> {
  const { sql } = source;
  const parser = await openParser();
  const bytes = Buffer.from(sql, "utf8");
  let statements: readonly RawStmt[];
  try {
    statements = parser.parse(sql).stmts ?? [];
  } catch {
    const found = looksLikeControl.exec(sql.replace(/--[^\n]*/g, (comment) => " ".repeat(comment.length)));
    return found === null ? undefined : shown(source, found.index, found[0].replace(/^;/, " "));
  }
  for (const { stmt, stmt_location: begin = 0, stmt_len: length } of statements) {
    const kind = stmt !== undefined && "TransactionStmt" in stmt ? stmt.TransactionStmt.kind : undefined;
    if (kind === undefined || savepoints.has(kind)) continue;
    const text = bytes.subarray(begin, length === undefined ? undefined : begin + length).toString("utf8");
    const bare = text.replace(/^(?:\s+|--[^\n]*(?:\n|$))+/, "");
    return shown(source, bytes.subarray(0, begin).toString("utf8").length + text.length - bare.length, bare);
  }
  return undefined;
}

function shown({ sql, firstLine = 1 }: SqlSource, offset: number, text: string): TransactionControl {
  const indented = text.length - text.trimStart().length;
  const before = sql.slice(0, offset + indented);
  return { text: text.trim().replace(/\s+/g, " "), line: firstLine + before.split("\n").length - 1 };
}

/** Why a way down with such a statement can't be run. */
export function controlText({ text, line }: TransactionControl): string {
  return (
    `line ${line} of its file (${text}) would leave the transaction that makes it happen whole or not at all; ` +
    "only a way down marked `-- migrate:down transaction:false` may do so"
  );
}
