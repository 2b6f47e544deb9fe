import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandFailureRecord, CommandReport } from "../../gates/commandReport";
import type { CommandRequest } from "../../gates/commandRequest";
import { toldEnvironment, type Told } from "../../gates/told";
import { runToEnd } from "../../gates/runToEnd";
import { startTimeOf } from "../../toolchain/machine/processes";
import { endOf, onlyRecord, startRunner, until } from "./runner";

const move: Told["move"] = { direction: "rollback", stack: "shop/prod", from: "v3", to: "v2" };

describe("gates: a command, as a process", function () {
  this.timeout(60_000);
  let folder: string;
  const children: ChildProcess[] = [];

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "knowngood-command-"))));
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  const requested = (shell: string, change: Partial<CommandRequest> = {}): CommandRequest => ({
    role: "gate",
    name: "smoke",
    command: ["sh", "-c", shell],
    within: 30,
    errorCodes: [],
    env: {},
    redact: [],
    ...change,
  });
  const telling = (more: Partial<Told> = {}) =>
    toldEnvironment({ move, records: join(folder, "records"), ...more });
  function started(request: unknown, environment: NodeJS.ProcessEnv = telling()) {
    const child = startRunner("command", request, environment);
    children.push(child);
    return child;
  }
  const run = (request: unknown, more: Partial<Told> = {}) => endOf(started(request, telling(more)));
  const record = () => onlyRecord<CommandFailureRecord>(join(folder, "records", "shop-prod"));

  it("passes with exit code 0: one line of JSON with what it printed, in order, and no record", async () => {
    const { exitCode, stdout, stderr } = await run(requested("echo one; echo two >&2; echo three"));
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: "" });
    expect(stdout).to.match(/^\{.*\}\n$/);
    const { startedAt, passedAt, seconds, ...report } = JSON.parse(stdout) as CommandReport;
    expect(report).to.deep.equal({
      outcome: "passed",
      name: "smoke",
      release: "v2",
      direction: "rollback",
      from: "v3",
      output: ["one", "two", "three"],
    });
    expect(Date.parse(passedAt) - Date.parse(startedAt)).to.be.closeTo(seconds * 1000, 1.1);
    expect(existsSync(join(folder, "records"))).to.equal(false);
  });

  it("tells it what it is run for, gives it its environment, and nothing of Pulumi's", async () => {
    const names = "KNOWNGOOD_DIRECTION KNOWNGOOD_STACK KNOWNGOOD_FROM KNOWNGOOD_TO BASE TOKEN MINE";
    const shell = `for name in ${names}; do eval "echo $name=\\$$name"; done; env | grep -e PULUMI -e FAILURE || echo none`;
    const request = requested(shell, {
      env: { BASE: "http://x", TOKEN: "hush-hush" },
      redact: ["hush-hush"],
    });
    const child = started(request, {
      ...telling(),
      MINE: "kept",
      PULUMI_CONFIG: "decrypted",
      PULUMI_CONFIG_PASSPHRASE: "key",
      PULUMI_ACCESS_TOKEN: "token",
      PULUMI_COMMAND_STDOUT: "earlier",
    });
    const { output } = JSON.parse((await endOf(child)).stdout) as CommandReport;
    expect(output).to.deep.equal([
      "KNOWNGOOD_DIRECTION=rollback",
      "KNOWNGOOD_STACK=shop/prod",
      "KNOWNGOOD_FROM=v3",
      "KNOWNGOOD_TO=v2",
      "BASE=http://x",
      "TOKEN=[secret]",
      "MINE=kept",
      "none",
    ]);
  });

  it("fails with another exit code: the text on stderr, with the way back, and a record", async () => {
    const goBack = { tag: "v1", commands: ["pulumi config set imageTag v1", "pulumi up"] };
    const { exitCode, stdout, stderr } = await run(requested("echo 2 of 9 wrong; exit 3"), { goBack });
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: "" });
    const { file, record: written } = record();
    expect(file).to.match(/^\d{8}T\d{6}\.\d{3}Z-command-smoke\.json$/);
    expect(stderr.replace(/\d+\.\d+ s/, "N s")).to.equal(
      [
        "Command gate failed: smoke says no to v2 on shop/prod: exit code 3, after N s.",
        "Ran: sh -c echo 2 of 9 wrong; exit 3 (rollback from v3 to v2)",
        `Record: ${join(folder, "records", "shop-prod", file)}`,
        "",
        "Last 1 line that smoke printed:",
        "  2 of 9 wrong",
        "",
        "Last known-good: v1. To go back:",
        "pulumi config set imageTag v1",
        "pulumi up",
        "",
      ].join("\n"),
    );
    const { startedAt, endedAt, seconds, ...rest } = written;
    expect(rest).to.deep.equal({
      kind: "command",
      outcome: "failed",
      stack: "shop/prod",
      name: "smoke",
      release: "v2",
      direction: "rollback",
      from: "v3",
      why: "exit code 3",
      exitCode: 3,
      output: ["2 of 9 wrong"],
    });
    expect(Date.parse(endedAt) - Date.parse(startedAt)).to.be.closeTo(seconds * 1000, 1.1);
  });

  const broken: [string, Partial<CommandRequest>, RegExp][] = [
    ["is not there", { command: ["no-such-program", "x"] }, /it was not found \(exit code 127\)/],
    ["may not be executed", { command: ["./README.md"] }, /it can't be executed \(exit code 126\)/],
    ["was ended by somebody", { command: ["sh", "-c", "kill -9 $$"] }, /it was ended by SIGKILL/],
    ["says that it broke", { command: ["sh", "-c", "exit 4"], errorCodes: [4] }, /exit code 4/],
    [
      "does not end in its time",
      { command: ["sh", "-c", "echo on my way; exec sleep 60"], within: 0.5 },
      /it did not end within 0.5 s and was stopped/,
    ],
  ];
  for (const [what, change, why] of broken) {
    it(`is an error, and never a failure of the release, where the command ${what}`, async () => {
      const { exitCode, stdout, stderr } = await run(requested("", change));
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: "" });
      expect(stderr)
        .to.match(/^Command gate broke: smoke did not judge v2 on shop\/prod: /)
        .and.match(why);
      expect(stderr).to.contain("This says nothing about the release.");
      expect(record().record).to.include({ outcome: "error", kind: "command" });
      expect(record().record.why).to.match(why);
    });
  }

  it("stops a command with all its children, also those that don't listen", async () => {
    const { file, command } = deaf(join(folder, "child"));
    const end = await runToEnd(command, {
      environment: process.env,
      within: 1,
      grace: 0.1,
      signal: new AbortController().signal,
    });
    expect(end).to.include({ timedOut: true });
    expect(end.exitCode).to.equal(undefined);
    await until(() => hasEnded(file));
  });

  it("stops it so too when it is told to, and one that has not begun yet", async () => {
    const abort = new AbortController();
    const { file, command } = deaf(join(folder, "child"));
    const running = runToEnd(command, {
      environment: process.env,
      within: 60,
      grace: 0.1,
      signal: abort.signal,
    });
    await until(() => pidIn(file) !== undefined);
    abort.abort();
    expect(await running).to.include({ timedOut: false, signal: "SIGKILL" });
    await until(() => hasEnded(file));
    const late = await runToEnd(["sleep", "60"], {
      environment: process.env,
      within: 60,
      signal: abort.signal,
    });
    expect(late).to.include({ timedOut: false, signal: "SIGTERM" });
  });

  it("does not wait for what a command leaves behind with its output open", async () => {
    const { exitCode, stdout } = await run(requested("sleep 60 & echo $!"));
    expect(exitCode).to.equal(0);
    const { seconds, output } = JSON.parse(stdout) as CommandReport;
    expect(seconds).to.be.below(30);
    process.kill(Number(output[0]), "SIGKILL");
  });

  it("stops the command when it is interrupted, and records nothing", async () => {
    const file = join(folder, "pid");
    const child = started(requested(`echo $$ > ${file}; exec sleep 60`));
    const end = endOf(child);
    await until(() => pidIn(file) !== undefined);
    child.kill("SIGTERM");
    const { exitCode, stderr } = await end;
    expect(exitCode).to.equal(130);
    expect(stderr).to.equal(
      "The gate smoke was interrupted (SIGTERM): nothing was decided and nothing recorded.\n",
    );
    expect(hasEnded(file)).to.equal(true);
    expect(existsSync(join(folder, "records"))).to.equal(false);
  });

  it("ends only after a command that does not listen, however often it is interrupted", async () => {
    const { file, command } = deaf(join(folder, "child"));
    const child = started(requested("", { command, within: 60 }));
    const end = endOf(child);
    await until(() => pidIn(file) !== undefined);
    child.kill("SIGINT");
    child.kill("SIGTERM");
    const { exitCode, stderr } = await end;
    expect(exitCode).to.equal(130);
    expect(stderr).to.match(/^The gate smoke was interrupted \(SIG(INT|TERM)\): nothing was decided .*\n$/);
    await until(() => hasEnded(file));
    expect(existsSync(join(folder, "records"))).to.equal(false);
  });

  it("shows its progress: how long, and the last whole line", async () => {
    const go = join(folder, "go");
    const child = started(requested(`echo 3 of 9; until [ -e ${go} ]; do sleep 0.1; done`, { within: 60 }));
    let shown = "";
    child.stderr?.on("data", (chunk: Buffer) => (shown += chunk.toString()));
    const end = endOf(child);
    await until(() => shown.includes("\n"));
    expect(shown).to.match(/^smoke: running for 5 s of 60 s; 3 of 9\n/);
    writeFileSync(go, "");
    expect((await end).exitCode).to.equal(0);
  });

  it("keeps the last 50 lines, each bounded, without secrets and what steers a terminal", async () => {
    const shell =
      'i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo "line $i"; done; ' +
      `head -c 100000 /dev/zero | tr '\\0' x; echo; printf '\\033[31mpass: %s\\033[0m\\n' "$TOKEN"; exit 1`;
    const { stderr } = await run(requested(shell, { env: { TOKEN: "hunter2" }, redact: ["hunter2"] }));
    const { output } = record().record;
    expect(output).to.have.length(50);
    expect(output[0]).to.equal("line 13");
    expect(output.at(-2)).to.have.length(2_000);
    expect(output.at(-1)).to.equal("pass: [secret]");
    expect(stderr + JSON.stringify(record()))
      .not.to.contain("hunter2")
      .and.not.to.contain("\x1b");
  });

  it("is an error for a request that is none, showing nothing of it", async () => {
    const { exitCode, stderr } = await run({ ...requested("true"), within: "hunter2" });
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain(
      "request: within\n    found a text that may be a secret; write seconds above 0",
    );
    const untold = await endOf(started(requested("true"), {}));
    expect(untold.exitCode).to.equal(2);
    expect(untold.stderr).to.contain(
      "does not say what it is run for: set KNOWNGOOD_DIRECTION, KNOWNGOOD_STACK, KNOWNGOOD_FROM, KNOWNGOOD_TO, KNOWNGOOD_ON_FAILURE",
    );
  });

  for (const [role, headline] of [
    [
      "before",
      "Hook failed: smoke, before the services of shop/prod change: exit code 1, after N s. No service was touched.",
    ],
    ["after", "Hook failed: smoke, after the services of shop/prod changed: exit code 1, after N s."],
  ] as const) {
    it(`as a hook ${role} the change says so, and leaves a hook's record`, async () => {
      const { exitCode, stderr } = await run(requested("exit 1", { role }));
      expect(exitCode).to.equal(1);
      expect(stderr.replace(/\d+\.\d+ s/, "N s").split("\n")[0]).to.equal(headline);
      expect(record().record.kind).to.equal("hook");
      expect(stderr).to.match(
        /\nTo go on without the hooks, for a while and on record: pulumi config set breakGlass '\{"reason":"WHY","guards":\["hooks"\],"until":"[^"]+Z"\}' --stack prod\n$/,
      );
      const breakGlass = { reason: "CI is down", guards: ["ci" as const], until: "2026-03-01T18:00:00Z" };
      const told = await run(requested("exit 1", { role }), { breakGlass });
      expect(told.stderr).to.contain(
        `breakGlass '{"reason":"CI is down","guards":["ci","hooks"],"until":"2026-03-01T18:00:00Z"}'`,
      );
    });
  }
});

/** A command that can't be asked to end, nor can its child, which writes its process id to the file. */
function deaf(file: string): { file: string; command: string[] } {
  const child = `echo $$ > ${file}; while :; do sleep 60; done`;
  return { file, command: ["sh", "-c", `trap "" TERM INT; sh -c '${child}' & while :; do sleep 60; done`] };
}

/** The process id in a file; undefined until it is whole. */
function pidIn(file: string): number | undefined {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.endsWith("\n") ? Number(text) : undefined;
}

/** Whether the process that a file names has ended; one that did not come to write its id has. */
function hasEnded(file: string): boolean {
  const pid = pidIn(file);
  return pid === undefined || startTimeOf(pid) === undefined;
}
