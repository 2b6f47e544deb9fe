import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { anchorsOf, linesOf, markdownFiles, project, type MarkdownFile } from "./markdownFiles";

/** What is wrong with the links of a file, each with its line. */
function brokenLinks({ file, lines }: MarkdownFile): string[] {
  return lines
    .filter(({ code }) => code === undefined)
    .flatMap(({ text, number }) =>
      [...text.replace(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
        const wrong = /^[a-z]+:/.test(target) ? undefined : whatIsWrong(file, target);
        return wrong === undefined ? [] : [`${file}:${number}: ${target}: ${wrong}`];
      }),
    );
}

function whatIsWrong(file: string, target: string): string | undefined {
  const [path = "", anchor] = target.split("#");
  const linked = path === "" ? join(project, file) : join(project, dirname(file), path);
  if (relative(project, linked).startsWith("..")) return "leads out of the repository";
  if (!existsSync(linked)) return "there is no such file";
  if (anchor === undefined) return undefined;
  return anchorsOf(linesOf(readFileSync(linked, "utf8"))).has(anchor)
    ? undefined
    : "there is no such heading";
}

describe("links of the Markdown files", () => {
  it("lead to files and headings that exist", () => {
    const files = markdownFiles();
    expect(files.map(({ file }) => file)).to.include.members(["README.md", "docs/schema.md"]);
    expect(files.flatMap(brokenLinks)).to.deep.equal([]);
  });

  it("are told where they do not", () => {
    const lines = linesOf(
      "# A page\n[a](#a-page) [b](#b)\n```md\n[in code](nowhere.md)\n```\n`[x](y)` [c](missing.md), [d](../package.json)",
    );
    expect(brokenLinks({ file: "docs/settings.md", lines })).to.deep.equal([
      "docs/settings.md:2: #a-page: there is no such heading",
      "docs/settings.md:2: #b: there is no such heading",
      "docs/settings.md:6: missing.md: there is no such file",
    ]);
  });

  it("take a heading's anchor as GitHub makes it", () => {
    const anchors = anchorsOf(
      linesOf("# What an `up` is refused for?\n## It's\n```\n# no heading\n```\n## It's"),
    );
    expect([...anchors]).to.deep.equal(["what-an-up-is-refused-for", "its", "its-1"]);
  });

  it("lead from the README to every page", () => {
    const files = markdownFiles();
    const text = files
      .find(({ file }) => file === "README.md")
      ?.lines.map((line) => line.text)
      .join("\n");
    const pages = files.map(({ file }) => file).filter((file) => file.startsWith("docs/"));
    expect(pages.filter((page) => !text?.includes(`[${page}](${page})`))).to.deep.equal([]);
  });
});
