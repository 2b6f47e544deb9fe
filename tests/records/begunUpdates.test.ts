import { expect } from "chai";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forgetBegun, noteBegun, unfinishedUpdates } from "../../records/begunUpdates";
import type { BegunUpdate } from "../../records/releaseRecord";

const begun = (id: string, stack = "shop/prod"): BegunUpdate => ({
  id,
  stack,
  direction: "forward",
  from: { services: {} },
  to: { tag: "v1", services: {} },
  by: { name: "anna", host: "laptop" },
  startedAt: `2026-03-01T09:00:0${id}.000Z`,
});

describe("updates that have begun", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "knowngood-begun-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** As another process would have written it. */
  function edit(id: string, process: object): void {
    const file = join(folder, "begun", `${id}.json`);
    const entry = JSON.parse(readFileSync(file, "utf8")) as { process: object };
    writeFileSync(file, JSON.stringify({ ...entry, process: { ...entry.process, ...process } }));
  }
  const found = (locked = true) => unfinishedUpdates(folder, "shop/prod", locked).map(({ id }) => id);

  it("are unfinished once their process is gone, or its number is another's, and until they are forgotten", async () => {
    expect(found()).to.deep.equal([]);
    for (const id of ["3", "2", "1"]) noteBegun(folder, begun(id));
    expect(found()).to.deep.equal([]);
    const gone = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
    await new Promise((closed) => gone.once("close", closed));
    edit("3", { pid: gone.pid, beginning: 1 });
    edit("1", { beginning: 1 });
    expect(found()).to.deep.equal(["1", "3"]);
    expect(unfinishedUpdates(folder, "shop/prod", true)[1]).to.deep.equal(begun("3"));
    forgetBegun(folder, "1");
    forgetBegun(folder, "1");
    expect(found()).to.deep.equal(["3"]);
  });

  it("of another machine are unfinished only to who holds the stack's lock, and another stack's to nobody", () => {
    noteBegun(folder, begun("1"));
    noteBegun(folder, begun("2", "shop/test"));
    edit("1", { host: "elsewhere" });
    edit("2", { host: "elsewhere" });
    expect(found(false)).to.deep.equal([]);
    expect(found(true)).to.deep.equal(["1"]);
  });

  it("are seen beside files that are none", () => {
    mkdirSync(join(folder, "begun"));
    for (const [name, text] of [
      ["half.json", '{"update":{"id'],
      ["other.json", "{}"],
      ["null.json", "null"],
      ["notes.txt", "x"],
    ] as const)
      writeFileSync(join(folder, "begun", name), text);
    expect(found()).to.deep.equal([]);
    expect(readdirSync(join(folder, "begun"))).to.have.length(4);
  });
});
