import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { newDataFolder } from "../../../schema/scratch/dataFolder";

const own = join(__dirname, "..", "..", "..");

describe("the copy of an empty cluster", function () {
  this.timeout(120_000);
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  /** A process that has made a copy, and does this then. */
  async function copied(
    then: string,
  ): Promise<{ child: ChildProcess; folder: string; ended: Promise<unknown> }> {
    const script = `require("./schema/scratch/dataFolder").newDataFolder().then(({ folder }) => {
      process.stdout.write(folder + "\\n", () => { ${then} });
    });`;
    const child = spawn(process.execPath, ["--require", "./toolchain/loadTypescript.cjs", "-e", script], {
      ...{ cwd: own, stdio: ["ignore", "pipe", "inherit"] },
    });
    started.push(child);
    const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
    let said = "";
    const folder = await new Promise<string>((resolve, reject) => {
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.endsWith("\n")) resolve(said.trim());
      });
      void ended.then((end) => reject(new Error(`It ended with ${String(end)} before it had a copy.`)));
    });
    return { child, folder, ended };
  }
  const wait = "setInterval(() => undefined, 1000)";

  it("is taken away where a signal ends its process", async () => {
    const { child, folder, ended } = await copied(wait);
    expect(existsSync(join(folder, "PG_VERSION"))).to.equal(true);
    child.kill("SIGTERM");
    expect(await ended).to.equal("SIGTERM");
    expect(existsSync(folder)).to.equal(false);
  });

  it("is taken away where its process ends by itself and waits for no trial", async () => {
    const { folder, ended } = await copied("process.exit(7)");
    expect(await ended).to.equal(7);
    expect(existsSync(folder)).to.equal(false);
  });

  it("is left where its process is killed, and taken away by the next one, which leaves those in use", async () => {
    const killed = await copied(wait);
    const living = await copied(wait);
    killed.child.kill("SIGKILL");
    await killed.ended;
    const next = await newDataFolder();
    expect([existsSync(killed.folder), existsSync(living.folder)]).to.deep.equal([false, true]);
    await next.remove();
    expect(existsSync(next.folder)).to.equal(false);
  });
});
