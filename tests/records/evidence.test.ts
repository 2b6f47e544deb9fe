import { expect } from "chai";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerEngine, EngineError, type ContainerState, type Engine } from "../../gates/engine";
import { redactor } from "../../gates/redaction";
import { lookAtServices } from "../../records/evidence";
import { dropEvidence, keepEvidence, type Evidence } from "../../records/keptEvidence";
import { knownSecrets } from "../../records/knownSecrets";
import { fakeDocker } from "../gates/fakeDocker";
import { configuration } from "../settings/stack";

const api = { service: "api", tag: "v1", digest: "sha256:a", createdAs: "v1", containerId: "c1" };
const running: ContainerState = { status: "running", instance: "t 0", restarts: 2 };
const engine = (more: Partial<Engine> = {}): Pick<Engine, "inspectAll" | "logs"> => ({
  inspectAll: () => Promise.resolve(new Map([["c1", running]])),
  logs: () => Promise.resolve("one\ntwo hunter2\nthree\n"),
  ...more,
});
const redact = redactor(["hunter2"]);
const seen = { service: "api", release: "v1", digest: "sha256:a", containerId: "c1" };

describe("evidence of what runs", () => {
  it("is each container's state and its last lines, without secrets", async () => {
    expect(await lookAtServices([api], engine(), 2, redact)).to.deep.equal([
      { ...seen, container: running, log: ["two [secret]", "three"], problems: [] },
    ]);
    expect((await lookAtServices([api], engine(), 0, redact))[0]?.log).to.deep.equal([]);
  });

  it("says what the engine did not tell, and why", async () => {
    const slowLogs = new EngineError("no answer to docker logs within 10 s, hunter2");
    const [slow] = await lookAtServices([api], engine({ logs: () => Promise.reject(slowLogs) }), 200, redact);
    expect(slow).to.deep.equal({
      ...seen,
      container: running,
      problems: ["the log of api: no answer to docker logs within 10 s, [secret]"],
    });
    const missing: ContainerState = { status: "missing", instance: "missing", restarts: 0 };
    const goneEngine = engine({
      inspectAll: () => Promise.resolve(new Map([["c1", missing]])),
      logs: () => Promise.reject(new EngineError("No such container: c1")),
    });
    const [gone] = await lookAtServices([api], goneEngine, 200, redact);
    expect(gone).to.deep.equal({ ...seen, container: missing, problems: [] });
  });

  it("never fails where Docker is down", async () => {
    const dead = dockerEngine("unix:///nowhere/docker.sock", new AbortController().signal);
    const [down] = await lookAtServices([api], dead, 200, redact);
    expect(down).not.to.have.any.keys("container", "log");
    expect(down?.problems.map((problem) => problem.split(":")[0])).to.deep.equal([
      "the container's state of api",
      "the log of api",
    ]);
  });

  it("asks Docker once for the states of all, also where one is gone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "knowngood-evidence-"));
    const path = process.env.PATH;
    try {
      const docker = fakeDocker(folder);
      const line = '{"id":"c1","state":{"Status":"running","StartedAt":"t"},"restarts":2}';
      docker.script("container", `echo '${line}'; echo 'Error: No such container: c2' >&2; exit 1`);
      docker.script("logs", "echo said");
      process.env.PATH = `${docker.bin}:${path}`;
      const engine = dockerEngine(undefined, new AbortController().signal);
      const services = [api, { ...api, service: "web", containerId: "c2" }];
      const found = await lookAtServices(services, engine, 200, redact);
      expect(
        found.map(({ container, problems }) => [container?.status, container?.restarts, problems]),
      ).to.deep.equal([
        ["running", 2, []],
        ["missing", 0, []],
      ]);
      const asked = docker.calls().map((call) => call.split("|")[1]?.split(" ")[0]);
      expect(asked.sort()).to.deep.equal(["container", "logs", "logs"]);
      docker.script("container", "echo 'Cannot connect to the Docker daemon at x.' >&2; exit 1");
      const [down] = await lookAtServices([api], engine, 200, redact);
      expect(down?.problems).to.deep.equal([
        "the container's state of api: Cannot connect to the Docker daemon at x.",
      ]);
    } finally {
      process.env.PATH = path;
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("is kept for this user alone, so many times of a stack, and can be dropped", () => {
    const folder = mkdtempSync(join(tmpdir(), "knowngood-evidence-"));
    try {
      const evidence = (second: number, stack = "shop/prod"): Evidence => ({
        stack,
        takenAt: `2026-03-01T09:00:0${second}.000Z`,
        services: [{ ...seen, log: ["one", "two"], problems: [] }],
        gates: {},
        ci: {},
      });
      const other = keepEvidence(folder, evidence(0, "shop/test"), 2);
      const kept = [1, 2, 3].map((second) => keepEvidence(folder, evidence(second), 2));
      const [first = "", second = "", third = ""] = kept;
      expect(second).to.equal(join(folder, "evidence", "shop-prod", "20260301T090002.000Z"));
      expect(readdirSync(join(folder, "evidence", "shop-prod"))).to.have.length(2);
      expect(readdirSync(other).sort()).to.deep.equal(["api.log", "evidence.json"]);
      expect(() => readdirSync(first)).to.throw("ENOENT");
      expect(readFileSync(join(third, "api.log"), "utf8")).to.equal("one\ntwo\n");
      expect(statSync(third).mode & 0o777).to.equal(0o700);
      expect(statSync(join(third, "api.log")).mode & 0o777).to.equal(0o600);
      const written = JSON.parse(readFileSync(join(third, "evidence.json"), "utf8")) as Evidence;
      expect(written.services).to.deep.equal([{ ...seen, problems: [], log: "api.log", logLines: 2 }]);
      dropEvidence(third);
      expect(readdirSync(join(folder, "evidence", "shop-prod"))).to.deep.equal(["20260301T090002.000Z"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("knownSecrets", () => {
  it("are all secrets of a stack, the passwords in addresses and the texts within structures", () => {
    const secrets = {
      databaseUrl: "postgres://shop:p%40ss@db/shop",
      token: "hunter2",
      empty: "",
      auth: { password: "hunter3", list: ["hunter4"] },
    };
    const known = knownSecrets(configuration({ imageTag: "v1" }, secrets));
    expect(known).to.include.members([
      "postgres://shop:p%40ss@db/shop",
      "p%40ss",
      "p@ss",
      "hunter2",
      "hunter3",
      "hunter4",
    ]);
    expect(known).not.to.include("");
    expect(known).not.to.include("v1");
  });
});
