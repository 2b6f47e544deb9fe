import { expect } from "chai";
import { parse } from "../cli/parsed";
import { wordsTyped } from "../cli/typed";
import { linesOf, markdownFiles, type MarkdownLine } from "./markdownFiles";

interface Command {
  text: string;
  /** Of its first line. */
  line: number;
}

/** The commands with `npx knowngood` in code blocks, continued lines joined, and those in prose that leave nothing out. */
function commandsIn(lines: readonly MarkdownLine[]): Command[] {
  const found: Command[] = [];
  let open: Command | undefined;
  for (const { text, number, code } of lines) {
    if (code === undefined) {
      open = undefined;
      const spans = [...text.matchAll(/`(npx knowngood [^`]*)`/g)].map(([, span = ""]) => span);
      found.push(...spans.filter(isWhole).map((span) => ({ text: span, line: number })));
      continue;
    }
    const own = open === undefined ? text.trim().replace(/^\$ /, "") : text.trim();
    const command: Command = { text: `${open?.text ?? ""}${own}`, line: open?.line ?? number };
    open = undefined;
    if (command.text.endsWith("\\")) open = { ...command, text: command.text.slice(0, -1) };
    else if (/(^|[^\w`])npx knowngood /.test(command.text) && isTyped(command.text, code))
      found.push(command);
  }
  return found;
}

/** Prose speaks of commands in general, too: `npx knowngood COMMAND --help`, `npx knowngood …`. */
function isWhole(span: string): boolean {
  return !/…|\bCOMMAND\b|[[\]]/.test(span);
}

/** What a program printed may name a command in its sentences; what a person types begins with a program or a variable. */
function isTyped(text: string, code: string): boolean {
  return code === "sh" || code === "bash" || /^(npx|[A-Z_]+=)/.test(text);
}

describe("commands in the Markdown files", () => {
  const commands = markdownFiles()
    .filter(({ file }) => file !== "CHANGELOG.md")
    .flatMap(({ file, lines }) => commandsIn(lines).map((command) => ({ file, ...command })));

  it("are understood by the command line as it is", async () => {
    const typed = wordsTyped(commands.map(({ text }) => text));
    const problems: string[] = [];
    for (const [index, { file, line, text }] of commands.entries()) {
      const calls = typed[index] ?? [];
      if (calls.length === 0) problems.push(`${file}:${line}: ${text}: no shell comes to the command`);
      for (const words of calls) {
        const { problem } = await parse(words);
        if (problem !== undefined) problems.push(`${file}:${line}: ${text}: ${problem}`);
      }
    }
    expect(problems).to.deep.equal([]);
    expect(commands.map(({ text }) => text)).to.include("npx knowngood doctor --stack prod");
  });

  it("are found in blocks and in prose, and nothing else is", async () => {
    const found = commandsIn(
      linesOf(
        [
          "`npx knowngood card`, `npx knowngood COMMAND --help`, `npx knowngood …`",
          "```sh",
          "npx knowngood release add v1 \\",
          "  --iamge api=x   # a comment",
          "pulumi up",
          "```",
          "```text",
          "$ npx knowngood assess --shipped 'a b' | jq .",
          "  To remove it: npx knowngood nonsense",
          "```",
        ].join("\n"),
      ),
    );
    expect(found).to.deep.equal([
      { text: "npx knowngood card", line: 1 },
      { text: "npx knowngood release add v1 --iamge api=x   # a comment", line: 3 },
      { text: "npx knowngood assess --shipped 'a b' | jq .", line: 8 },
    ]);
    const words = wordsTyped(found.map(({ text }) => text));
    expect(words.flat()).to.deep.equal([
      ["card"],
      ["release", "add", "v1", "--iamge", "api=x"],
      ["assess", "--shipped", "a b"],
    ]);
    expect((await parse(words[1]?.[0] ?? [])).problem).to.equal(
      "error: unknown option '--iamge'\n(Did you mean --image?)",
    );
  });
});
