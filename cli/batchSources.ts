import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { SqlSource } from "../schema/gap";
import { InvalidInput } from "../settings/violations";
import { filesOf, isGlob } from "./fileGlob";
import { readSqlFiles } from "./sqlFiles";
import { sqlWays } from "./sqlWays";

/** SQL, or a path or pattern of SQL files, or SQL with a name. */
export type BatchEntry = string | { name?: string | undefined; sql: string };

/** Linux opens no path that is longer. */
const longestPath = 4096;

/**
 * The SQL that a line of a batch names.
 * @param part what findings call SQL without a name: `ahead`, or `ahead[1]` in a list
 * @param folders where relative paths begin; the first that has the file counts
 * @throws InvalidInput for a file that can't be read
 */
export function batchSources(
  part: string,
  { entries, single }: { entries: readonly BatchEntry[]; single: boolean },
  folders: readonly string[],
): SqlSource[] {
  return entries.flatMap((entry, index) => {
    const name = single ? part : `${part}[${index}]`;
    if (typeof entry !== "string") return [sqlWays(entry.name ?? name, entry.sql).up];
    const folder = folderOf(entry, folders);
    if (folder === undefined) return [sqlWays(name, entry).up];
    const { sources, violations } = readSqlFiles(name, [entry], folder);
    if (violations.length > 0) throw new InvalidInput("Nothing was judged", violations);
    return sources;
  });
}

/** Where a text that is a path begins; undefined for SQL. One word that looks like a path is one, though no file has it. */
function folderOf(text: string, folders: readonly string[]): string | undefined {
  if (text === "" || text.length > longestPath || /[;\n\r\0]/.test(text)) return undefined;
  const has = (folder: string) => existsSync(isAbsolute(text) ? text : join(folder, text));
  const [first] = folders;
  const found = folders.find(has);
  if (found !== undefined || /\s/.test(text)) return found;
  if (isGlob(text)) return folders.find((folder) => filesOf(text, folder).length > 0) ?? first;
  return text.endsWith(".sql") ? first : undefined;
}
