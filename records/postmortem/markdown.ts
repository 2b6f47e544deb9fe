import { oneLine, plain } from "../../gates/shownText";

/** Characters of a text that stand in a line. */
const longest = 1_000;

/**
 * A text of somebody else's in a line of Markdown, as code: there nothing is markup, nobody is called by `@name`, and no
 * other issue is referred to by `#1`.
 */
export function code(text: string): string {
  const shown = oneLine(text, longest);
  if (shown === "") return "(empty)";
  const fence = "`".repeat(longestRun(shown) + 1);
  // One space on each side is taken away again; without it a backtick at the edge would belong to the fence.
  const pad = /^`|`$|^ .* $/.test(shown) ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** The same in a table's cell, which a bar would end even within code. */
export function cell(text: string): string {
  return code(text.replaceAll("|", "¦"));
}

/** Lines of somebody else's as a block of code, which nothing in them ends. */
export function block(lines: readonly string[]): string {
  const shown = lines.map((line) => plain(line).replaceAll("\n", " "));
  const fence = "`".repeat(Math.max(3, ...shown.map((line) => longestRun(line) + 1)));
  return [`${fence}text`, ...shown, fence].join("\n");
}

/** An address as a link; what is none, as code. */
export function link(address: string): string {
  const harmless = /^https?:\/\/[^\s<>`@\\]+$/.test(address) && URL.canParse(address);
  return harmless ? `<${address}>` : code(address);
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}
