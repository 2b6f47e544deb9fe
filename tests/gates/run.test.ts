import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { FailureRecord } from "../../gates/failureRecord";
import type { HealthReport } from "../../gates/healthReport";
import type { HealthRequestInput } from "../../gates/healthRequest";
import type { FakeDocker } from "./fakeDocker";
import { fakeDocker } from "./fakeDocker";

const root = resolve(__dirname, "../..");

interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  seconds: number;
}

describe("gates: the runner, as a process", function () {
  this.timeout(60_000);
  let folder: string;
  let docker: FakeDocker;
  const servers: Server[] = [];
  const children: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-gates-"));
    docker = fakeDocker(folder);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await Promise.all(
      servers.splice(0).map((server) => {
        server.closeAllConnections();
        return new Promise((done) => server.close(done));
      }),
    );
    rmSync(folder, { recursive: true, force: true });
  });

  async function serving(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
  }

  const requested = (url: string, change: Partial<HealthRequestInput> = {}): HealthRequestInput => ({
    stack: "shop/prod",
    service: "api",
    release: "v3",
    digest: "sha256:aa",
    probe: { kind: "http", url, status: [200] },
    // What passes has time, on a busy machine too; what fails is given less.
    within: 10,
    every: 0.1,
    successes: 3,
    timeout: 1,
    records: join(folder, "records"),
    redact: [],
    ...change,
  });

  function started(input: string, path = `${docker.bin}:${process.env.PATH}`): ChildProcess {
    const child = spawn(
      process.execPath,
      ["--require", "./toolchain/loadTypescript.cjs", "gates/run.ts", "health"],
      {
        cwd: root,
        env: { ...process.env, PATH: path, DOCKER_HOST: "unix:///default.sock" },
      },
    );
    children.push(child);
    child.stdin.end(input);
    return child;
  }

  async function ended(child: ChildProcess): Promise<Ended> {
    const start = performance.now();
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const [exitCode] = (await once(child, "close")) as [number | null];
    return { exitCode, stdout, stderr, seconds: (performance.now() - start) / 1000 };
  }

  const run = (request: unknown) => ended(started(JSON.stringify(request)));

  function record(): FailureRecord {
    const stack = join(folder, "records", "shop-prod");
    const files = readdirSync(stack);
    expect(files).to.have.length(1);
    expect(files[0]).to.match(/^\d{8}T\d{6}\.\d{3}Z-health-api\.json$/);
    return JSON.parse(readFileSync(join(stack, files[0] ?? ""), "utf8")) as FailureRecord;
  }

  const healthy: RequestListener = (_request, response) => void response.end("ok");
  const sick: RequestListener = (_request, response) => void response.writeHead(500).end("no database");

  it("passes a healthy service: one line of JSON, nothing else, no record", async () => {
    const { exitCode, stdout, stderr, seconds } = await run(requested(await serving(healthy)));
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: "" });
    expect(stdout).to.match(/^\{.*\}\n$/);
    const report = JSON.parse(stdout) as HealthReport;
    expect(report).to.include({
      outcome: "passed",
      service: "api",
      release: "v3",
      attemptsMade: 3,
      restarts: 0,
    });
    expect(report.attempts.map((attempt) => attempt.status)).to.deep.equal([200, 200, 200]);
    expect(existsSync(join(folder, "records"))).to.be.false;
    expect(seconds).to.be.below(10);
  });

  it("passes a service that answers 500 first, and keeps both answers", async () => {
    let asked = 0;
    const url = await serving((request, response) => (asked++ < 2 ? sick : healthy)(request, response));
    const { exitCode, stdout } = await run(requested(url));
    expect(exitCode).to.equal(0);
    const statuses = (JSON.parse(stdout) as HealthReport).attempts.map((attempt) => attempt.status);
    expect(statuses).to.deep.equal([500, 500, 200, 200, 200]);
  });

  it("fails a sick one: nothing on stdout, the text on stderr, and a record", async () => {
    const goBack = { tag: "v2", commands: ["pulumi config set imageTag v2", "pulumi up"] };
    const { exitCode, stdout, stderr } = await run(requested(await serving(sick), { within: 0.5, goBack }));
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: "" });
    expect(stderr).to.match(/^Health gate failed: api v3 on shop\/prod is not healthy after /);
    expect(stderr).to.contain("Last answer: status 500, expected 200: no database");
    expect(stderr).to.match(/Last known-good: v2. To go back:\npulumi config set imageTag v2\npulumi up\n$/);
    expect(record()).to.include({ kind: "health", outcome: "failed", service: "api", container: null });
  });

  it("fails a service that hangs, within its time", async () => {
    const { exitCode, stderr, seconds } = await run(
      requested(await serving(() => undefined), { within: 0.5, timeout: 0.2 }),
    );
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain("no answer within 0.2 s");
    expect(seconds).to.be.within(0.5, 10);
  });

  it("fails a service that flaps, though every second answer is good", async () => {
    let asked = 0;
    const url = await serving((request, response) => (asked++ % 2 ? sick : healthy)(request, response));
    expect((await run(requested(url, { successes: 2, within: 0.5 }))).exitCode).to.equal(1);
  });

  it("tells that a record can't be written, and the failure all the same", async () => {
    writeFileSync(join(folder, "file"), "");
    const { exitCode, stderr } = await run(
      requested(await serving(sick), { within: 0.5, records: join(folder, "file") }),
    );
    expect(exitCode).to.equal(1);
    expect(stderr)
      .to.contain("Health gate failed")
      .and.match(/The record could not be written: ENOTDIR|EEXIST/);
  });

  it("never shows a secret or a header's value", async () => {
    const secret = 'tok/en "1"';
    const echo: RequestListener = (request, response) =>
      void response
        .writeHead(500)
        .end(
          `${secret} ${encodeURIComponent(secret)} ${Buffer.from(secret).toString("base64")} ${JSON.stringify(secret)} ${request.headers["x-key"] as string}`,
        );
    const url = `${await serving(echo)}?key=${encodeURIComponent(secret)}`;
    const { stderr } = await run(
      requested(url, {
        within: 0.5,
        container: { id: "c1" },
        probe: { kind: "http", url, headers: { "x-key": "header-value" } },
        redact: [secret],
      }),
    );
    const everything = stderr + JSON.stringify(record());
    expect(stderr).to.contain('expected 200: [secret] [secret] [secret] "[secret]" [secret]');
    expect(everything).to.not.match(/tok|en \\?"1|header-value/);
    expect(everything).to.not.contain(Buffer.from(secret).toString("base64").slice(2, 8));
  });

  it("is an error, and says what is wrong, for a request that is none", async () => {
    const noJson = await ended(started('{"redact": ["hush"'));
    expect(noJson).to.include({ exitCode: 2, stdout: "" });
    expect(noJson.stderr).to.equal(
      "The health gate broke: the request on stdin is not JSON (18 characters)\n",
    );
    const wrong = await run(requested("http://127.0.0.1/", { within: -1 }));
    expect(wrong.exitCode).to.equal(2);
    expect(wrong.stderr).to.contain("request: within\n    found -1; write seconds above 0");
  });

  it("fills in what a request leaves out", async () => {
    const request = requested(await serving(healthy), { timeout: undefined, redact: undefined });
    expect((await run(request)).exitCode).to.equal(0);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`ends at once on ${signal}, also while a docker call hangs, without a record`, async () => {
      docker.script("container", "exec sleep 30");
      const request = requested(await serving(sick), { within: 60, timeout: 20, container: { id: "c1" } });
      const child = started(JSON.stringify(request));
      const end = ended(child);
      while (docker.calls().length === 0) await new Promise((wait) => setTimeout(wait, 20));
      const sent = performance.now();
      child.kill(signal);
      const { exitCode, stderr, stdout } = await end;
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 130, stdout: "" });
      expect(stderr).to.equal(
        `The health gate of api v3 was interrupted (${signal}): nothing was decided and nothing recorded.\n`,
      );
      expect(performance.now() - sent).to.be.below(10_000);
      expect(existsSync(join(folder, "records"))).to.be.false;
    });
  }

  describe("with a container, through the docker CLI", () => {
    const container = { id: "c1", engine: "ssh://shop.test" };

    it("looks once before the run, once beside its first success and once after its last", async () => {
      docker.inspects([{ restarts: 2 }]);
      const { exitCode, stdout } = await run(requested(await serving(healthy), { container }));
      expect(exitCode).to.equal(0);
      expect((JSON.parse(stdout) as HealthReport).restarts).to.equal(2);
      const format = '{"state":{{json .State}},"restarts":{{json .RestartCount}}}';
      const look = `ssh://shop.test|container inspect --format ${format} -- c1`;
      expect(docker.calls()).to.deep.equal([look, look, look]);
    });

    it("uses the CLI's own engine where none is named", async () => {
      await run(requested(await serving(healthy), { container: { id: "c1" } }));
      expect(docker.calls()[0]).to.match(/^unix:\/\/\/default.sock\|/);
    });

    it("begins again after a restart between the successes", async () => {
      docker.inspects([{ startedAt: "t0" }, { startedAt: "t0" }, { startedAt: "t1", restarts: 1 }]);
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
      docker.inspects([{ status: "restarting", exitCode: 1, restarts: 4 }]);
      docker.script("logs", "echo out; echo problem >&2; printf '\\033[31mred\\033[0m\\n'");
      const { exitCode, stderr } = await run(requested(await serving(healthy), { container, within: 2 }));
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain("container restarting, exit code 1, 4 restarts");
      expect(stderr).to.contain("Last 3 log lines of api:\n  out\n  problem\n  red\n");
      expect(docker.calls()).to.include("ssh://shop.test|logs --tail 50 -- c1");
      expect(record()).to.deep.include({ logs: ["out", "problem", "red"] });
      expect(record().container).to.include({ status: "restarting", restarts: 4 });
    });

    it("remembers the exit code of a container that runs again when its time is over", async () => {
      docker.inspects([
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
      docker.script("container", "echo 'Error response from daemon: No such container: c1' >&2; exit 1");
      const request = requested("http://127.0.0.1:1/", { container, probe: { kind: "state" }, within: 2 });
      const { exitCode, stderr } = await run(request);
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain("Last answer: container missing");
    });

    it("passes a worker by its container's state", async () => {
      expect((await run(requested("", { container, probe: { kind: "state" } }))).exitCode).to.equal(0);
    });

    it("passes and fails by a command's exit code", async () => {
      docker.script("exec", 'shift; shift; shift; [ "$*" = "pg_isready -q" ]');
      const good = requested("", { container, probe: { kind: "exec", command: ["pg_isready", "-q"] } });
      expect((await run(good)).exitCode).to.equal(0);
      expect(docker.calls()).to.include("ssh://shop.test|exec -- c1 pg_isready -q");
      docker.script("exec", "echo 'connection refused' >&2; exit 4");
      const { exitCode, stderr } = await run({ ...good, within: 2 });
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain("exit code 4: connection refused");
    });

    it("is an error when the engine was out of reach the whole time, whatever the service answered", async () => {
      docker.script("container", "echo 'Cannot connect to the Docker daemon at ssh://x.' >&2; exit 1");
      const { exitCode, stderr } = await run(requested(await serving(healthy), { container, within: 2 }));
      expect(exitCode).to.equal(2);
      expect(stderr).to.match(/^Health gate broke: .* This says nothing about the release\.\n/);
      expect(stderr).to.contain(
        "the container can't be looked at: Cannot connect to the Docker daemon at ssh://x.",
      );
      expect(record()).to.include({ outcome: "error" });
    });

    it("passes once an engine that was away is back", async () => {
      docker.script(
        "container",
        `[ -f '${folder}/back' ] || { touch '${folder}/back'; exit 1; }; cat '${folder}/inspect.last'`,
      );
      expect((await run(requested(await serving(healthy), { container }))).exitCode).to.equal(0);
    });

    it("is an error when the engine hangs", async () => {
      // The last look, after the decision, would hang for 3 s.
      docker.script("container", `[ $(wc -l < '${folder}/calls') -le 3 ] || exit 1; exec sleep 30`);
      docker.script("logs", "exit 1");
      const { exitCode, stderr } = await run(
        requested(await serving(healthy), { container, within: 0.5, timeout: 0.2 }),
      );
      expect(exitCode).to.equal(2);
      expect(stderr).to.contain("no answer to docker container within 0.2 s");
    });

    it("is an error at once when there is no docker CLI", async () => {
      const empty = mkdtempSync(join(folder, "empty-"));
      const request = requested(await serving(healthy), { container, within: 60 });
      const { exitCode, stderr, seconds } = await ended(started(JSON.stringify(request), empty));
      expect(exitCode).to.equal(2);
      expect(stderr).to.contain("the docker CLI was not found on PATH: install it");
      expect(seconds).to.be.below(10);
    });

    it("hands the docker CLI nothing of the environment that it does not need", async () => {
      docker.script("container", `env > '${folder}/env'; cat '${folder}/inspect.last'`);
      process.env.PULUMI_CONFIG = "hush";
      try {
        await run(requested(await serving(healthy), { container }));
      } finally {
        delete process.env.PULUMI_CONFIG;
      }
      const environment = readFileSync(join(folder, "env"), "utf8");
      expect(environment).to.contain("PATH=");
      expect(environment).to.not.contain("hush");
    });
  });
});
