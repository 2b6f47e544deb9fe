import { expect } from "chai";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { shownError } from "../../updates/shownError";
import { runUp, type UpEnded, type UpRequest } from "../../updates/up";
import { run } from "./command";

/** A program that leaves a plan and a record as ours does, says so, and then does what its settings ask. */
const program = `
const pulumi = require("@pulumi/pulumi");
const { appendFileSync, existsSync, writeFileSync } = require("node:fs");
// As our own does: the SDK would format the stack for minutes.
const toldInWords = (text) => Object.assign(new pulumi.RunError(text), { stack: "" });
module.exports = async () => {
  const config = new pulumi.Config();
  const refusals = config.getObject("refusals") ?? [];
  if (config.get("plan") !== "none") writeFileSync(process.env.KNOWNGOOD_PLAN, JSON.stringify({ to: config.require("imageTag"), refusals }));
  if (refusals.length > 0) throw toldInWords("Refused; nothing was touched.");
  const gates = config.getObject("gates");
  const at = new Date().toISOString();
  if (gates) appendFileSync("records.jsonl", JSON.stringify({ id: at, stack: "tiny/dev", direction: "same", outcome: "failed", from: { services: {} }, to: { services: {} }, by: {}, gates, startedAt: at, endedAt: at }) + "\\n");
  const word = config.getSecret("word");
  if (word) new (require("@pulumi/command").local.Command)("login", {
    create: 'echo "nobody lets $WORD in" >&2; exit 1',
    environment: { WORD: word.apply(encodeURIComponent) },
  });
  await pulumi.log.info("the program runs");
  if (gates) throw toldInWords("a gate says no");
  while (config.get("waitFor") && !existsSync(config.get("waitFor"))) await new Promise((done) => setTimeout(done, 50));
};
`;

describe("pulumi up, run by a command", () => {
  let folder: string;
  let env: Record<string, string>;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-up-test-"));
    env = { PULUMI_BACKEND_URL: `file://${folder}?metadata=skip`, PULUMI_CONFIG_PASSPHRASE: "a test's" };
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: tiny\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n",
    );
    writeFileSync(join(folder, "package.json"), "{}");
    symlinkSync(join(__dirname, "..", "..", "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "index.js"), program);
    for (const stack of ["other", "dev"]) {
      const init = await run("pulumi", ["stack", "init", stack, "--non-interactive", "--no-select"], {
        cwd: folder,
        env: { ...process.env, ...env },
      });
      expect(init.exitCode, init.text).to.equal(0);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function up(settings: Record<string, unknown>, more: Partial<UpRequest> = {}): Promise<UpEnded> {
    const file = join(folder, "Pulumi.dev.yaml");
    const config = Object.fromEntries(
      Object.entries({ imageTag: "v1", ...settings }).map(([key, value]) => [`tiny:${key}`, value]),
    );
    writeFileSync(file, JSON.stringify({ config }));
    const records = { folder: ".", file: "records.jsonl" };
    return runUp({ stack: "dev", project: "tiny", folder, env, records, ...more });
  }

  /** A running `up`, once its program says so. */
  function untilRunning(settings: Record<string, unknown>, more: Partial<UpRequest> = {}) {
    let ended!: Promise<UpEnded>;
    const running = new Promise<void>((resolve, reject) => {
      const onEvent = ({ diagnosticEvent }: EngineEvent) => {
        if (diagnosticEvent?.message.includes("the program runs") === true) resolve();
      };
      ended = up(settings, { ...more, onEvent });
      ended.then(({ text }) => reject(new Error(`It ended before it ran:\n${text}`)), reject);
    });
    return { running, ended };
  }

  it("tells of its events, its plan and its end, and selects no stack", async () => {
    const seen: EngineEvent[] = [];
    const ended = await up({}, { onEvent: (event) => seen.push(event) });
    expect(ended, ended.text).to.deep.include({ end: "passed", plan: { to: "v1", refusals: [] } });
    expect(ended.record).to.equal(undefined);
    expect(seen.some(({ preludeEvent }) => preludeEvent !== undefined)).to.equal(true);
    expect(seen.at(-1)?.cancelEvent ?? seen.at(-1)?.summaryEvent).not.to.equal(undefined);
    const selected = await run("pulumi", ["stack", "--show-name", "--non-interactive"], {
      cwd: folder,
      env: { ...process.env, ...env },
    });
    expect(selected.exitCode).not.to.equal(0);
  });

  it("tells which guards refuse, and which gates did not pass, by its own record", async () => {
    const refusals = [{ guard: "hold", text: "hold: not now" }];
    expect(await up({ refusals })).to.deep.include({ end: "refused", refusals });
    const gates = [{ name: "api health", outcome: "failed", startedAt: "", endedAt: "", record: "a.json" }];
    const failed = await up({ gates });
    expect(failed).to.deep.include({ end: "gateFailed", gates });
    expect(failed.record?.outcome).to.equal("failed");
  });

  it("names who holds the lock, and ends in order when it is told to", async () => {
    const ending = new AbortController();
    const first = untilRunning({ waitFor: "never" }, { signal: ending.signal });
    await first.running;
    const second = await up({ waitFor: "never" });
    expect(second.end, second.text).to.equal("locked");
    if (second.end === "locked") expect(second.holders.map(({ pid }) => pid)).to.have.length(1);
    ending.abort();
    expect(await first.ended).to.deep.include({ end: "interrupted", by: "us" });
    expect((await up({})).end).to.equal("passed");
  });

  it("shows no secret that a command printed, though it was encoded, and nothing where nobody knows the secrets", async () => {
    expect((await up({})).end).to.equal("passed");
    const set = await run(
      "pulumi",
      ["config", "set", "--secret", "word", "a/b c", "--stack", "dev", "--non-interactive"],
      { cwd: folder, env: { ...process.env, ...env } },
    );
    expect(set.exitCode, set.text).to.equal(0);
    const request = { stack: "dev", project: "tiny", folder, env, records: { folder: ".", file: "none" } };
    const ended = await runUp(request);
    expect(ended.end, ended.text).to.equal("failed");
    if (ended.end !== "failed") return;
    expect(ended.why).to.contain("nobody lets [secret] in").and.not.to.contain("a%2Fb%20c");
    const showing = {
      stack: "dev",
      knows: true,
      from: { cwd: folder, env: { ...process.env, PULUMI_CONFIG_PASSPHRASE: "another" } },
    };
    expect(
      await shownError("a%2Fb%20c", { ...showing, from: { cwd: folder, env: { ...process.env, ...env } } }),
    ).to.equal("[secret]");
    expect(await shownError("a%2Fb%20c", showing)).to.match(
      /^What was said can't be shown\. The stack's secrets can't/,
    );
    expect(await shownError("incorrect passphrase", { ...showing, knows: false })).to.equal(
      "incorrect passphrase",
    );
  });

  it("says in Pulumi's words why it could not begin", async () => {
    expect(await up({}, { stack: "nosuch" })).to.deep.include({
      end: "brokenEnvironment",
      why: "no stack named 'nosuch' found",
    });
  });
});
