import { expect } from "chai";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../../files/writeWhole.cjs";

describe("a file written whole", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "knowngood-files-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const modeOf = (file: string) => statSync(file).mode & 0o777;

  it("replaces what was there, and leaves nothing beside it", () => {
    const file = join(folder, "one.json");
    writeWhole(file, "before, and longer");
    writeWhole(file, Buffer.from("after"), { lasting: true });
    expect(readFileSync(file, "utf8")).to.equal("after");
    expect(readdirSync(folder)).to.deep.equal(["one.json"]);
  });

  it("is for this user's eyes only where that is asked for", () => {
    const [own, open] = [join(folder, "own"), join(folder, "open")];
    writeWhole(own, "", { private: true });
    writeWhole(open, "");
    expect([modeOf(own), modeOf(open)]).to.deep.equal([0o600, 0o666 & ~process.umask()]);
  });

  it("leaves what was there, and nothing unfinished, where it can't be", () => {
    const file = join(folder, "a-folder");
    mkdirSync(join(file, "below"), { recursive: true });
    expect(() => writeWhole(file, "text")).to.throw(/a-folder/);
    expect(readdirSync(folder)).to.deep.equal(["a-folder"]);
    expect(() => writeWhole(join(folder, "none", "one"), "text")).to.throw(/ENOENT/);
  });
});
