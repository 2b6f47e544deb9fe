import { expect } from "chai";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { styled } from "../../cli/output";

const own = join(__dirname, "..", "..");
const command = join(own, "cli", "knowngood.cjs");

describe("colours", () => {
  const before = process.env.NO_COLOR;
  afterEach(() => {
    if (before === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = before;
  });
  const stream = (isTTY: boolean) =>
    Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream;

  it("are for a terminal, whatever stdout is", () => {
    delete process.env.NO_COLOR;
    expect(styled(stream(true), "bold", "text")).to.equal("\u001b[1mtext\u001b[22m");
    expect(styled(stream(false), "bold", "text")).to.equal("text");
  });

  it("are off with NO_COLOR", () => {
    process.env.NO_COLOR = "1";
    expect(styled(stream(true), "bold", "text")).to.equal("text");
  });

  it("are not in a help, an error or a report that somebody reads through a pipe", () => {
    const folder = mkdtempSync(join(tmpdir(), "knowngood-colours-"));
    const env = { ...process.env };
    delete env.NO_COLOR;
    for (const words of [["--help"], ["nonsense"], ["release", "show", "v1"], ["doctor", "--within", "60"]]) {
      const { stdout, stderr } = spawnSync(process.execPath, [command, ...words], {
        cwd: folder,
        env,
        encoding: "utf8",
      });
      expect(`${stdout}${stderr}`, words.join(" ")).to.match(/^[^\u001b]+$/);
    }
    rmSync(folder, { recursive: true });
  });
});

describe("a reader that has seen enough", () => {
  /** The command whose one stream nobody reads: how it ends, and what it says to the other. */
  async function unread(stream: "stdout" | "stderr", ...words: string[]): Promise<[unknown, string]> {
    const child = spawn(process.execPath, [command, ...words], { stdio: ["ignore", "pipe", "pipe"] });
    child[stream].destroy();
    let said = "";
    const other = stream === "stdout" ? child.stderr : child.stdout;
    other.setEncoding("utf8").on("data", (text: string) => (said += text));
    return [
      await new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code))),
      said,
    ];
  }

  it("of results ends the command without a word", async () => {
    expect(await unread("stdout", "assess", "--help")).to.deep.equal([0, ""]);
  });

  /** A command of a test's own: prints, goes on for a while, and ends with 7 where nothing ends it before. */
  async function ends(script: string): Promise<number | null> {
    const words = ["--require", join(own, "toolchain", "loadTypescript.cjs"), "-e"];
    const begin = `const output = require("./cli/output"); output.outliveReaders();`;
    const child = spawn(process.execPath, [...words, begin + script], {
      cwd: own,
      stdio: ["ignore", "pipe", "inherit"],
    });
    child.stdout.destroy();
    return new Promise((resolve) => child.once("close", resolve));
  }

  it("of results leaves the exit code that follows from them", async () => {
    const print = `setInterval(() => {}, 1000); output.print("result");`;
    expect(await ends(print)).to.equal(0);
    expect(await ends(`${print} Promise.resolve().then(() => { process.exitCode = 3; });`)).to.equal(3);
  });

  it("of results ends no command that changes something", async () => {
    const listening = `require("./cli/interruption").listenForInterruption();`;
    const later = `output.print("result"); setTimeout(() => process.exit(7), 300);`;
    expect(await ends(listening + later)).to.equal(7);
  });

  it("of messages changes nothing about how it ends", async () => {
    expect(await unread("stderr", "nonsense")).to.deep.equal([2, ""]);
  });
});
