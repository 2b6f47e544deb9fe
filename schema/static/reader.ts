import { Buffer } from "node:buffer";
import type { ParseResult } from "libpg-query";
import type { SqlSource } from "../gap";
import { type Parser, Unparsable } from "./parser";
import { type Piece, cut } from "./pieces";
import { SourceText, type Statement } from "./statement";

/** A statement that could not be read, and why. */
export interface Refused {
  text: SourceText;
  start: number;
  end: number;
  /** Offset of what the parser stumbled over. */
  at: number;
  reason: string;
}

/** Bounds the memory of a parse: its tree is some ten times the text. */
const longestChunk = 256 * 1024;

/** What a decoder leaves where bytes were no UTF-8, and what has no UTF-8 at all. */
const notUtf8 = /[\ufffd\p{Surrogate}]/u;

/** Past this many refusals in a file its text is no SQL, and is refused a chunk at a time. */
const mostRefusals = 1000;

/** Statements of one file in order, and what of it could not be read. */
export interface Read {
  statement?: Statement;
  unread?: Refused;
}

/** Reads a file whole, a chunk at a time; where a chunk is refused, its statements one by one. */
export async function* read(source: SqlSource, parser: Parser): AsyncGenerator<Read[]> {
  const text = new SourceText(source, plain(source.sql));
  const encoded = !notUtf8.test(text.sql);
  const { pieces, commands } = cut(text.sql);
  for (const { start, text: command } of commands)
    yield [
      {
        unread: {
          text,
          start,
          end: start + command.length,
          at: start,
          reason: `${command.split(/\s/)[0]} is for psql`,
        },
      },
    ];
  let refusals = 0;
  for (const chunk of chunks(pieces)) {
    const all = tryParse(text, chunk, parser);
    if (Array.isArray(all)) {
      yield encoded ? all : [...all, ...withoutEncoding(text, all)];
      continue;
    }
    await parser.mend();
    const reads: Read[] = [];
    for (const [index, piece] of chunk.entries()) {
      if (refusals > mostRefusals) {
        const end = chunk.at(-1)?.end ?? piece.end;
        const reason = `${all.message}, among much else that can't be read`;
        reads.push({ unread: { text, start: piece.start, end, at: piece.start, reason } });
        break;
      }
      const one = chunk.length === 1 && index === 0 ? all : tryParse(text, [piece], parser);
      if (Array.isArray(one)) reads.push(...one);
      else {
        refusals += 1;
        reads.push({ unread: { text, ...piece, at: piece.start + one.offset, reason: one.message } });
        await parser.mend();
      }
    }
    yield encoded ? reads : [...reads, ...withoutEncoding(text, reads)];
  }
}

/** A byte order mark is no SQL; a space keeps its place, so that offsets stay right. */
function plain(sql: string): string {
  return sql.charCodeAt(0) === 0xfeff ? ` ${sql.slice(1)}` : sql;
}

/** Bytes that were no UTF-8: the statement is judged as it reads, but its names may be others. */
function withoutEncoding(text: SourceText, reads: readonly Read[]): Read[] {
  return reads.flatMap(({ statement }) => {
    if (statement === undefined) return [];
    const { start, end } = statement;
    const at = start + text.sql.slice(start, end).search(notUtf8);
    return at < start
      ? []
      : [{ unread: { text, start, end, at, reason: "it holds bytes that are not UTF-8" } }];
  });
}

function* chunks(pieces: readonly Piece[]): Generator<Piece[]> {
  let chunk: Piece[] = [];
  for (const piece of pieces) {
    const first = chunk[0];
    if (first !== undefined && piece.end - first.start > longestChunk) {
      yield chunk;
      chunk = [];
    }
    chunk.push(piece);
  }
  if (chunk.length > 0) yield chunk;
}

function tryParse(text: SourceText, chunk: readonly Piece[], parser: Parser): Read[] | Unparsable {
  const first = chunk[0];
  const last = chunk[chunk.length - 1];
  if (first === undefined || last === undefined) return [];
  if (text.sql.includes("\0", first.start) && text.sql.indexOf("\0", first.start) < last.end)
    return new Unparsable(
      "it holds a NUL byte",
      chunk.length === 1 ? text.sql.indexOf("\0", first.start) - first.start : 0,
    );
  const sql = chunk.length === 1 ? text.sql.slice(first.start, last.end) : joined(text.sql, chunk);
  try {
    return located(text, chunk, sql, parser.parse(sql));
  } catch (error) {
    if (error instanceof Unparsable) return error;
    throw error;
  }
}

/** The chunk's text with what lies between its pieces, such as data for COPY, left out. */
function joined(sql: string, chunk: readonly Piece[]): string {
  return chunk.map(({ start, end }) => sql.slice(start, end)).join("\n;");
}

/**
 * Where the chunk's text was joined of pieces each piece is one statement, as long as both cut at the same semicolons;
 * where they did not, the statement's own offset tells.
 */
function located(text: SourceText, chunk: readonly Piece[], sql: string, parsed: ParseResult): Read[] {
  const statements = parsed.stmts ?? [];
  if (statements.length === chunk.length)
    return statements.flatMap(({ stmt }, index) => {
      const piece = chunk[index];
      return stmt === undefined || piece === undefined ? [] : [{ statement: { node: stmt, text, ...piece } }];
    });
  const first = chunk[0];
  if (chunk.length > 1 || first === undefined) throw new Unparsable("its statements could not be told apart");
  const bytes = Buffer.from(sql);
  return statements.flatMap(({ stmt, stmt_location: location = 0, stmt_len: length }) => {
    if (stmt === undefined) return [];
    const before = bytes.subarray(0, location).toString().length;
    const own = bytes.subarray(location, length === undefined ? undefined : location + length).toString();
    const start = first.start + before + (own.length - own.trimStart().length);
    return [{ statement: { node: stmt, text, start, end: first.start + before + own.length } }];
  });
}
