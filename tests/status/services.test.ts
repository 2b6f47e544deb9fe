import { expect } from "chai";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { TimeLimit } from "../../assessment/timeLimit";
import type { Engine } from "../../gates/engine";
import { settledProbe } from "../../gates/settledProbe";
import type { StackSecrets } from "../../stack/stackSecrets";
import { askService, healthOf } from "../../status/services";
import type { Known } from "../../status/status";
import { settingsOf } from "../settings/stack";

const running = { status: "running", text: "running, 0 restarts" };
const silent = { unknown: "no answer" };

describe("the health of a service now", () => {
  it("is that of its answer while its container runs, and of its container else", () => {
    expect(healthOf({ outcome: "ok", status: 200, milliseconds: 3 }, running, false)).to.deep.equal({
      healthy: true,
      text: "200",
      milliseconds: 3,
    });
    expect(
      healthOf({ outcome: "failed", status: 503, detail: "expected 200" }, running, false),
    ).to.deep.equal({
      healthy: false,
      text: "503: expected 200",
    });
    // Another program may answer at its port.
    const gone = { status: "missing", text: "missing" };
    expect(healthOf({ outcome: "ok", status: 200 }, gone, false)).to.deep.equal({
      healthy: false,
      text: "its container is missing",
    });
    expect(healthOf({ outcome: "ok", status: 200 }, { ...gone, hosted: true }, false)).to.deep.equal({
      healthy: false,
      text: "it is missing",
    });
    expect(healthOf({ outcome: "ok" }, running, true)).to.deep.equal({ healthy: true, text: "runs" });
  });

  it("is not known where nobody could say, and known by its answer where only the host can't be seen", () => {
    expect(healthOf({ outcome: "error", detail: "no docker" }, running, false)).to.deep.equal({
      unknown: "no docker",
    });
    expect(healthOf(silent, running, false)).to.deep.equal(silent);
    expect(healthOf({ outcome: "ok" }, silent, true)).to.deep.equal(silent);
    expect(healthOf({ outcome: "ok", status: 200 }, silent, false)).to.deep.equal({
      healthy: true,
      text: "200",
    });
  });
});

describe("a service that is asked once", () => {
  let server: Server;
  let answer: RequestListener;
  before(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = (health: Record<string, unknown>, secrets: Known<StackSecrets>, left = 60) => {
    const port = { container: 80, host: (server.address() as AddressInfo).port };
    const settings = {
      imageTag: "v1",
      services: { api: { ports: [port], health: { path: "/health", ...health } } },
    };
    const service = settingsOf(settings, { token: "geheim-hunter2" }).services.api;
    if (service === undefined) throw new Error("no service");
    return askService({
      ...{ probe: settledProbe(service, undefined), container: "shop-prod-api", engine: {} as Engine },
      ...{ seconds: 30, secrets: Promise.resolve(secrets), limit: new TimeLimit(left) },
    });
  };
  const secrets = { byName: { token: "geheim-hunter2" }, hidden: ["geheim-hunter2", "other-secret"] };

  it("is told its secret headers, and what it echoes is shown without secrets", async () => {
    answer = ({ headers }, response) => {
      response.statusCode = 500;
      response.end(`${String(headers["x-token"])} and other-secret`);
    };
    const told = await ask({ secretHeaders: { "x-token": "token" } }, secrets);
    expect(told).to.include({
      outcome: "failed",
      status: 500,
      detail: "expected 200: [secret] and [secret]",
    });
  });

  it("is not asked where its headers can't be had; what one wrote is left out where the secrets are not known", async () => {
    let asked = 0;
    answer = (_request, response) => {
      asked += 1;
      response.statusCode = 500;
      response.end("the password is geheim-hunter2");
    };
    const locked = { unknown: "incorrect passphrase" };
    expect(await ask({ secretHeaders: { "x-token": "token" } }, locked)).to.deep.equal({
      unknown: "its headers are secret: incorrect passphrase",
    });
    expect(asked).to.equal(0);
    expect(await ask({}, locked)).to.include({ status: 500, detail: "expected 200" });
  });

  it("is not called sick because there was no time left to ask it", async () => {
    answer = (_request, response) => response.end();
    expect(await ask({}, secrets, 29)).to.deep.equal({ unknown: "no answer in 29 s" });
    expect(await ask({}, secrets)).to.include({ outcome: "ok", status: 200 });
  });
});
