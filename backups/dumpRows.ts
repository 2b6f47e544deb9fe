import type { Readable } from "node:stream";

const lineFeed = 10;
/** `\.`, with which the rows of a table end. */
const backslash = 92;
const dot = 46;
const word = /(?:"(?:[^"]|"")*"|[^".\s]+)/.source;
const copyLine = RegExp(`^COPY (${word}\\.${word}) .*FROM stdin;$`);

/**
 * Counts a dump's rows by table, as `pg_restore` writes them out: each row is a line of its own. Reading all of it is the
 * proof that it can be read.
 */
export async function countDumpRows(stream: Readable): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  let table: string | undefined;
  /** What is known of the line that has not ended yet: all of it, or of a row its first two bytes and its length. */
  let open: Buffer[] = [];
  let openLength = 0;
  const endLine = (last: Buffer) => {
    if (table === undefined) {
      const line = open.length === 0 ? last : Buffer.concat([...open, last]);
      const [, name] = copyLine.exec(line.toString("utf8")) ?? [];
      if (name !== undefined) {
        table = name;
        rows[table] ??= 0;
      }
    } else if (
      openLength + last.length === 2 &&
      isEnd(open.length === 0 ? last : Buffer.concat([...open, last]))
    ) {
      table = undefined;
    } else {
      rows[table] = (rows[table] ?? 0) + 1;
    }
    open = [];
    openLength = 0;
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      endLine(chunk.subarray(from, at));
      from = at + 1;
    }
    if (from === chunk.length) continue;
    const rest = chunk.subarray(from);
    openLength += rest.length;
    // A row can be very long.
    if (table === undefined || openLength <= 2) open.push(rest);
    else open = [];
  }
  return rows;
}

function isEnd(line: Buffer): boolean {
  return line[0] === backslash && line[1] === dot;
}
