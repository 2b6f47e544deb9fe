import type { SqlSource } from "../../gap";
import { cut } from "../../static/pieces";

/** A condition on rows of a table, with values that may meet it. */
export interface Condition {
  /** The constraint's name; undefined where only text says so. */
  name?: string;
  columns: readonly string[];
  text: string;
}

export interface Reference {
  name?: string;
  columns: readonly string[];
  /** Without a schema where the text gives none. */
  table: { schema?: string; name: string };
  /** Empty for the primary key. */
  referenced: readonly string[];
}

/** What the SQL of a gap wants of rows that are there already, as far as its text shows; by the table's bare name. */
export interface TableHints {
  conditions: Condition[];
  references: Reference[];
  required: Set<string>;
  /** Columns whose type changes. */
  converted: Set<string>;
}

export interface Hints {
  tables: ReadonlyMap<string, TableHints>;
  /** Every string that the gap writes. */
  literals: readonly string[];
  /** Conditions by which the gap picks rows. */
  filters: readonly string[];
}

const identifier = String.raw`(?:"(?:[^"]|"")+"|[\w$]+)`;
const qualified = String.raw`${identifier}(?:\.${identifier})?`;
const altered = new RegExp(String.raw`^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(${qualified})`, "i");
const reference = new RegExp(
  String.raw`foreign\s+key\s*\(([^)]*)\)\s*references\s+(${qualified})\s*(?:\(([^)]*)\))?`,
  "gi",
);
const required = new RegExp(String.raw`alter\s+(?:column\s+)?(${identifier})\s+set\s+not\s+null`, "gi");
const converted = new RegExp(
  String.raw`alter\s+(?:column\s+)?(${identifier})\s+(?:set\s+data\s+)?type\b`,
  "gi",
);

const mostFilters = 40;

/** Reads hints by patterns: what they miss is found out by trying, at the price of another try. */
export function hintsOf(sources: readonly SqlSource[]): Hints {
  const tables = new Map<string, TableHints>();
  const literals = new Set<string>();
  const filters: string[] = [];
  for (const { sql } of sources) {
    for (const [text] of sql.matchAll(/\b(?:where|when|having)\b[^;]{1,400}/gi))
      if (filters.length < mostFilters) filters.push(text);
    for (const [, text] of sql.matchAll(/'((?:[^']|'')*)'/g))
      if (text !== undefined && text.length < 100 && literals.size < 60)
        literals.add(text.replaceAll("''", "'"));
    for (const { start, end } of cut(sql).pieces) {
      const statement = sql.slice(start, end);
      const table = altered.exec(statement)?.[1];
      if (table === undefined) continue;
      const name = lastName(table);
      const hints = tables.get(name) ?? emptyHints();
      tables.set(name, hints);
      read(statement, hints);
    }
  }
  return { tables, literals: [...literals], filters };
}

function emptyHints(): TableHints {
  return { conditions: [], references: [], required: new Set(), converted: new Set() };
}

function read(statement: string, hints: TableHints): void {
  for (const match of statement.matchAll(/\bcheck\s*\(/gi)) {
    const text = balanced(statement, match.index + match[0].length);
    hints.conditions.push({ columns: wordsOf(text), text });
  }
  for (const [, columns = "", table = "", referenced = ""] of statement.matchAll(reference))
    hints.references.push({
      columns: namesOf(columns),
      table: nameOf(table),
      referenced: namesOf(referenced),
    });
  for (const [, column = ""] of statement.matchAll(required)) hints.required.add(lastName(column));
  for (const [, column = ""] of statement.matchAll(converted)) hints.converted.add(lastName(column));
}

/** Names in a list as SQL writes them, unquoted. */
export function namesOf(list: string): string[] {
  return [...list.matchAll(new RegExp(identifier, "g"))].map(([name]) => lastName(name));
}

export function nameOf(qualifiedName: string): { schema?: string; name: string } {
  const parts = namesOf(qualifiedName);
  const name = parts.at(-1) ?? "";
  const schema = parts.at(-2);
  return schema === undefined ? { name } : { schema, name };
}

/** All words of a condition that could be columns. */
export function wordsOf(text: string): string[] {
  return [...new Set(namesOf(text.replace(/'(?:[^']|'')*'/g, " ")))];
}

function lastName(text: string): string {
  const last = [...text.matchAll(new RegExp(identifier, "g"))].at(-1)?.[0] ?? "";
  return last.startsWith('"') ? last.slice(1, -1).replaceAll('""', '"') : last.toLowerCase();
}

/** Up to the bracket that closes the one before `start`. */
function balanced(text: string, start: number): string {
  let depth = 1;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    if (text[at] === ")") depth -= 1;
    if (depth === 0) return text.slice(start, at);
  }
  return text.slice(start);
}
