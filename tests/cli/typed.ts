import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The words that `knowngood` gets of each shell command, as a real shell takes it apart. Nothing but that runs: no other
 * program is on PATH.
 * @param commands one or more lines each; what begins with `npx knowngood` or `knowngood`, wherever in it, is heard
 * @returns for each command the words of each call
 */
export function wordsTyped(commands: readonly string[]): string[][][] {
  const folder = mkdtempSync(join(tmpdir(), "knowngood-typed-"));
  try {
    const calls = join(folder, "calls");
    const listener = `#!${process.execPath}
require("node:fs").appendFileSync(${JSON.stringify(calls)}, JSON.stringify(process.argv.slice(2)) + "\\n");`;
    for (const name of ["npx", "knowngood"]) {
      writeFileSync(join(folder, name), listener);
      chmodSync(join(folder, name), 0o755);
    }
    return commands.map((command) => {
      writeFileSync(calls, "");
      try {
        execFileSync("/bin/sh", ["-c", command], { cwd: folder, env: { PATH: folder }, stdio: "pipe" });
      } catch {
        // Another program of the line, which is not there.
      }
      const heard = readFileSync(calls, "utf8")
        .split("\n")
        .filter((line) => line !== "");
      return heard.map((line) => {
        const words = JSON.parse(line) as string[];
        return words[0] === "knowngood" ? words.slice(1) : words;
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
