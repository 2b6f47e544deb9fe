import { expect } from "chai";
import { existsSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import type { HealthReport } from "../../gates/healthReport";
import { HealthRunner, healthy, sick } from "./healthRunner";

describe("gates: the runner, as a process", function () {
  this.timeout(60_000);
  const runner = new HealthRunner();
  const { serving, requested, started, ended, run, record } = runner;

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
    expect(existsSync(join(runner.folder, "records"))).to.be.false;
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
    writeFileSync(join(runner.folder, "file"), "");
    const { exitCode, stderr } = await run(
      requested(await serving(sick), { within: 0.5, records: join(runner.folder, "file") }),
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
      runner.docker.script("container", "exec sleep 30");
      const request = requested(await serving(sick), { within: 60, timeout: 20, container: { id: "c1" } });
      const child = started(JSON.stringify(request));
      const end = ended(child);
      while (runner.docker.calls().length === 0) await new Promise((wait) => setTimeout(wait, 20));
      const sent = performance.now();
      child.kill(signal);
      const { exitCode, stderr, stdout } = await end;
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 130, stdout: "" });
      expect(stderr).to.equal(
        `The health gate of api v3 was interrupted (${signal}): nothing was decided and nothing recorded.\n`,
      );
      expect(performance.now() - sent).to.be.below(10_000);
      expect(existsSync(join(runner.folder, "records"))).to.be.false;
    });
  }
});
