import { expect } from "chai";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conductDrill, type DrillOrder, type DrillWatch } from "../../drills/conductDrill";
import { BrokenEnvironment, Refused } from "../../stack/endings";
import { settingsOf } from "../settings/stack";

describe("a drill whose up can't be run", () => {
  let bin: string;
  let path: string | undefined;
  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), "knowngood-drill-test-"));
    path = process.env.PATH;
    process.env.PATH = `${bin}:/usr/bin:/bin`;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(bin, { recursive: true, force: true });
  });

  const pulumi = (lines: string) => {
    writeFileSync(join(bin, "pulumi"), `#!/bin/sh\n${lines}\n`);
    chmodSync(join(bin, "pulumi"), 0o755);
  };
  const order = (): DrillOrder => ({
    ...{ id: "d1", stack: "shop/test", release: "v3", pulumiStack: "test", project: "shop" },
    settings: settingsOf({ imageTag: "v3", services: { api: { kind: "worker" } }, record: { folder: bin } }),
    before: {
      containers: [],
      memory: "",
      knownGood: [],
      schema: undefined,
    } as unknown as DrillOrder["before"],
    probe: { none: "nothing is published" },
    by: { name: "anna", host: "desk" },
  });
  const begun: string[] = [];
  const watch: DrillWatch = {
    begin: (way) => {
      begun.push(way);
      const { signal } = new AbortController();
      return { onEvent: () => undefined, signal, atOnce: signal, end: () => undefined };
    },
    look: () => Promise.reject(new Error("no state here")),
  };
  beforeEach(() => begun.splice(0));

  const failure = () =>
    conductDrill(order(), watch).then(
      () => undefined,
      (error: unknown) => error,
    );

  it("is none where there is no Pulumi for its way out", async () => {
    const error = await failure();
    expect(error).to.be.instanceOf(BrokenEnvironment);
    expect((error as Error).message).to.equal(
      "The drill did not begin, and touched nothing. Its way out did not pass: There is no pulumi on PATH.",
    );
    expect(begun).to.deep.equal(["out"]);
  });

  it("is none where another update holds the stack by then", async () => {
    pulumi(
      `echo "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with 'pulumi cancel'.\n  file:///x/.pulumi/locks/test/1.json: created by anna@desk (pid 1) at 2026-11-01T10:00:00Z" >&2; exit 255`,
    );
    const error = await failure();
    expect(error).to.be.instanceOf(Refused);
    expect((error as Error).message).to.contain("another update holds the stack");
    expect(begun).to.deep.equal(["out"]);
  });

  it("is told and kept where Pulumi is gone before its way back", async () => {
    pulumi('rm "$0"');
    const { drill } = await conductDrill(order(), watch);
    expect(begun).to.deep.equal(["out", "back"]);
    expect(drill).to.deep.include({ outcome: "failed", returned: false });
    expect(drill.found.join("\n")).to.contain("The way back did not pass: There is no pulumi on PATH.");
  });
});
