import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { allProcesses, below, memoryOf, parseStat, type ProcessSample } from "../../bench/processSamples";

function sample(pid: number, parent: number, mebibytes: number, virtualBytes = pid): ProcessSample {
  const residentPages = mebibytes * 256;
  return { pid, parent, startTicks: 0, cpuTicks: 0, residentPages, virtualBytes, name: `p${pid}` };
}

describe("process samples of the bench", () => {
  it("reads a line of /proc, whatever the process is called", () => {
    const after = "S 7 1 1 0 -1 4194560 0 0 0 0 30 12 5 5 20 0 11 0 4711 123456 789 18446744073709551615";
    expect(parseStat(`42 (a) (b c) ${after}`)).to.deep.equal({
      pid: 42,
      parent: 7,
      name: "a) (b c",
      cpuTicks: 42,
      startTicks: 4711,
      virtualBytes: 123456,
      residentPages: 789,
    });
    expect(parseStat("")).to.equal(undefined);
  });

  it("finds all that is below a process, and nothing else", () => {
    const all = [sample(4, 3, 1), sample(3, 2, 1), sample(2, 1, 1), sample(5, 2, 1), sample(6, 9, 1)];
    expect(
      below(2, all)
        .map(({ pid }) => pid)
        .sort(),
    ).to.deep.equal([3, 4, 5]);
  });

  it("leaves out a process with all below it", () => {
    const all = [sample(2, 1, 1), sample(3, 2, 1), sample(4, 3, 1), sample(5, 1, 1)];
    expect(below(1, all, new Set([2])).map(({ pid }) => pid)).to.deep.equal([5]);
  });

  it("adds up memory, but not that which a program about to start borrows from its parent", () => {
    const all = [sample(1, 0, 100), sample(2, 1, 30), sample(3, 2, 30, 2), sample(4, 2, 5)];
    expect(memoryOf(below(1, all), all)).to.equal(35);
  });

  it("finds a real child", async () => {
    const child = spawn("sleep", ["30"], { stdio: "ignore" });
    try {
      await once(child, "spawn");
      const found = below(process.pid, allProcesses()).find(({ pid }) => pid === child.pid);
      expect(found?.parent).to.equal(process.pid);
      expect(found).to.include({
        startTicks: parseStat(readFileSync(`/proc/${child.pid}/stat`, "utf8"))?.startTicks,
      });
    } finally {
      child.kill();
    }
  });
});
