import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const own = join(__dirname, "..", "..");

describe("a command where packages are missing", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "knowngood-clone-")));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function help(place: string): { status: number | null; stderr: string } {
    for (const part of ["cli", "toolchain/loadTypescript.cjs", "toolchain/translateTypescript.cjs", "files"])
      cpSync(join(own, part), join(place, part), { recursive: true });
    return spawnSync(process.execPath, [join(place, "cli", "knowngood.cjs"), "--help"], { encoding: "utf8" });
  }

  it("says how to install them in a clone, without a stack trace", () => {
    const { status, stderr } = help(folder);
    expect(stderr).to.equal(
      `error: The package pirates is not installed. To install all: cd '${folder}' && npm ci\n`,
    );
    expect(status).to.equal(4);
  });

  it("says how in a project that depends on it", () => {
    const { stderr } = help(join(folder, "node_modules", "knowngood"));
    expect(stderr).to.contain(`To install all: cd '${folder}' && npm install\n`);
  });

  it("shows any other error whole", () => {
    mkdirSync(join(folder, "node_modules", "pirates"), { recursive: true });
    writeFileSync(join(folder, "node_modules", "pirates", "index.js"), 'throw new Error("broken inside");');
    const { status, stderr } = help(folder);
    expect(stderr).to.contain("Error: broken inside\n    at ");
    expect(status).to.equal(1);
  });
});
