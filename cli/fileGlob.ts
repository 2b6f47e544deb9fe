import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Whether a text is a pattern rather than a path. */
export function isGlob(text: string): boolean {
  return /[*?{[]/.test(text);
}

/**
 * The files that a pattern names: `*`, `?`, `[a-z]`, `{a,b}`, and `**` for any folders. As shells do, names that begin
 * with a dot only where the pattern says so. Sorted by path, numbers in it by value.
 * @param folder where a relative pattern begins
 */
export function filesOf(pattern: string, folder: string): string[] {
  const parts = pattern.split("/");
  const fixed = parts.slice(0, -1).findIndex(isGlob);
  const literal = parts.slice(0, fixed < 0 ? parts.length - 1 : fixed);
  const wanted = globExpression(parts.slice(literal.length).join("/"));
  const below = literal.length === 0 ? "" : `${literal.join("/")}/`;
  const start = below.startsWith("/") ? below : join(folder, below);
  return walk(start, "", parts.includes("**") ? Infinity : parts.length - literal.length)
    .filter((file) => wanted.test(file))
    .map((file) => `${below}${file}`)
    .sort(byPath);
}

const collator = new Intl.Collator("en", { numeric: true });

/** Numbers by value, so that 10 comes after 9; otherwise the same on every machine. */
export function byPath(one: string, other: string): number {
  return collator.compare(one, other) || (one < other ? -1 : one > other ? 1 : 0);
}

/** Files below a folder, relative to it. A folder that can't be read has none. */
function walk(folder: string, below: string, depth: number): string[] {
  if (depth <= 0) return [];
  let entries;
  try {
    entries = readdirSync(join(folder, below), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = `${below}${entry.name}`;
    if (entry.isDirectory()) return walk(folder, `${path}/`, depth - 1);
    return [path];
  });
}

/** A pattern as a regular expression over the whole of a path. */
export function globExpression(pattern: string): RegExp {
  let source = "";
  let alternatives = 0;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? "";
    const begins = at === 0 || pattern[at - 1] === "/";
    const rest = pattern.slice(at);
    const set = /^\[([!^]?)(\]?[^\]/]*)\]/.exec(rest);
    if (begins && rest.startsWith("**/")) {
      source += "(?:(?!\\.)[^/]+/)*";
      at += 2;
    } else if (begins && rest === "**") {
      source += "(?:(?!\\.)[^/]+/)*(?!\\.)[^/]+";
      at += 1;
    } else if (char === "*" || char === "?") {
      source += `${begins ? "(?!\\.)" : ""}[^/]${char === "*" ? "*" : ""}`;
    } else if (set !== null) {
      source += `[${set[1] === "" ? "" : "^"}${(set[2] ?? "").replace(/[\\\]^]/g, "\\$&")}]`;
      at += set[0].length - 1;
    } else if (char === "{" && rest.includes("}")) {
      source += "(?:";
      alternatives++;
    } else if (char === "}" && alternatives > 0) {
      source += ")";
      alternatives--;
    } else if (char === "," && alternatives > 0) source += "|";
    else source += char.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  }
  return new RegExp(`^${source}${")".repeat(alternatives)}$`, "su");
}
