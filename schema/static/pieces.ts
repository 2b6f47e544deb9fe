/** One statement's text within SQL: from its first word to before its semicolon, as character offsets. */
export interface Piece {
  start: number;
  end: number;
}

/** SQL cut at its semicolons, without what only psql reads. */
export interface Pieces {
  pieces: readonly Piece[];
  /** Lines for psql that were left out and change what the rest means, such as `\connect`; with their offset. */
  commands: readonly { start: number; text: string }[];
}

const SPACE = 32;
const dollarTag = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
const copyFromStdin = /^copy\b[^;]*\bfrom\s+stdin\b/i;
const routine = /^create\s+(?:or\s+replace\s+)?(?:function|procedure)\b/i;
const endOfData = /^\\\.[ \t\r]*$/m;

/**
 * Cuts SQL into statements as psql does: quotes, dollar quotes, comments, parentheses and `BEGIN ATOMIC` bodies are kept
 * whole, and the data after a `COPY … FROM stdin` is left out.
 */
export function cut(sql: string): Pieces {
  const pieces: Piece[] = [];
  const commands: { start: number; text: string }[] = [];
  let start = -1;
  let depth = 0;
  let atomic = 0;
  let at = 0;
  const finish = (end: number) => {
    if (start >= 0) pieces.push({ start, end });
    start = -1;
    depth = 0;
    atomic = 0;
  };
  while (at < sql.length) {
    const code = sql.charCodeAt(at);
    if (code <= SPACE) {
      at += 1;
      continue;
    }
    const past = skipComment(sql, at, code);
    // A comment that nothing closes swallows what follows, and the parser says so.
    if (past > sql.length && start < 0) start = at;
    if (past > at) {
      at = past;
      continue;
    }
    if (code === 92 && (start < 0 || startsLine(sql, at))) {
      const end = endOfLine(sql, at);
      const text = sql.slice(at, end).trim();
      finish(at);
      if (!isHarmless(text)) commands.push({ start: at, text });
      at = end;
      continue;
    }
    if (code === 59 && depth === 0 && atomic === 0) {
      const copies = start >= 0 && copyFromStdin.test(sql.slice(start, Math.min(at, start + 2000)));
      finish(at);
      at += 1;
      if (copies) at = skipData(sql, at);
      continue;
    }
    if (start < 0) start = at;
    const quoted = skipQuoted(sql, at, code);
    if (quoted > at) {
      at = quoted;
    } else if (code === 40) {
      depth += 1;
      at += 1;
    } else if (code === 41) {
      depth = Math.max(0, depth - 1);
      at += 1;
    } else if (isWord(code)) {
      const end = endOfWord(sql, at);
      // Only a routine's body can hold statements that its own BEGIN ATOMIC keeps together.
      if (end - at <= 6) atomic = nesting(sql, start, at, end, atomic);
      at = end;
    } else at += 1;
  }
  finish(sql.length);
  return { pieces, commands };
}

function nesting(sql: string, start: number, at: number, end: number, atomic: number): number {
  const name = sql.slice(at, end).toLowerCase();
  if (name === "begin" && routine.test(sql.slice(start, start + 60)))
    return /^\s+atomic\b/i.test(sql.slice(end, end + 40)) ? atomic + 1 : atomic;
  if (name === "case" && atomic > 0) return atomic + 1;
  if (name === "end" && atomic > 0) return atomic - 1;
  return atomic;
}

function skipComment(sql: string, at: number, code: number): number {
  if (code === 45 && sql.charCodeAt(at + 1) === 45) return endOfLine(sql, at);
  if (code !== 47 || sql.charCodeAt(at + 1) !== 42) return at;
  let open = 1;
  let next = at + 2;
  while (next < sql.length && open > 0) {
    if (sql.startsWith("*/", next)) {
      open -= 1;
      next += 2;
    } else if (sql.startsWith("/*", next)) {
      open += 1;
      next += 2;
    } else next += 1;
  }
  return open > 0 ? sql.length + 1 : next;
}

function skipQuoted(sql: string, at: number, code: number): number {
  if (code === 34) return closing(sql, at, '"', false);
  if (code === 39) return closing(sql, at, "'", false);
  if ((code === 69 || code === 101) && sql.charCodeAt(at + 1) === 39) return closing(sql, at + 1, "'", true);
  if (code !== 36) return at;
  dollarTag.lastIndex = at;
  const tag = dollarTag.exec(sql)?.[0];
  if (tag === undefined) return at;
  const end = sql.indexOf(tag, at + tag.length);
  return end < 0 ? sql.length : end + tag.length;
}

/** Past the closing quote; a doubled quote, read as two strings, ends at the same place. */
function closing(sql: string, open: number, quote: string, escapes: boolean): number {
  if (!escapes) {
    const end = sql.indexOf(quote, open + 1);
    return end < 0 ? sql.length : end + 1;
  }
  let at = open + 1;
  while (at < sql.length && sql[at] !== quote) at += sql[at] === "\\" ? 2 : 1;
  return Math.min(sql.length, at + 1);
}

function skipData(sql: string, at: number): number {
  const line = endOfLine(sql, at);
  if (sql.slice(at, line).trim() !== "") return at;
  endOfData.lastIndex = 0;
  const rest = sql.slice(line);
  const end = endOfData.exec(rest);
  return end === null ? at : line + end.index + end[0].length;
}

/** Whether a line for psql leaves the statements round it alone: output, variables that are only shown, echoes. */
function isHarmless(text: string): boolean {
  return /^\\(echo|qecho|warn|timing|pset|x|t|a|encoding|unrestrict|restrict|\.|set ON_ERROR_STOP|set QUIET|set VERBOSITY|q$)/i.test(
    text,
  );
}

function startsLine(sql: string, at: number): boolean {
  const before = sql.lastIndexOf("\n", at - 1);
  return sql.slice(before + 1, at).trim() === "";
}

function endOfLine(sql: string, at: number): number {
  const end = sql.indexOf("\n", at);
  return end < 0 ? sql.length : end;
}

function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code > 127;
}

function endOfWord(sql: string, at: number): number {
  let end = at + 1;
  while (end < sql.length) {
    const code = sql.charCodeAt(end);
    if (isWord(code) || (code >= 48 && code <= 57) || code === 36) end += 1;
    else break;
  }
  return end;
}
