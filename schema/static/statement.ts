import type { Node } from "libpg-query";
import { maskPasswords } from "../../migrations/password";
import type { Finding } from "../finding";
import type { SqlSource } from "../gap";

/** Where a statement stands, for findings. */
export type Place = Pick<Finding, "migration" | "line" | "statement">;

/** SQL together with where its lines begin, found when first asked for. */
export class SourceText {
  private lineStarts: number[] | undefined;

  constructor(
    readonly source: SqlSource,
    readonly sql: string,
  ) {}

  /** Line of the file, from 1, at a character offset. */
  lineAt(offset: number): number {
    this.lineStarts ??= startsOfLines(this.sql);
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return (this.source.firstLine ?? 1) + low;
  }
}

function startsOfLines(sql: string): number[] {
  const starts = [0];
  for (let at = sql.indexOf("\n"); at >= 0; at = sql.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** One statement as the parser reads it, and where it stands. */
export interface Statement {
  node: Node;
  text: SourceText;
  /** Character offsets in the text. */
  start: number;
  end: number;
  /** For a statement inside a body: its own SQL, and the line within the text on which it stands. */
  inner?: { sql: string; line: number };
}

const longestStatement = 200;

/** Where a statement stands and how it reads on one line. */
export function placeOf({ text, start, end, inner }: Statement): Required<Place> {
  return {
    migration: text.source.name,
    line: inner?.line ?? text.lineAt(start),
    statement: onOneLine(inner?.sql ?? text.sql.slice(start, Math.min(end, start + 4000))),
  };
}

/** SQL without comments and line breaks, its passwords hidden, at most 200 characters. */
function onOneLine(sql: string): string {
  const hidden = sql
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ")
    // Within a quoted statement the quotes round a password are doubled.
    .replace(/\bpassword\s+(?:''[^']*''|E?'(?:[^']|'')*'?)/gi, "PASSWORD '…'")
    .replace(/\bpassword\s*=\s*('{2,})(?:(?!\1).)*\1/gis, "password=…");
  const line = maskPasswords(hidden, "…").replace(/\s+/g, " ").trim();
  return line.length <= longestStatement ? line : `${line.slice(0, longestStatement - 1)}…`;
}
