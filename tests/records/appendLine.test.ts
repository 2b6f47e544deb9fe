import { expect } from "chai";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { appendLine } from "../../records/appendLine";

const loader = join(__dirname, "../../toolchain/loadTypescript.cjs");

describe("appendLine", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-append-"));
    file = join(folder, "deep", "records.jsonl");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("makes the file, adds to it, and leaves out what it has already", () => {
    appendLine(file, '{"id":"1"}');
    appendLine(file, '{"id":"2"}', '"id":"2"');
    appendLine(file, '{"id":"2","again":true}', '"id":"2"');
    expect(readFileSync(file, "utf8")).to.equal('{"id":"1"}\n{"id":"2"}\n');
    expect(existsSync(`${file}.lock`)).to.equal(false);
  });

  it("takes away what a killed process has left of a line, also of a long one and of the first", () => {
    for (const half of ["{", `{"id":"2","text":"${"x".repeat(200_000)}`]) {
      for (const before of ["", '{"id":"1"}\n']) {
        appendLine(file, "made");
        writeFileSync(file, before + half);
        appendLine(file, '{"id":"3"}');
        expect(readFileSync(file, "utf8")).to.equal(`${before}{"id":"3"}\n`);
      }
    }
  });

  it("keeps every line whole when several processes append at once", async () => {
    const each = 20;
    const script = `
      const { appendLine } = require(${JSON.stringify(join(__dirname, "../../records/appendLine.ts"))});
      const rest = new Int32Array(new SharedArrayBuffer(4));
      for (let count = 0; count < ${each}; count++, Atomics.wait(rest, 0, 0, 20))
        appendLine(${JSON.stringify(file)}, JSON.stringify({ from: process.argv[1], count, text: "x".repeat(9000) }));`;
    const writers = ["a", "b", "c"].map(
      (name) =>
        new Promise<number | null>((resolve, reject) => {
          const child = spawn(process.execPath, ["--require", loader, "-e", script, name], {
            stdio: ["ignore", "inherit", "inherit"],
          });
          child.once("error", reject);
          child.once("close", resolve);
        }),
    );
    expect(await Promise.all(writers)).to.deep.equal([0, 0, 0]);
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const found = lines.map((line) => JSON.parse(line) as { from: string; count: number });
    for (const name of ["a", "b", "c"]) {
      const counts = found.filter(({ from }) => from === name).map(({ count }) => count);
      expect(counts).to.deep.equal([...Array(each).keys()]);
    }
    expect(found).to.have.length(3 * each);
  });

  it("breaks the lock of a process that is gone, and says whose it waits for where one is there", () => {
    appendLine(file, "1");
    // No process has this number: it is past the kernel's largest.
    writeFileSync(`${file}.lock`, `99999999 ${hostname()}`);
    appendLine(file, "2");
    expect(readFileSync(file, "utf8")).to.equal("1\n2\n");
    writeFileSync(`${file}.lock`, `${process.pid} ${hostname()}`);
    expect(() => appendLine(file, "3")).to.throw(`another process holds ${file}.lock`);
    expect(readFileSync(file, "utf8")).to.equal("1\n2\n");
  }).timeout(20_000);

  it("leaves the file as it was when only a part of the line could be written", async () => {
    appendLine(file, "1");
    const script = `
      const { appendLine } = require(${JSON.stringify(join(__dirname, "../../records/appendLine.ts"))});
      appendLine(${JSON.stringify(file)}, "x".repeat(100_000));`;
    // No file of the process may be larger than 8 blocks, so that the write ends half-way.
    const words = ["-c", 'ulimit -f 8; exec "$@"', "sh", process.execPath, "--require", loader, "-e", script];
    const child = spawn("sh", words, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (part: string) => (said += part));
    const exitCode = await new Promise((resolve) => child.once("close", resolve));
    expect(exitCode, said).to.equal(1);
    expect(said).to.contain("EFBIG");
    expect(readFileSync(file, "utf8")).to.equal("1\n");
    expect(existsSync(`${file}.lock`)).to.equal(false);
  });
});
