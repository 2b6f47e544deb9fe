import { expect } from "chai";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readStackState } from "../../history/stackState";
import { askPulumi } from "../../stack/askPulumi";
import { startTimeOf } from "../../toolchain/machine/processes";

describe("a Pulumi that does not answer", () => {
  const path = process.env.PATH;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-asked-"));
    // A script that some package managers put on PATH: Pulumi itself is its child, which has its output.
    const real = `sh -c 'echo $$ > ${folder}/new; mv ${folder}/new ${folder}/pid; exec sleep 600'`;
    writeFileSync(join(folder, "pulumi"), `#!/bin/sh\n${real}\nexit 1\n`, { mode: 0o755 });
    process.env.PATH = `${folder}:${path}`;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });

  /** Once it waits; undefined where a slow machine has not come so far when it was given up. */
  const child = async (answer: Promise<unknown>) => {
    let ended = false;
    void answer.finally(() => (ended = true));
    while (!existsSync(join(folder, "pid")) && !ended) await sleep(10);
    return existsSync(join(folder, "pid")) ? Number(readFileSync(join(folder, "pid"), "utf8")) : undefined;
  };
  const failureOf = (answer: Promise<unknown>) =>
    answer.then(
      () => expect.fail("it answered"),
      (error: Error) => error.message,
    );
  const isGone = async (pid: number | undefined) => {
    while (pid !== undefined && startTimeOf(pid) !== undefined) await sleep(10);
  };

  it("is killed with what it has started, once its time is over", async () => {
    // A slow machine may not come so far in its time: then it has more of it.
    for (let seconds = 1; ; seconds *= 2) {
      const failure = failureOf(askPulumi(["whoami"], { seconds }));
      const pid = await child(failure);
      expect(await failure).to.equal(`no answer in ${seconds} s`);
      if (pid === undefined) continue;
      await isGone(pid);
      return;
    }
  });

  it("is not told as missing where the folder is", async () => {
    const gone = join(folder, "gone");
    expect(await failureOf(askPulumi(["whoami"], { cwd: gone }))).to.equal(`there is no folder ${gone}`);
  });

  it("is killed with what it has started, once nobody waits for it any more", async () => {
    const ending = new AbortController();
    const failure = failureOf(readStackState("prod", { signal: ending.signal }));
    const pid = await child(failure);
    expect(pid).not.to.equal(undefined);
    ending.abort(new Error("nobody waits"));
    expect(await failure).to.equal("The state of stack prod can't be read: nobody waits");
    await isGone(pid);
    expect(await failureOf(askPulumi(["whoami"], { signal: ending.signal }))).to.equal("nobody waits");
  });
});
