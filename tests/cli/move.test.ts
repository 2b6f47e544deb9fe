import { expect } from "chai";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "../../settings/childEnvironment";
import type { Ended } from "./commandLine";
import { runWith } from "./runWith";
import { StallingPulumi } from "./stallingPulumi";

describe("knowngood rollback and deploy on the command line", () => {
  let project: StallingPulumi;
  beforeEach(() => (project = new StallingPulumi()));
  afterEach(() => project.dispose());

  const knowngood = (...words: string[]): Promise<Ended> =>
    runWith(project.folder, words, { env: project.environment });
  const stackText = () => readFileSync(project.stackFile, "utf8");
  const lockedBy = (host: string, pid: number, since = "2026-11-21T20:42:24Z") =>
    "error: the stack is currently locked by 1 lock(s). Either wait for the other\n" +
    `  file:///s.json: created by anna@${host} (pid ${pid}) at ${since}\n`;

  it("exit 2 without a terminal and without --yes, before anything is asked", async () => {
    const { code, stderr } = await knowngood("rollback", "v1", "--stack", "prod");
    expect(code, stderr).to.equal(2);
    expect(stderr).to.contain(
      "found no terminal to ask on; say it beforehand: npx knowngood rollback v1 --stack prod --yes (",
    );
    const words = ["deploy", "v3", "--stack", "eu", "--stack", "prod", "--parallel", "1"];
    const several = await knowngood(...words, "--retry", "it's full", "--commit");
    expect(several.stderr).to.contain(
      "npx knowngood deploy v3 --stack eu --stack prod --parallel 1 --retry 'it'\\''s full' --commit --yes (",
    );
    expect(project.calls()).to.deep.equal([]);
  });

  it("exit 2 for an option that its setting would not take, and for a stack of no name, before anything is run", async () => {
    const wrong = await knowngood("deploy", "v2", "--acknowledge", "zzz", "--reason", "", "--yes");
    expect(wrong.code, wrong.stderr).to.equal(2);
    expect(wrong.stderr).to.match(/ {2}--acknowledge\n {4}found "zzz";[^]* {2}--reason\n {4}found "";/);
    for (const words of [
      ["rollback", "--stack", "", "--yes"],
      ["status", "--stack="],
      ["deploy", "v3", "--after", " "],
    ]) {
      const empty = await knowngood(...words);
      expect(empty.code, empty.stderr).to.equal(2);
      expect(empty.stderr).to.match(/--(stack|after) is empty/);
    }
    expect(project.calls()).to.deep.equal([]);
  });

  it("exit 2 for a step-down that would do nothing, which is not left in the stack file", async () => {
    project.plan("preview", { stepDown: { version: "999", active: false } });
    const { code, stderr } = await knowngood(
      "rollback",
      "v1",
      "--stack",
      "prod",
      "--step-down",
      "999",
      "--yes",
    );
    expect(code, stderr).to.equal(2);
    expect(stderr).to.contain("without it: npx knowngood rollback v1 --stack prod --yes");
    expect(project.calls()).not.to.contain("up");
    expect(stackText()).to.equal(project.stackText);
    project.plan("preview", { stepDown: { version: "999", active: true } });
    const active = await knowngood("rollback", "v1", "--stack", "prod", "--step-down", "999", "--yes");
    expect(active.code, active.stderr).to.equal(0);
  });

  it("exit 2 for a tag that is unknown, or lies in the other direction, naming what is meant", async () => {
    const unknown = await knowngood("rollback", "v11", "--stack", "prod", "--yes");
    expect([unknown.code, unknown.stderr].join("\n")).to.match(/^2\n[^]*such as v1, v/);
    project.plan("preview", { direction: "forward", to: "v3" });
    const newer = await knowngood("rollback", "v3", "--stack", "prod", "--yes", "--reason", "it's urgent");
    expect(newer.code, newer.stderr).to.equal(2);
    expect(newer.stderr).to.contain("npx knowngood deploy v3 --stack prod --reason 'it'\\''s urgent'");
    expect(project.calls()).not.to.contain("up");
    expect(stackText()).to.equal(project.stackText);
  });

  it("look only with --preview, as text or as JSON, at the last known-good release", async () => {
    const text = await knowngood("rollback", "--preview");
    expect(text.code, text.stderr).to.equal(0);
    expect(text.stdout).to.match(/^the plan\n/);
    const json = await knowngood("rollback", "--preview", "--json");
    expect(JSON.parse(json.stdout)).to.deep.include({ stack: "knowngood/prod", text: "the plan" });
    expect(json.stderr).to.contain("prod: previewing v1");
    expect(project.calls()).not.to.contain("up");
    expect(stackText()).to.equal(project.stackText);
  });

  it("exit 3 where a guard refuses, in a preview or only in the up, and leave the stack file as it was", async () => {
    const refusals = [{ guard: "hold", text: "on hold" }];
    project.plan("preview", { refusals });
    const early = await knowngood("rollback", "v1", "--stack", "prod", "--yes");
    const outcome = { stack: "knowngood/prod", to: "v1", end: "refused", stackFile: "as before", refusals };
    const earlyData = await knowngood("rollback", "v1", "--stack", "prod", "--yes", "--json");
    expect(earlyData.code, earlyData.stderr).to.equal(3);
    expect(JSON.parse(earlyData.stdout)).to.deep.include(outcome);
    const looked = await knowngood("rollback", "v1", "--stack", "prod", "--preview", "--json");
    expect(looked.code, looked.stderr).to.equal(3);
    expect(JSON.parse(looked.stdout)).to.deep.include({ text: "the plan", refusals });
    expect(early.code, early.stderr).to.equal(3);
    expect(project.calls()).not.to.contain("up");
    project.plan("preview", {});
    project.plan("up", { refusals });
    project.answer("up.fails", "");
    const late = await knowngood("rollback", "v1", "--stack", "prod", "--yes", "--json");
    expect(late.code, late.stderr).to.equal(3);
    expect(JSON.parse(late.stdout)).to.deep.include(outcome);
    for (const { stderr } of [early, late])
      expect(stderr).to.match(/npx knowngood rollback v1 --stack prod --break-glass WHY( --json)? --yes$/m);
    expect(project.calls()).to.contain("up");
    expect(stackText()).to.equal(project.stackText);
  });

  it("exit 4 where Pulumi can assess nothing", async () => {
    project.answer("preview.out", "error: no passphrase\n");
    project.answer("preview.fails", "");
    project.removeAnswer("preview.plan");
    const { code, stderr } = await knowngood("rollback", "v1", "--stack", "prod", "--yes");
    expect(code, stderr).to.equal(4);
    expect(stderr).to.contain("Nothing could be assessed: no passphrase");
  });

  it("show no secret of the stack in what Pulumi says", async () => {
    project.answer("config.out", {
      "knowngood:imageTag": { value: "v2", secret: false },
      "knowngood:services": { value: '{"api":{"kind":"worker"}}', secret: false },
      "knowngood:webhook": { value: "a/b c", secret: true },
    });
    project.answer("preview.out", "error: no answer from a%2Fb%20c\n");
    project.answer("preview.fails", "");
    const looked = await knowngood("rollback", "v1", "--stack", "prod", "--yes");
    expect(looked.code, looked.stderr).to.equal(1);
    expect(looked.stderr).to.contain("no answer from [secret]");
    project.answer("preview.fails", "no more");
    project.answer("up.out", "error: no answer from a%2Fb%20c\n");
    project.answer("up.fails", "");
    const tried = await knowngood("rollback", "v1", "--stack", "prod", "--yes");
    expect(tried.code, tried.stderr).to.equal(1);
    expect(tried.stderr).to.contain("no answer from [secret]").and.not.to.contain("a%2Fb%20c");
  });

  it("name who holds the lock, and take it only where that was said, or its process is gone", async () => {
    project.answer("up.locked", lockedBy("another-machine", 7));
    const held = await knowngood("rollback", "v1", "--stack", "prod", "--yes");
    expect(held.code, held.stderr).to.equal(1);
    expect(held.stderr).to.contain(
      "Locked by anna on another-machine, process 7, since 2026-11-21T20:42:24Z: whether",
    );
    expect(held.stderr).to.contain(
      "Ask anna first. Only if nothing of it runs any more: npx knowngood rollback v1 --stack prod --take-lock",
    );
    expect(stackText()).to.equal(project.stackText);
    expect(project.calls()).not.to.contain("cancel");
    // A number that no process has.
    project.answer("up.locked", lockedBy(hostname(), 2 ** 22 + 1));
    const gone = await knowngood("rollback", "v1", "--stack", "prod", "--yes");
    expect(gone.code, gone.stderr).to.equal(0);
    expect(gone.stderr).to.contain("that process is gone, so it was killed");
    expect(project.calls().filter((call) => call === "cancel")).to.have.length(1);
    expect(stackText()).to.equal(project.stackText.replace("v2", "v1"));
  });

  it("say who holds the stack before anything is waited for, where the backend is of files", async () => {
    const backend = join(project.folder, "state");
    const locks = join(backend, ".pulumi", "locks", "organization", "knowngood", "prod");
    mkdirSync(locks, { recursive: true });
    const holder = { pid: 7, username: "anna", hostname: "vm-7", timestamp: "2026-11-21T20:42:24.1Z" };
    writeFileSync(join(locks, "a.json"), JSON.stringify(holder));
    writeFileSync(join(locks, "half.json"), '{"pid":');
    const env = { ...project.environment, PULUMI_BACKEND_URL: `file://${backend}?metadata=skip` };
    const words = ["rollback", "v1", "--stack", "prod", "--preview"];
    const { code, stderr } = await runWith(project.folder, words, { env });
    expect(code, stderr).to.equal(0);
    expect(stderr).to.match(
      /^warning: prod: Locked by anna on vm-7, process 7, since 2026-11-21T20:42:24.1Z: whether it still runs can't be told from here\.\nprod: previewing v1\n$/,
    );
  });

  it("interrupt an up that still runs here, where that was said", async () => {
    project.stallAt("up 1");
    const other = spawn("pulumi", ["up"], { env: project.environment, detached: true, stdio: "ignore" });
    const ended = new Promise((resolve) => other.once("close", resolve));
    await project.reached(() => other.exitCode !== null);
    project.answer("up.locked", lockedBy(hostname(), other.pid ?? 0, new Date().toISOString()));
    const asked = await knowngood("rollback", "v1", "--stack", "prod", "--yes");
    expect(asked.code, asked.stderr).to.equal(1);
    expect(asked.stderr).to.contain("it still runs here.");
    expect(other.exitCode).to.equal(null);
    const taken = await knowngood("rollback", "v1", "--stack", "prod", "--yes", "--take-lock");
    await ended;
    expect(taken.code, taken.stderr).to.equal(0);
    expect(project.calls()).not.to.contain("cancel");
  });

  it("wait for the release to be known good on the stack before", async () => {
    const refused = await knowngood("deploy", "v3", "--stack", "prod", "--after", "staging", "--yes");
    expect(refused.code, refused.stderr).to.equal(3);
    expect(refused.stderr).to.contain(
      "v3 is to be known good on staging first, and has not passed its gates there.",
    );
    expect(refused.stderr).to.contain("npx knowngood deploy v3 --stack staging");
    const left = await knowngood("deploy", "v1", "--stack", "prod", "--after", "staging", "--yes");
    expect(left.stderr).to.contain("does not run there any more");
    expect(project.calls()).not.to.contain("preview");
  });

  it("carry several stacks out until one does not pass, with a table of all", async () => {
    writeFileSync(join(project.folder, "Pulumi.eu.yaml"), project.stackText);
    project.record({ gates: [], stoppedAt: { step: "services", open: ["api"] } });
    project.answer("up.fails", "");
    const words = ["rollback", "v1", "--stack", "eu", "--stack", "prod", "--yes", "--parallel", "1"];
    const { code, stdout, stderr } = await knowngood(...words);
    expect(code, stderr).to.equal(1);
    expect(stdout).to.match(
      /^STACK {2}FROM {2}TO {2}END +SECONDS\neu +v2 +v1 +failed +\d+\nprod +v2 +v1 +not begun +-\n$/,
    );
    expect(stderr).to.contain("1 of 2 stacks did not pass, and no further one was begun.");
    expect(stackText()).to.equal(project.stackText);
    project.removeAnswer("up.fails");
    const all = await knowngood(...words.slice(0, -2), "--json");
    expect(all.code, all.stderr).to.equal(0);
    const ends = (JSON.parse(all.stdout) as { end: string }[]).map(({ end }) => end);
    expect(ends).to.deep.equal(["passed", "passed"]);
  });

  it("exit 2 where one option makes another mean nothing", async () => {
    const alone = await knowngood("rollback", "v1", "--yes", "--without", "hooks");
    expect([alone.code, alone.stderr].join("\n")).to.match(/^2\n[^]*say why, too: --break-glass REASON/);
    const twice = await knowngood(
      "rollback",
      "v1",
      "--yes",
      "--stack",
      "prod",
      "--stack",
      "acme/knowngood/prod",
    );
    expect([twice.code, twice.stderr].join("\n")).to.match(/^2\n[^]*two stacks of Pulumi\.prod\.yaml/);
    const all = await knowngood("rollback", "v1", "--yes", "--all", "--take-lock");
    expect([all.code, all.stderr].join("\n")).to.match(/^2\n[^]*--stack STACK --take-lock/);
    expect(project.calls()).to.deep.equal([]);
  });

  it("touch no stack where one of several is refused", async () => {
    const { code, stderr } = await knowngood("rollback", "v1", "--stack", "prod", "--stack", "us", "--yes");
    expect(code, stderr).to.equal(2);
    expect(stderr).to.match(/us: The stack has no file of settings here[^]*found no Pulumi\.us\.yaml/);
    expect(project.calls()).not.to.contain("up");
  });

  it("say that the stack file is not committed, and commit that file alone with --commit", async () => {
    const git = (...words: string[]) =>
      execFileSync("git", ["-C", project.folder, "-c", "user.name=a", "-c", "user.email=a@b", ...words], {
        env: childEnvironment(),
        encoding: "utf8",
      });
    git("init", "--quiet");
    git("config", "user.name", "a");
    git("config", "user.email", "a@b");
    git("add", "Pulumi.yaml", "Pulumi.prod.yaml");
    git("commit", "--quiet", "--message", "begin");
    const told = await knowngood("rollback", "v1", "--stack", "prod", "--yes", "--reason", "payments fail");
    expect(told.code, told.stderr).to.equal(0);
    expect(told.stderr).to.contain("git commit -m 'prod: v1: payments fail' -- Pulumi.prod.yaml");
    expect(told.stderr).to.match(/npx knowngood propose v1 --stack prod --reason \S/);
    writeFileSync(join(project.folder, "other.txt"), "staged");
    git("add", "other.txt");
    const committed = await knowngood("rollback", "v1", "--stack", "prod", "--yes", "--commit");
    expect(committed.code, committed.stderr).to.equal(0);
    expect(git("show", "--stat", "--format=%s").trim()).to.match(
      /^prod: v1\n\n Pulumi\.prod\.yaml \|[^\n]*\n 1 file/,
    );
    expect(git("status", "--porcelain", "--", "other.txt")).to.equal("A  other.txt\n");
  });
});
