import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isEnough } from "../inMemory";
import { longestFirst } from "../longestFirst.cjs";

describe("a run of all tests", () => {
  const gibibyte = 1024 ** 3;
  const meminfo = (kilobytes: number) => `MemTotal:       99999999 kB\nMemAvailable:   ${kilobytes} kB\n`;

  it("keeps its temporary files in memory where 8 GiB are free, of the filesystem and of memory", () => {
    expect(isEnough(8 * gibibyte, meminfo(8 * 1024 ** 2))).to.equal(true);
    expect(isEnough(8 * gibibyte - 1, meminfo(8 * 1024 ** 2))).to.equal(false);
    expect(isEnough(8 * gibibyte, meminfo(8 * 1024 ** 2 - 1))).to.equal(false);
    expect(isEnough(8 * gibibyte, "")).to.equal(false);
  });

  it("begins with the longest files, leaves none out, and wants no list that names one that is gone", () => {
    const folder = mkdtempSync(join(tmpdir(), "knowngood-order-test-"));
    try {
      mkdirSync(join(folder, "engine"));
      for (const file of ["a.test.ts", "b.test.ts", "c.ts", "engine/d.test.ts"])
        writeFileSync(join(folder, file), "");
      const files = (longest: string[], without?: string) =>
        longestFirst(folder, { longest, without }).map((file) => file.slice(folder.length + 1));
      expect(files(["engine/d.test.ts", "b.test.ts"])).to.deep.equal([
        "engine/d.test.ts",
        "b.test.ts",
        "a.test.ts",
      ]);
      expect(files([], "engine")).to.deep.equal(["a.test.ts", "b.test.ts"]);
      expect(() => files(["gone.test.ts"])).to.throw("has no gone.test.ts");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
