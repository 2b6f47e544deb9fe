import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { probeOf } from "../../components/healthProbe";
import type { ServiceSettings } from "../../settings/serviceSettings";
import { settingsOf } from "../settings/stack";
import { goodAnswers, World } from "./world";

const secret = (name: string) => pulumi.secret(`the ${name}`);

function service(settings: Record<string, unknown>): ServiceSettings {
  const port = { container: 80, host: 8080 };
  const all = { imageTag: "v1", services: { api: { ports: [port], ...settings } } };
  const read = settingsOf(all, { token: "hunter2" }).services.api;
  if (read === undefined) throw new Error("no service");
  return read;
}

const valueOf = <Value>(output: pulumi.Output<Value>) =>
  new Promise<Value>((resolve) => void output.apply((value) => resolve(value)));

describe("the probe of a service", () => {
  before(() => World.with(goodAnswers));

  const urlAt = async (address: string, engine?: string) => {
    const settings = service({
      ports: [{ container: 80, host: 8080, address }],
      health: { path: "/health" },
    });
    const probe = await valueOf(probeOf(settings, engine, secret));
    return probe.kind === "http" ? probe.url : "";
  };

  it("asks a path on the first published port, where it is published", async () => {
    expect(await urlAt("127.0.0.1")).to.equal("http://127.0.0.1:8080/health");
    expect(await urlAt("0.0.0.0")).to.equal("http://127.0.0.1:8080/health");
    expect(await urlAt("192.168.1.5")).to.equal("http://192.168.1.5:8080/health");
    expect(await urlAt("::")).to.equal("http://[::1]:8080/health");
    expect(await urlAt("fe80::1")).to.equal("http://[fe80::1]:8080/health");
  });

  it("asks on the host that the engine is on", async () => {
    expect(await urlAt("0.0.0.0", "ssh://deploy@shop.example")).to.equal("http://shop.example:8080/health");
    expect(await urlAt("0.0.0.0", "tcp://10.0.0.5:2375")).to.equal("http://10.0.0.5:8080/health");
    expect(await urlAt("0.0.0.0", "ssh://[fe80::1]:22")).to.equal("http://[fe80::1]:8080/health");
    expect(await urlAt("127.0.0.1", "unix:///var/run/docker.sock")).to.equal("http://127.0.0.1:8080/health");
  });

  it("hands on all that an HTTP probe is told, its secret headers as secrets", async () => {
    const probe = probeOf(
      service({
        health: {
          url: "https://shop.example/h",
          status: [200, 204],
          body: "ok",
          json: { a: 1 },
          headers: { Accept: "text/plain" },
          secretHeaders: { Authorization: "token" },
        },
      }),
      undefined,
      secret,
    );
    expect(await valueOf(probe)).to.deep.equal({
      kind: "http",
      url: "https://shop.example/h",
      status: [200, 204],
      body: "ok",
      json: { a: 1 },
      headers: { Accept: "text/plain", Authorization: "the token" },
    });
    expect(await pulumi.isSecret(probe)).to.equal(true);
  });

  it("is no secret without a secret header", async () => {
    expect(await pulumi.isSecret(probeOf(service({ health: { path: "/" } }), undefined, secret))).to.equal(
      false,
    );
  });

  it("connects to a published port, runs a command, or looks at the container", async () => {
    const of = (settings: Record<string, unknown>) =>
      valueOf(probeOf(service(settings), "ssh://shop.example", secret));
    expect(await of({ health: { tcp: 8080 } })).to.deep.equal({
      kind: "tcp",
      host: "shop.example",
      port: 8080,
    });
    expect(await of({ health: { exec: ["node", "check.js"] } })).to.deep.equal({
      kind: "exec",
      command: ["node", "check.js"],
    });
    expect(await of({ kind: "worker", ports: [] })).to.deep.equal({ kind: "state" });
    expect(await of({ kind: "worker", ports: [], health: { within: 5 } })).to.deep.equal({ kind: "state" });
  });
});
