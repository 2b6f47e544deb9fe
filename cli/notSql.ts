import type { Gap } from "../schema/gap";
import { openParser } from "../schema/static/parser";
import { read } from "../schema/static/reader";

/**
 * Where what is ahead is no SQL that PostgreSQL can read, in two sentences; undefined where all of it is. A verdict on
 * such a file tells of a mistake in it as if it were a change, so this has to be said first.
 */
export async function notSql({ ahead }: Gap): Promise<string | undefined> {
  const parser = await openParser();
  const places: string[] = [];
  for (const source of ahead)
    for await (const reads of read(source, parser))
      for (const { unread } of reads) {
        // What is meant for psql is no mistake.
        if (unread === undefined || unread.text.sql.startsWith("\\", unread.start)) continue;
        const line = unread.text.lineAt(Math.min(unread.at, unread.end));
        places.push(`${source.name} line ${line}: ${unread.reason}`);
      }
  const [first, ...others] = places;
  if (first === undefined) return undefined;
  const rest = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return `PostgreSQL can't read this as SQL: ${first}${rest}. Mend that first: what follows takes it for the worst that it can be.`;
}
