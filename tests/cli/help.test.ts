import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodeMeanings, exitCodes } from "../../cli/exitCodes";
import { commandsBelow } from "../../cli/help";
import { createProgram } from "../../cli/main";
import { nameOf, parse } from "./parsed";
import { wordsTyped } from "./typed";

const own = join(__dirname, "..", "..");
const names = commandsBelow(createProgram()).map(nameOf);
const table = [
  "Exit codes:",
  ...Object.entries(exitCodeMeanings).map(
    ([name, meaning]) => `  ${String(exitCodes[name as keyof typeof exitCodes]).padEnd(3)}  ${meaning}`,
  ),
].join("\n");

/** Each on one line, whatever it is continued with. */
function examplesIn(help: string): string[] {
  const joined = help.replace(/\\\n\s*/g, "");
  return [...joined.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line = ""]) => line);
}

describe("the help of every command", () => {
  for (const name of ["", ...names]) {
    const shown = name === "" ? "knowngood" : name;
    it(`${shown} has examples that hold, and the exit codes once`, async () => {
      const { printed, problem } = await parse([...name.split(" ").filter(Boolean), "--help"]);
      expect(problem).to.equal(undefined);
      expect(printed.trimEnd().endsWith(`\n\n${table}`), "ends with the exit codes").to.equal(true);
      expect(printed.split(/^Exit codes/m).length - 1, "tables of exit codes").to.equal(1);
      const examples = examplesIn(printed);
      expect(examples, "examples").not.to.deep.equal([]);
      const calls = wordsTyped(examples.filter((example) => example.includes("knowngood "))).flat();
      const parsed = await Promise.all(calls.map(parse));
      expect(parsed.flatMap(({ problem: wrong }) => wrong ?? [])).to.deep.equal([]);
      const run = parsed.filter(({ command }) => `${command} `.startsWith(name === "" ? "" : `${name} `));
      expect(run, "examples of the command itself").not.to.deep.equal([]);
    });
  }

  it("lists each command in a group", () => {
    const ungrouped = createProgram()
      .commands.filter((command) => command.helpGroup() === "")
      .map((command) => command.name());
    expect(ungrouped).to.deep.equal([]);
  });

  it("has the same exit codes as the README, which names each command", () => {
    const readme = readFileSync(join(own, "README.md"), "utf8");
    const rows = Object.entries(exitCodeMeanings).map(
      ([name, meaning]) => `| ${exitCodes[name as keyof typeof exitCodes]} | ${meaning} |`,
    );
    expect(rows.filter((row) => !readme.includes(`\n${row}\n`))).to.deep.equal([]);
    const leaves = commandsBelow(createProgram()).filter(({ commands }) => commands.length === 0);
    const told = (name: string) => new RegExp(`^\\|[^|]*\`${name}[\` ][^|]*\\|`, "m").test(readme);
    expect(leaves.map(nameOf).filter((name) => !told(name))).to.deep.equal([]);
  });
});

describe("a word that is mistyped", () => {
  const rows: readonly [words: string[], suggested: string][] = [
    [["relese", "list"], "release"],
    [["release", "lits"], "list"],
    [["card", "--stakc", "prod"], "--stack"],
    [["relese", "--help"], "release"],
    [["release", "lits", "--help"], "list"],
  ];
  for (const [words, suggested] of rows) {
    it(`${words.join(" ")}: names ${suggested}, and exits 2`, () => {
      const { status, stderr, stdout } = knowngood(words);
      expect([status, stdout]).to.deep.equal([2, ""]);
      expect(stderr).to.contain(`(Did you mean ${suggested}?)\n(add --help for usage and examples)\n`);
    });
  }
});

it("help of a command that there is not exits 2", () => {
  const { status, stderr, stdout } = knowngood(["frobnicate", "--help"]);
  expect([status, stdout]).to.deep.equal([2, ""]);
  expect(stderr).to.contain("error: unknown command 'frobnicate'\n(add --help");
});

describe("what needs no engine", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-loaded-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The packages that a command line loads. */
  function packagesOf(words: readonly string[]): string[] {
    const file = join(folder, "loaded");
    const listener = join(folder, "listen.cjs");
    writeFileSync(
      listener,
      `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(file)}, Object.keys(require.cache).join("\\n")));`,
    );
    knowngood(words, { NODE_OPTIONS: `--require ${listener}` });
    const loaded = readFileSync(file, "utf8").split("\n");
    const packages = loaded.flatMap(
      (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!package\.json)/.exec(path)?.[1] ?? [],
    );
    return [...new Set(packages)].sort();
  }

  for (const words of [["--help"], ["--version"], ["assess", "--help"], ["release"], ["nonsense"]]) {
    it(`knowngood ${words.join(" ")} loads no package but those that read the command line`, () => {
      // Whatever translates TypeScript is loaded once, for what was never seen before.
      packagesOf(words);
      expect(packagesOf(words)).to.deep.equal(["commander", "pirates"]);
    });
  }
});

function knowngood(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [join(own, "cli", "knowngood.cjs"), ...words], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
}
