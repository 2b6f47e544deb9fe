import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { record } from "./rollbackRecords";

const root = join(__dirname, "../..");

/** A process that records, as the program of an `up` does; each ends in its own way. */
const ways = {
  good: "all(); recorder.passed();",
  unchanged: "all('c1', '2026-01-01T00:00:00.000Z'); recorder.passed();",
  hooked:
    "all('c1', '2026-01-01T00:00:00.000Z'); recorder.hookPassed('hooks after', 'hook 1', { startedAt: new Date().toISOString() }); recorder.passed();",
  emptied: "recorder.reached('images', 'api');",
  thrown: "recorder.reached('images', 'api'); setTimeout(() => process.exit(1), 10);",
  waiting: "recorder.reached('images', 'api'); setInterval(() => undefined, 1000);",
};

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  said: string;
}

describe("UpdateRecorder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-recorder-"));
    mkdirSync(join(folder, "evidence"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function started(
    way: keyof typeof ways,
    more = "",
    direction = "forward",
    under: readonly string[] = [],
  ): { child: ChildProcess; ended: Promise<Ended> } {
    const script = `
      const { UpdateRecorder } = require("./records/updateRecorder.ts");
      const folder = ${JSON.stringify(folder)};
      const recorder = UpdateRecorder.begin(
        {
          id: "id-1", stack: "shop/prod", direction: ${JSON.stringify(direction)}, from: { tag: "v1", services: {} },
          to: { tag: "v2", services: {} }, by: { name: "anna", host: "h" }, evidence: folder + "/evidence",
          startedAt: new Date().toISOString(),
        },
        {
          folder, file: folder + "/records.jsonl", before: new Map([["api", "c1"]]),
          tell: async (level, text) => void process.stdout.write(level + ": " + text + "\\n"), ${more}
        },
      );
      recorder.expect({ images: ["api"], services: ["api"], "health gates": ["api health"] });
      function all(id = "c2", startedAt = new Date().toISOString()) {
        recorder.reached("images", "api");
        recorder.containerIs("api", id);
        recorder.gatePassed("health gates", "api health", { outcome: "passed", startedAt, passedAt: startedAt });
      }
      ${ways[way]}
      process.stdout.write("ready\\n");`;
    const words = [process.execPath, "--require", "./toolchain/loadTypescript.cjs", "-e", script];
    const [program = "", ...args] = [...under, ...words];
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal, said }));
    });
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      said += part;
      if (said.includes("ready\n")) child.emit("ready");
    });
    return { child, ended };
  }

  async function signalled(signal: NodeJS.Signals, more?: string): Promise<Ended> {
    const { child, ended } = started("waiting", more);
    await new Promise((ready) => child.once("ready", ready));
    child.kill(signal);
    return ended;
  }

  const file = () => join(folder, "records.jsonl");
  const records = () =>
    existsSync(file())
      ? readFileSync(file(), "utf8")
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as ReleaseRecord)
      : [];
  const begun = () => readdirSync(join(folder, "begun"));

  it("records a good up, and leaves no trace of one that changed nothing", async () => {
    expect(await started("good").ended).to.deep.equal({ code: 0, signal: null, said: "ready\n" });
    expect(records().map(({ outcome, gates }) => [outcome, gates.length])).to.deep.equal([["passed", 1]]);
    expect(existsSync(join(folder, "evidence"))).to.equal(true);
    rmSync(file());
    expect((await started("unchanged").ended).code).to.equal(0);
    expect(records()).to.deep.equal([]);
    expect(existsSync(join(folder, "evidence"))).to.equal(false);
    expect(begun()).to.deep.equal([]);
  });

  it("records a good up that changed nothing where a hook ran in it, or it ends an incident", async () => {
    await started("hooked").ended;
    expect(records().map(({ outcome }) => outcome)).to.deep.equal(["passed"]);
    rmSync(file());
    await started("unchanged", "endsIncident: true,").ended;
    expect(records().map(({ outcome }) => outcome)).to.deep.equal(["passed"]);
  }).timeout(60_000);

  it("records one that the engine or a person ended, and dies of the signal", async () => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      const { said, ...how } = await signalled(signal);
      expect(how).to.deep.equal({ code: null, signal });
      expect(said).to.contain(`info: This \`up\` is recorded in ${file()}; evidence of what ran before it: `);
      const [written, ...more] = records();
      expect(more).to.deep.equal([]);
      expect(written).to.deep.include({ outcome: "failed", stoppedAt: { step: "services", open: ["api"] } });
      rmSync(file());
    }
    expect(begun()).to.deep.equal([]);
  });

  it("records one whose program broke as failed, and one whose engine was gone as unfinished", async () => {
    expect((await started("thrown").ended).code).to.equal(1);
    expect((await started("emptied").ended).code).to.equal(0);
    // Of two with the same id only the first is written.
    expect(records().map(({ outcome }) => outcome)).to.deep.equal(["failed"]);
    rmSync(file());
    await started("emptied").ended;
    expect(records().map(({ outcome }) => outcome)).to.deep.equal(["unfinished"]);
  });

  it("records one whose engine was killed, though the program would go on for ever", async () => {
    // What is called so on the way up from the program is the engine.
    const engine = join(folder, "pulumi");
    symlinkSync("/bin/sh", engine);
    const { child, ended } = started("waiting", "", "forward", [engine, "-c", '"$0" "$@" & wait']);
    await new Promise((ready) => child.once("ready", ready));
    expect(begun()).to.have.length(1);
    child.kill("SIGKILL");
    expect((await ended).signal).to.equal("SIGKILL");
    expect(records().map(({ outcome }) => outcome)).to.deep.equal(["unfinished"]);
    expect(begun()).to.deep.equal([]);
  });

  it("settles issues at the beginning and, with the record, at the end, which no GitHub holds up", async () => {
    const settle = (then: string) => `postmortems: {
      settle: async ({ within }, ended) => {
        process.stdout.write("settle " + within + " " + (ended ? ended.outcome : "") + "\\n");
        ${then}
      },
    },`;
    const news = settle('return ended ? [{ level: "info", text: "an issue" }] : [];');
    expect((await started("good", news).ended).said).to.equal(
      "settle 10 \nready\nsettle 6 passed\ninfo: an issue\n",
    );
    rmSync(file());
    // One that changed nothing has no record.
    expect((await started("unchanged", news).ended).said).to.equal("settle 10 \nready\n");
    const { said, signal } = await signalled("SIGINT", settle("return new Promise(() => undefined);"));
    expect(signal).to.equal("SIGINT");
    expect(said).to.contain("settle 2.5 failed\n");
  }).timeout(60_000);

  it("ends what is asked of GitHub for earlier updates once all is done", async () => {
    const settle = `postmortems: {
      settle: async ({ signal }, ended) => {
        const waiting = setInterval(() => undefined, 1000);
        if (!ended) await new Promise((aborted) => signal.addEventListener("abort", aborted));
        clearInterval(waiting);
        process.stdout.write(ended ? "end" : signal.reason.message + "\\n");
        return [];
      },
    },`;
    const { said } = await started("good", settle).ended;
    expect(said).to.equal("ready\nno full answer before the end of the `up`\nend");
  }).timeout(60_000);

  it("tells the webhook of an update that was killed, again where the end cut it off", async () => {
    const { texts, address, close } = await chat({ answersFrom: 2 });
    try {
      const found = JSON.stringify(record("k1", ["rollback", "v2", "v1"], 1, { outcome: "unfinished" }));
      const { said } = await started("unchanged", `webhook: "${address}", found: [${found}],`).ended;
      expect(said).to.equal("ready\n");
      const [first, second, ...more] = texts;
      expect(first).to.contain("shop/prod: rollback from v2 to v1 did not come to its end");
      expect([second, more]).to.deep.equal([first, []]);
    } finally {
      close();
    }
  }).timeout(60_000);

  it("tells the webhook of an issue after the end of the up", async () => {
    const { texts, address, close } = await chat({ answersFrom: 1 });
    try {
      const news = '[{ level: "info", text: "opened", message: "an issue" }]';
      const settle = `async (_patience, ended) => (ended ? ${news} : [])`;
      await started("good", `webhook: "${address}", postmortems: { settle: ${settle} },`).ended;
      expect(texts.map((text) => text.split(" after ")[0])).to.deep.equal([
        "shop/prod: forward from v1 to v2 passed",
        "an issue",
      ]);
    } finally {
      close();
    }
  }).timeout(60_000);

  it("leaves a note of one that was killed", async () => {
    expect((await signalled("SIGKILL")).signal).to.equal("SIGKILL");
    expect(begun()).to.deep.equal(["id-1.json"]);
    expect(records()).to.deep.equal([]);
  });

  it("does not wait for a notice that nobody takes: the result goes out next", async () => {
    const { texts, address, close } = await chat({ answersFrom: 2 });
    try {
      const { code, said } = await started("good", `webhook: "${address}"`, "rollback").ended;
      expect([code, said]).to.deep.equal([0, "ready\n"]);
      expect(texts).to.have.length(2);
      expect(texts[0]).to.match(/started/);
      expect(texts[1]).not.to.equal(texts[0]);
    } finally {
      close();
    }
  }).timeout(60_000);

  it("warns where it can't write or send, and changes nothing of how the up ends", async () => {
    mkdirSync(file());
    writeFileSync(join(folder, "begun"), "a file in the place of the folder");
    const { code, said } = await started("good", 'webhook: "http://127.0.0.1:1/s3cr3t"').ended;
    expect(code).to.equal(0);
    expect(said).to.contain("warn: Were this `up` killed, no record would tell of it: ");
    expect(said).to.match(/warn: The record of an `up` could not be written to .*records\.jsonl: EISDIR/);
    expect(said).to.match(/warn: record\.webhook: not sent: (bad port|connect ECONNREFUSED)/);
    expect(said).not.to.contain("s3cr3t");
  }).timeout(60_000);
});

/**
 * A webhook that notes what it is told.
 * @param answersFrom number of the first text that it answers; to those before it says nothing
 */
async function chat({
  answersFrom,
}: {
  answersFrom: number;
}): Promise<{ texts: string[]; address: string; close: () => void }> {
  const texts: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      if (texts.push((JSON.parse(body) as { text: string }).text) >= answersFrom) response.end("ok");
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { texts, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
