import { expect } from "chai";
import { commandsBelow } from "../../cli/help";
import { createProgram } from "../../cli/main";
import { first, releaseOf, writeCatalog } from "../catalog/catalogFolder";
import { commandLine, type CommandLine } from "../cli/commandLine";
import { nameOf, parse } from "../cli/parsed";
import { wordsTyped } from "../cli/typed";
import { markdownFiles } from "./markdownFiles";

const orders = "CREATE TABLE orders (id int PRIMARY KEY, amount int, note text);";
const sql = (up: string, down: string) => `-- migrate:up\n${up}\n-- migrate:down\n${down}\n`;
const rename = sql(
  "ALTER TABLE orders RENAME amount TO total;",
  "ALTER TABLE orders RENAME total TO amount;",
);

/** What needs neither a stack nor a server: it reads the catalog, SQL files, or a folder. */
const needsNothing = /^(release (list|show)|assess|restore --list)(?!.*(--database|postgres:))/;

describe("examples that need no stack and no server", function () {
  this.timeout(600_000);
  let there: CommandLine;
  before(() => {
    there = commandLine();
    const migrations = [first.migration];
    writeCatalog(there, [releaseOf("v1.4.2", 1), releaseOf("v1.5.0", 2, { migrations })]);
    there.write("v1/migrations/1_orders.sql", sql(orders, "DROP TABLE orders;"));
    there.write("v2/migrations/2_rename.sql", rename);
    there.write("schema.sql", `${orders}\n`);
    there.write("db/migrations/20260501_drop_note.sql", "ALTER TABLE orders DROP COLUMN note;\n");
    const gap = { name: "note", shipped: "schema.sql", ahead: "db/migrations/20260501_drop_note.sql" };
    there.write("gaps.jsonl", `${JSON.stringify(gap)}\n`);
  });
  after(() => there.remove());

  /** Of all helps and Markdown files, each once. */
  async function calls(): Promise<string[][]> {
    const names = commandsBelow(createProgram()).map(nameOf);
    const helps = await Promise.all(names.map((name) => parse([...name.split(" "), "--help"])));
    const lines = [
      ...helps.flatMap(({ printed }) =>
        [...printed.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line = ""]) => line),
      ),
      ...markdownFiles().flatMap((file) =>
        file.lines.flatMap(({ text, code }) =>
          code === undefined ? [] : (/^(?:\$ )?(npx knowngood [^\\]*)$/.exec(text.trim())?.[1] ?? []),
        ),
      ),
    ];
    const wanted = [...new Set(lines)].filter((line) =>
      needsNothing.test(line.replace(/^.*?knowngood /, "")),
    );
    return wordsTyped(wanted).flat();
  }

  it("run, and end with what their help says", async () => {
    const ends: Record<string, number> = {};
    for (const words of await calls()) {
      const { code, stderr } = await there.knowngood(...words);
      ends[words.join(" ")] = code;
      if (code !== 1) expect(stderr, words.join(" ")).to.equal("");
    }
    // An `assess` of what is graver than it allows says so by 1.
    expect(ends).to.deep.equal({
      "assess --batch gaps.jsonl": 1,
      "assess --dump schema.sql --ahead db/migrations/20260501_drop_note.sql --json": 1,
      "assess --from v1.5.0 --to v1.4.2 --allow conditional": 0,
      "assess --shipped v1 --ahead v2": 1,
      "assess --shipped v1/migrations/*.sql --ahead v2/migrations/*.sql": 1,
      "release list": 0,
      "release list --json": 0,
      "release show v1.4.2": 0,
      "release show v1.4.2 --json": 0,
      "restore --list": 0,
    });
  });

  it("print what docs/schema.md shows of one", async () => {
    const page = markdownFiles().find(({ file }) => file === "docs/schema.md");
    const lines = page?.lines ?? [];
    const begin = lines.findIndex(({ text }) => text === "$ npx knowngood assess --shipped v1 --ahead v2");
    const end = lines.findIndex(({ code }, index) => index > begin && code === undefined);
    const shown = lines.slice(begin + 1, end).map(({ text }) => text);
    const own = commandLine();
    own.write("v1/1_orders.sql", sql(orders, "DROP TABLE orders;"));
    own.write("v2/2_rename.sql", rename);
    const { stdout } = await own.knowngood("assess", "--shipped", "v1", "--ahead", "v2");
    own.remove();
    expect(stdout.trimEnd().split("\n")).to.deep.equal(shown);
  });

  it("of help run for every command, and exit 0", async () => {
    const names = ["", ...commandsBelow(createProgram()).map(nameOf)];
    for (const name of names) {
      const { code, stdout, stderr } = await there.knowngood(...name.split(" ").filter(Boolean), "--help");
      expect([code, stderr], name).to.deep.equal([0, ""]);
      expect(stdout, name).to.contain(`Usage: knowngood${name === "" ? "" : ` ${name}`} `);
    }
  });
});
