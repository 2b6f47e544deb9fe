import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

export const project = join(__dirname, "..", "..");

export interface MarkdownFile {
  /** From the project's folder. */
  file: string;
  lines: readonly MarkdownLine[];
}

export interface MarkdownLine {
  text: string;
  /** From 1. */
  number: number;
  /** The language of the code block that it lies in, empty where the block names none; undefined in prose. */
  code: string | undefined;
}

/** Every Markdown file of the project, but for what is installed or made by runs. */
export function markdownFiles(folder = ""): readonly MarkdownFile[] {
  return readdirSync(join(project, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".") || entry.name === "node_modules") return [];
    const file = posix.join(folder, entry.name);
    if (entry.isDirectory()) return markdownFiles(file);
    if (!file.endsWith(".md")) return [];
    return [{ file, lines: linesOf(readFileSync(join(project, file), "utf8")) }];
  });
}

/** Lines with the code block that each lies in; the fences themselves are left out. */
export function linesOf(markdown: string): readonly MarkdownLine[] {
  const lines: MarkdownLine[] = [];
  let code: string | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    const fence = /^\s*```(\w*)/.exec(text);
    if (fence === null) lines.push({ text, number: index + 1, code });
    else code = code === undefined ? (fence[1] ?? "") : undefined;
  }
  return lines;
}

/** The anchors that GitHub gives a file's headings. */
export function anchorsOf(lines: readonly MarkdownLine[]): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = lines
    .filter(({ code }) => code === undefined)
    .flatMap(({ text }) => /^#{1,6} (.*)$/.exec(text)?.[1] ?? [])
    .map((heading) => {
      const slug = heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
        .replaceAll(" ", "-");
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      return times === 0 ? slug : `${slug}-${times}`;
    });
  return new Set(anchors);
}
