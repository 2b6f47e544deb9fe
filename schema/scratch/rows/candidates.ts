import { textMatching } from "./textMatching";

/** The most that are taken from one condition. */
const most = 24;

/**
 * Values that a condition may want, read from its text: what it compares with, numbers round a limit, text of a length
 * that it counts, text that a pattern matches.
 * @param condition as pg_get_constraintdef or a migration writes it
 */
export function candidateValues(condition: string): string[] {
  const found = new Set<string>();
  for (const [, pattern] of condition.matchAll(/~\*?\s*'((?:[^']|'')*)'/g)) {
    const text = textMatching(unquoted(pattern));
    if (text !== undefined) found.add(text);
  }
  for (const [, pattern] of condition.matchAll(/(?:~~\*?|\blike|\bilike)\s*'((?:[^']|'')*)'/gi))
    found.add(unquoted(pattern).replaceAll("%", "x").replaceAll("_", "y"));
  for (const [, text] of condition.matchAll(/'((?:[^']|'')*)'/g)) {
    const value = unquoted(text);
    found.add(value);
    if (/^-?\d+(\.\d+)?$/.test(value)) for (const near of numbersAround(Number(value))) found.add(near);
    if (/^\d{4}-\d\d-\d\d/.test(value)) for (const near of daysAround(value)) found.add(near);
  }
  const bare = condition.replace(/'(?:[^']|'')*'/g, "''");
  for (const [text] of bare.matchAll(/(?<![\w.])-?\d+(\.\d+)?\b/g))
    for (const near of numbersAround(Number(text))) found.add(near);
  if (/length/i.test(condition))
    for (const [text] of bare.matchAll(/(?<![\w.])\d+\b/g))
      if (Number(text) <= 500)
        for (const length of [Number(text), Number(text) - 1, Number(text) + 1])
          if (length > 0) found.add("k".repeat(length));
  if (/\b(lower|upper)\b/i.test(condition)) for (const text of ["lower", "UPPER"]) found.add(text);
  for (const text of ["true", "false"]) found.add(text);
  return [...found].slice(0, most);
}

function numbersAround(limit: number): string[] {
  return [limit, limit + 1, limit - 1, limit * 2 + 1].map(String);
}

function daysAround(text: string): string[] {
  const at = Date.parse(text.slice(0, 10));
  if (Number.isNaN(at)) return [];
  return [1, -1].map((days) => new Date(at + days * 86_400_000).toISOString().slice(0, 10));
}

const unquoted = (text = "") => text.replaceAll("''", "'");
