import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alsoUsedBy, removeLeftFolders, temporaryFolder } from "../../files/temporaryFolder";
import { beginningOf, isAlive } from "../../records/liveProcess";

const users = ".knowngood-users";

describe("a folder for temporary files", () => {
  let place: string;
  const started: ChildProcess[] = [];
  beforeEach(() => (place = mkdtempSync(join(tmpdir(), "knowngood-temporary-"))));
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
    rmSync(place, { recursive: true, force: true });
  });

  const living = (): ChildProcess & { pid: number } => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { stdio: "ignore" });
    started.push(child);
    const { pid } = child;
    if (pid === undefined) throw new Error("No process could be started.");
    return Object.assign(child, { pid });
  };
  const kill = async (child: ChildProcess) => {
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await ended;
  };
  /** A folder as a process leaves it that is killed, with what the next one finds in it. */
  const leftBy = (pid: number, more: Record<string, unknown> = {}) => {
    const folder = mkdtempSync(join(place, "knowngood-up-"));
    writeFileSync(join(folder, users), `${JSON.stringify({ machine: here, pid, ...more })}\n`);
    writeFileSync(join(folder, "output"), "what Pulumi printed");
    return folder;
  };
  let here: string;
  before("ask what this machine is called", async () => {
    const folder = await temporaryFolder("up");
    here = (JSON.parse(readFileSync(join(folder, users), "utf8")) as { machine: string }).machine;
    rmSync(folder, { recursive: true });
  });

  it("stays as long as the process that made it, or one that uses it too, and goes with the next one", async () => {
    const loader = join(__dirname, "..", "..", "toolchain", "loadTypescript.cjs");
    const script = `require(${JSON.stringify(join(__dirname, "..", "..", "files", "temporaryFolder"))})
      .temporaryFolder("move", ${JSON.stringify(place)}).then((folder) => console.log(folder));
      setInterval(() => undefined, 1000);`;
    const maker = spawn(process.execPath, ["--require", loader, "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    started.push(maker);
    const folder = await new Promise<string>((resolve, reject) => {
      maker.stdout.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
      maker.once("close", () => reject(new Error("It ended.")));
    });
    const other = living();
    alsoUsedBy(other.pid, [folder, place]);
    expect(existsSync(join(place, users))).to.equal(false);
    removeLeftFolders(place);
    expect(existsSync(folder)).to.equal(true);
    await kill(maker);
    removeLeftFolders(place);
    expect(existsSync(folder)).to.equal(true);
    await kill(other);
    const next = await temporaryFolder("preview", place);
    expect([existsSync(folder), existsSync(next)]).to.deep.equal([false, true]);
  });

  it("goes where another process has the number of the one that is gone, and stays where it is the same", () => {
    const beginning = beginningOf(process.pid) ?? 0;
    const [same, another] = [
      leftBy(process.pid, { beginning }),
      leftBy(process.pid, { beginning: beginning - 1 }),
    ];
    removeLeftFolders(place);
    expect([existsSync(same), existsSync(another)]).to.deep.equal([true, false]);
  });

  it("stays where nobody here can know of its processes", async () => {
    const gone = living();
    await kill(gone);
    expect(isAlive(gone.pid)).to.equal(false);
    const plain = leftBy(gone.pid);
    const elsewhere = leftBy(gone.pid, { machine: "another machine" });
    const both = leftBy(gone.pid);
    appendFileSync(join(both, users), `${JSON.stringify({ machine: "another machine", pid: gone.pid })}\n`);
    const unreadable = leftBy(gone.pid);
    appendFileSync(join(unreadable, users), '{"machine":');
    const unnamed = join(place, "knowngood-up-abc");
    mkdirSync(unnamed);
    const notOurs = join(place, "knowngood-other-abc");
    mkdirSync(notOurs);
    writeFileSync(join(notOurs, users), readFileSync(join(plain, users)));
    const target = join(place, "target");
    mkdirSync(target);
    writeFileSync(join(target, users), readFileSync(join(plain, users)));
    const link = join(place, "knowngood-up-link");
    symlinkSync(target, link);
    removeLeftFolders(place);
    for (const folder of [elsewhere, both, unreadable, unnamed, notOurs, target, link])
      expect(existsSync(folder), folder).to.equal(true);
    expect(existsSync(plain)).to.equal(false);
  });

  it("stays where it is another user's", async function () {
    if (process.getuid?.() !== 0) this.skip();
    const gone = living();
    await kill(gone);
    const folder = leftBy(gone.pid);
    chownSync(folder, 1, 1);
    removeLeftFolders(place);
    expect(existsSync(folder)).to.equal(true);
    chownSync(folder, 0, 0);
    removeLeftFolders(place);
    expect(existsSync(folder)).to.equal(false);
  });
});
