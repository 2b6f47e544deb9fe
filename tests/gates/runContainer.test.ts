import { expect } from "chai";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HealthReport } from "../../gates/healthReport";
import { HealthRunner, healthy } from "./healthRunner";

describe("gates: the runner with a container, through the docker CLI", function () {
  this.timeout(60_000);
  const runner = new HealthRunner();
  const { serving, requested, started, ended, run, record } = runner;

  const container = { id: "c1", engine: "ssh://shop.test" };

  it("looks once before the run, once beside its first success and once after its last", async () => {
    runner.docker.inspects([{ restarts: 2 }]);
    const { exitCode, stdout } = await run(requested(await serving(healthy), { container }));
    expect(exitCode).to.equal(0);
    expect((JSON.parse(stdout) as HealthReport).restarts).to.equal(2);
    const format = '{"state":{{json .State}},"restarts":{{json .RestartCount}}}';
    const look = `ssh://shop.test|container inspect --format ${format} -- c1`;
    expect(runner.docker.calls()).to.deep.equal([look, look, look]);
  });

  it("uses the CLI's own engine where none is named", async () => {
    await run(requested(await serving(healthy), { container: { id: "c1" } }));
    expect(runner.docker.calls()[0]).to.match(/^unix:\/\/\/default.sock\|/);
  });

  it("begins again after a restart between the successes", async () => {
    runner.docker.inspects([{ startedAt: "t0" }, { startedAt: "t0" }, { startedAt: "t1", restarts: 1 }]);
    const { exitCode, stdout } = await run(requested(await serving(healthy), { container }));
    const report = JSON.parse(stdout) as HealthReport;
    expect({ exitCode, attempts: report.attemptsMade, restarts: report.restarts }).to.deep.equal({
      exitCode: 0,
      attempts: 6,
      restarts: 1,
    });
    expect(report.attempts[2]?.detail).to.equal("the container restarted: counting starts again");
  });

  it("fails a container that is not running, though something answers at its port", async () => {
    runner.docker.inspects([{ status: "restarting", exitCode: 1, restarts: 4 }]);
    runner.docker.script("logs", "echo out; echo problem >&2; printf '\\033[31mred\\033[0m\\n'");
    const { exitCode, stderr } = await run(requested(await serving(healthy), { container, within: 2 }));
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain("container restarting, exit code 1, 4 restarts");
    expect(stderr).to.contain("Last 3 log lines of api:\n  out\n  problem\n  red\n");
    expect(runner.docker.calls()).to.include("ssh://shop.test|logs --tail 50 -- c1");
    expect(record()).to.deep.include({ logs: ["out", "problem", "red"] });
    expect(record().container).to.include({ status: "restarting", restarts: 4 });
  });

  it("remembers the exit code of a container that runs again when its time is over", async () => {
    runner.docker.inspects([
      { status: "exited", exitCode: 3 },
      { startedAt: "t1", restarts: 1 },
    ]);
    const url = await serving((_, response) => response.writeHead(503).end());
    const { exitCode, stderr } = await run(requested(url, { container, within: 2 }));
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain("Container: running, last exit code 3, 1 restart");
    expect(record().container).to.include({ status: "running", exitCode: 3 });
  });

  it("fails a container that is gone", async () => {
    runner.docker.script("container", "echo 'Error response from daemon: No such container: c1' >&2; exit 1");
    const request = requested("http://127.0.0.1:1/", { container, probe: { kind: "state" }, within: 2 });
    const { exitCode, stderr } = await run(request);
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain("Last answer: container missing");
  });

  it("passes a worker by its container's state", async () => {
    expect((await run(requested("", { container, probe: { kind: "state" } }))).exitCode).to.equal(0);
  });

  it("passes and fails by a command's exit code", async () => {
    runner.docker.script("exec", 'shift; shift; shift; [ "$*" = "pg_isready -q" ]');
    const good = requested("", { container, probe: { kind: "exec", command: ["pg_isready", "-q"] } });
    expect((await run(good)).exitCode).to.equal(0);
    expect(runner.docker.calls()).to.include("ssh://shop.test|exec -- c1 pg_isready -q");
    runner.docker.script("exec", "echo 'connection refused' >&2; exit 4");
    const { exitCode, stderr } = await run({ ...good, within: 2 });
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain("exit code 4: connection refused");
  });

  it("is an error when the engine was out of reach the whole time, whatever the service answered", async () => {
    runner.docker.script("container", "echo 'Cannot connect to the Docker daemon at ssh://x.' >&2; exit 1");
    const { exitCode, stderr } = await run(requested(await serving(healthy), { container, within: 2 }));
    expect(exitCode).to.equal(2);
    expect(stderr).to.match(/^Health gate broke: .* This says nothing about the release\.\n/);
    expect(stderr).to.contain(
      "the container can't be looked at: Cannot connect to the Docker daemon at ssh://x.",
    );
    expect(record()).to.include({ outcome: "error" });
  });

  it("passes once an engine that was away is back", async () => {
    runner.docker.script(
      "container",
      `[ -f '${runner.folder}/back' ] || { touch '${runner.folder}/back'; exit 1; }; cat '${runner.folder}/inspect.last'`,
    );
    expect((await run(requested(await serving(healthy), { container }))).exitCode).to.equal(0);
  });

  it("is an error when the engine hangs", async () => {
    // The last look, after the decision, would hang for 3 s.
    runner.docker.script(
      "container",
      `[ $(wc -l < '${runner.folder}/calls') -le 3 ] || exit 1; exec sleep 30`,
    );
    runner.docker.script("logs", "exit 1");
    const { exitCode, stderr } = await run(
      requested(await serving(healthy), { container, within: 0.5, timeout: 0.2 }),
    );
    expect(exitCode).to.equal(2);
    // What is left of its time can be less than the probe's own limit.
    expect(stderr).to.match(/no answer to docker container within 0\.\d+ s/);
  });

  for (const answer of ["<html>welcome</html>", '[{"hello": "world"}]', "null"])
    it(`is an error when the engine answers ${answer}`, async () => {
      runner.docker.script("container", `echo '${answer}'`);
      runner.docker.script("logs", "exit 1");
      const { exitCode, stderr } = await run(requested(await serving(healthy), { container, within: 2 }));
      expect(exitCode).to.equal(2);
      expect(stderr).to.contain("the container can't be looked at: docker inspect answered something that");
      expect(record()).to.include({ outcome: "error" });
    });

  it("is an error at once when there is no docker CLI", async () => {
    const empty = mkdtempSync(join(runner.folder, "empty-"));
    const request = requested(await serving(healthy), { container, within: 60 });
    const { exitCode, stderr, seconds } = await ended(started(JSON.stringify(request), empty));
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain("the docker CLI was not found on PATH: install it");
    expect(seconds).to.be.below(10);
  });

  it("hands the docker CLI nothing of the environment that it does not need", async () => {
    runner.docker.script("container", `env > '${runner.folder}/env'; cat '${runner.folder}/inspect.last'`);
    process.env.PULUMI_CONFIG = "hush";
    try {
      await run(requested(await serving(healthy), { container }));
    } finally {
      delete process.env.PULUMI_CONFIG;
    }
    const environment = readFileSync(join(runner.folder, "env"), "utf8");
    expect(environment).to.contain("PATH=");
    expect(environment).to.not.contain("hush");
  });
});
