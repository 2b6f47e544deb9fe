import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TimeLimit } from "../../assessment/timeLimit";
import { askServices } from "../../status/host";
import { asDeployed } from "../../status/asDeployed";
import { hostedDrift, hostedService, lookAtHosted, openedTarget } from "../../status/hosted";
import type { LookRequest } from "../../status/lookRequest";
import type { Found } from "../../targets/target";
import { catalogOf, digest, release } from "../history/states";
import { settingsOf } from "../settings/stack";

const catalog = catalogOf(release("v1", 1, { web: "a", job: "c" }), release("v2", 2, { web: "b", job: "c" }));

const deployed = (service: string, letter: string, tag: string, stopped = false) => ({
  urn: `urn:${service}`,
  type: "knowngood:index:DeployedService",
  outputs: { service, release: tag, digest: digest(letter), instance: "1", stopped },
});
const state = { resources: [deployed("web", "a", "v1"), deployed("job", "c", "v1")], pending: [] };

const runs = (service: string, letter: string | undefined, status = "running"): Found => ({
  service,
  digest: letter && digest(letter),
  instance: "1",
  state: { status, instance: "1", restarts: 0 },
});

describe("what a host runs that is not as the state holds it", () => {
  const drift = (...found: Found[]) => hostedDrift(found, state, catalog).map(({ text }) => text);

  it("is nothing where it runs those builds", () => {
    expect(drift(runs("web", "a"), runs("job", "c"))).to.deep.equal([]);
  });

  it("is another release, none, what nobody knows, and what is gone, each put right by the next up", () => {
    expect(drift(runs("web", "b"), runs("job", "c"))).to.deep.equal(["web: the host runs v2, and not v1"]);
    const unknown = "web: the host runs what no release in the catalog has, and not v1";
    expect(drift(runs("web", undefined), runs("job", "c"))).to.deep.equal([unknown]);
    expect(drift(runs("web", "d"), runs("job", "c", "missing"))).to.deep.equal([
      "job: the host runs nothing, and not v1",
      unknown,
    ]);
    expect(hostedDrift([], state, catalog).map(({ byUp }) => byUp)).to.deep.equal([true, true]);
  });

  it("is no service that was left stopped on purpose", () => {
    const stopped = { resources: [deployed("web", "a", "v1", true)], pending: [] };
    expect(hostedDrift([runs("web", undefined, "missing")], stopped, catalog)).to.deep.equal([]);
  });
});

describe("a service on a host, in the words for a container", () => {
  it("has the digest and the state that the host tells", () => {
    expect(hostedService("web", [runs("web", "a")])).to.deep.equal({
      ...{ container: "web", hosted: true, status: "running", text: "running, 0 restarts", restarts: 0 },
      digest: digest("a"),
    });
    expect(hostedService("web", [runs("web", undefined, "missing")])).to.deep.equal({
      ...{ container: "web", hosted: true, status: "missing", text: "missing", restarts: 0 },
    });
    expect(hostedService("web", [])).to.have.property("unknown");
  });
});

describe("a stack on a platform, looked at", function () {
  this.timeout(60_000);
  const token = "the-platform's-token";
  let folder: string;
  let limit: TimeLimit;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-hosted-"));
    limit = new TimeLimit(50);
  });
  afterEach(() => {
    limit.over();
    rmSync(folder, { recursive: true, force: true });
  });

  async function look(script: string, secrets: Awaited<LookRequest["secrets"]>) {
    const file = join(folder, "platform");
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const settings = settingsOf(
      {
        imageTag: "v1",
        target: "command",
        command: {
          deploy: { command: [file, "deploy"] },
          status: { command: [file, "status", "{service}"], secrets: { TOKEN: "platformToken" } },
        },
        services: { web: { health: { exec: [file, "healthy"] } }, job: { kind: "worker" } },
      },
      { platformToken: token },
    );
    const request: LookRequest = {
      ...{ stack: "prod", label: "shop/prod", settings, file: "Pulumi.prod.yaml", catalog },
      ...{ secrets: Promise.resolve(secrets), backend: undefined, now: new Date() },
    };
    const target = openedTarget(request, limit);
    if (target === undefined) throw new Error("no target");
    const known = Promise.resolve(asDeployed(state, request));
    const answers = askServices(request, known, target, limit);
    const { containers, drift } = await lookAtHosted(request, target, Promise.resolve(state), known, limit);
    return { web: containers("web"), drift, answers: await answers };
  }

  it("is told by its command line, and asked by its probes", async () => {
    const found = await look(
      'case "$1 $2" in "status web") echo v2 ;; "status job") test "$TOKEN" && echo v1 ;; healthy*) echo fine ;; esac',
      { byName: { platformToken: token }, hidden: [token] },
    );
    expect(found.web).to.deep.include({ status: "running", digest: digest("b") });
    expect(found.drift).to.deep.equal([{ text: "web: the host runs v2, and not v1", byUp: true }]);
    expect(found.answers.get("web")).to.deep.include({ outcome: "ok" });
    expect(found.answers.get("job")).to.deep.include({ outcome: "ok" });
  });

  it("is not known where it says no, without its secrets", async () => {
    const found = await look('echo "$TOKEN is no good"; exit 1', {
      ...{ byName: { platformToken: token }, hidden: [token] },
    });
    expect(found.drift).to.have.property("unknown").that.contains("is no good").and.not.contains(token);
    expect(found.web).to.deep.equal(found.drift);
  });

  it("is not known where the secrets that it is reached with are not", async () => {
    const found = await look("exit 1", { unknown: "there is no passphrase" });
    const why = "the host can't be asked: it is reached with secrets: there is no passphrase";
    expect(found.drift).to.deep.equal({ unknown: why });
    expect(found.answers.get("web")).to.have.property("unknown").that.contains("there is no passphrase");
  });
});
