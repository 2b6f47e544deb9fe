import { expect } from "chai";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "./freePorts";
import { servicePort } from "./images";
import { running } from "./programs";
import { Workspace } from "./workspace";

describe("a service's container", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  it("is as the settings say, keeps its volume, and ends what is in flight before it is replaced", async () => {
    const [port = 0] = await freePorts(1);
    // Told to stop, it takes no new requests and has three seconds' work left.
    const script = `stop() { touch /tmp/stopping; kill $server; sleep 3; exit 0; }
trap stop TERM
httpd -f -p ${servicePort} -h /www & server=$!
while true; do wait; done`;
    const slow = `#!/bin/sh
printf 'Status: 200 OK\\r\\n\\r\\nbegun'
sleep 2
test -e /tmp/stopping && printf ', done while stopping' || printf ', done'`;
    const api = (tag: string) =>
      running(workspace, "api", tag, {
        script,
        files: { "/www/health": tag, "/www/cgi-bin/slow": slow },
      });
    const store = (tag: string) =>
      running(workspace, "store", tag, {
        script: `echo "$RELEASE" >> /data/releases; exec sleep 100000`,
        files: { "/ask.sh": `#!/bin/sh\nexec wget -q -O- http://api:${servicePort}/health\n` },
      });
    const [api1, api2, store1, store2] = await Promise.all([api("v1"), api("v2"), store("v1"), store("v2")]);
    workspace.release("v1", { services: { api: api1, store: store1 } });
    workspace.release("v2", { services: { api: api2, store: store2 } });
    const settings = {
      imageTag: "v1",
      volumes: { data: {} },
      services: {
        api: {
          ports: [{ container: servicePort, host: port }],
          env: { LEVEL: "info", GREETING: "hello, world" },
          stopGraceSeconds: 8,
          health: { path: "/health", within: 60, successes: 1 },
        },
        store: {
          kind: "worker",
          env: { LEVEL: "debug" },
          volumes: [{ volume: "data", container: "/data" }],
          restart: "on-failure",
          cpus: 0.5,
          memoryMiB: 64,
          readOnly: true,
          init: false,
          stopSignal: "SIGKILL",
          stopGraceSeconds: 1,
          // Passes only where the other service is reached by its name.
          health: { exec: ["/ask.sh"], within: 60, successes: 1 },
        },
      },
    };
    await workspace.stack("prod", settings);
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).to.equal(0);

    const { "prod-api": first, "prod-store": second } = await workspace.containers();
    const prefix = `${workspace.prefix}-prod`;
    expect(first?.Config.Image).to.equal(`${api1.repository}@${api1.digest}`);
    expect(first?.Config.Labels).to.include({
      "knowngood.stack": "knowngood/prod",
      "knowngood.service": "api",
      "knowngood.release": "v1",
      "knowngood.digest": api1.digest,
    });
    expect(first?.Config.Env).to.include.members(["LEVEL=info", "GREETING=hello, world", "RELEASE=v1"]);
    expect(first?.Config).to.include({ StopSignal: "SIGTERM", StopTimeout: 8 });
    expect(first?.HostConfig).to.include({ Init: true, ReadonlyRootfs: false, Memory: 0, NanoCpus: 0 });
    expect(first?.HostConfig.RestartPolicy).to.deep.include({ Name: "unless-stopped" });
    expect(first?.HostConfig.PortBindings).to.deep.equal({
      [`${servicePort}/tcp`]: [{ HostIp: "127.0.0.1", HostPort: String(port) }],
    });
    expect(Object.keys(first?.NetworkSettings.Networks ?? {})).to.deep.equal([prefix]);
    expect(first?.NetworkSettings.Networks[prefix]?.Aliases).to.include("api");

    expect(second?.Config.Image).to.equal(`${store1.repository}@${store1.digest}`);
    expect(second?.Config).to.include({ StopSignal: "SIGKILL", StopTimeout: 1 });
    expect(second?.HostConfig).to.deep.include({
      Init: false,
      ReadonlyRootfs: true,
      Memory: 64 * 1024 * 1024,
    });
    expect(cpusOf(second?.HostConfig)).to.equal(0.5);
    expect(second?.HostConfig.RestartPolicy).to.deep.include({ Name: "on-failure" });
    expect(second?.HostConfig.PortBindings ?? {}).to.deep.equal({});
    expect(
      second?.Mounts.map(({ Type, Name, Destination, RW }) => ({ Type, Name, Destination, RW })),
    ).to.deep.equal([{ Type: "volume", Name: `${prefix}-data`, Destination: "/data", RW: true }]);

    await workspace.target("prod", "v2");
    const client = askOnAndOn(`http://127.0.0.1:${port}/cgi-bin/slow`);
    const replaced = await workspace.up("prod");
    const answers = await client.stop();
    expect(replaced.exitCode, replaced.text).to.equal(0);
    const begun = answers.filter((answer) => answer.startsWith("begun"));
    expect(begun.filter((answer) => answer === "begun, done while stopping")).not.to.be.empty;
    expect(begun.filter((answer) => answer !== "begun, done while stopping" && answer !== "begun, done")).to
      .be.empty;

    const { "prod-store": after } = await workspace.containers();
    expect(after?.Id).not.to.equal(second?.Id);
    const kept = await workspace.docker("exec", `${prefix}-store`, "cat", "/data/releases");
    expect(kept.stdout).to.equal("v1\nv2\n");
    const blocked = await workspace.docker("exec", `${prefix}-store`, "touch", "/other");
    expect(blocked.text).to.contain("Read-only file system");
  });
});

/** Processors by either of the ways in which an engine writes them down. */
function cpusOf(host: Record<string, unknown> = {}): number {
  const { NanoCpus, CpuQuota, CpuPeriod } = host as Record<string, number>;
  return NanoCpus ? NanoCpus / 1e9 : (CpuQuota ?? 0) / (CpuPeriod || 100_000);
}

/** Begins a request every 0.3 s; `stop` gives what each was answered, as far as it came. */
function askOnAndOn(url: string): { stop: () => Promise<string[]> } {
  const answers: Promise<string>[] = [];
  let on = true;
  const ask = () =>
    new Promise<string>((resolve) => {
      let text = "";
      const sent = request(url, { agent: false }, (response) => {
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve(text)).on("error", () => resolve(text));
      });
      sent.on("error", () => resolve(text)).end();
    });
  const asking = (async () => {
    while (on) {
      answers.push(ask());
      await sleep(300);
    }
  })();
  return {
    stop: async () => {
      on = false;
      await asking;
      return Promise.all(answers);
    },
  };
}
