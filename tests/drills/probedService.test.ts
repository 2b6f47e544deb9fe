import { expect } from "chai";
import { probedService } from "../../drills/probedService";
import { settingsOf } from "../settings/stack";

const web = (port: number, health: Record<string, unknown> = { path: "/health" }) => ({
  ports: [{ container: 80, host: port }],
  health,
});
const chosen = (services: Record<string, unknown>, moving: string[] = [], more = {}) =>
  probedService(settingsOf({ imageTag: "v1", services, ...more }, { token: "x" }), moving);

describe("the service that a drill probes", () => {
  it("is the first that is asked by HTTP, as its gate asks it", () => {
    const services = {
      worker: { kind: "worker" },
      db: web(5432, { tcp: 5432 }),
      api: web(8080, { path: "/health?deep=1", status: [200, 204], body: "ok", timeout: 2 }),
      web: web(8081),
    };
    expect(chosen(services)).to.deep.equal({
      service: "api",
      url: "http://127.0.0.1:8080/health",
      probe: {
        kind: "http",
        url: "http://127.0.0.1:8080/health?deep=1",
        status: [200, 204],
        headers: {},
        body: "ok",
      },
      timeout: 2000,
    });
  });

  it("is rather one that moves", () => {
    const services = { api: web(8080), web: web(8081) };
    expect(chosen(services, ["worker", "web"])).to.include({ service: "web" });
    expect(chosen(services, ["worker"])).to.include({ service: "api" });
  });

  it("is asked where it is published, and shown without what could be secret", () => {
    const url = "https://anna:hunter2@shop.example/health?key=hunter2";
    expect(chosen({ api: web(8080, { url }) })).to.include({ url: "https://shop.example/health" });
    const docker = { host: "ssh://deploy@shop.example" };
    expect(chosen({ api: web(8080) }, [], { docker })).to.include({ url: "http://shop.example:8080/health" });
  });

  it("is not waited for as long as a gate may", () => {
    expect(chosen({ api: web(8080, { path: "/", timeout: 60 }) })).to.include({ timeout: 5000 });
  });

  it("is none without an HTTP endpoint, or where a secret would have to be read", () => {
    expect(chosen({ worker: { kind: "worker" } })).to.deep.equal({
      none: "no service has a health endpoint that is asked by HTTP",
    });
    const api = web(8080, { path: "/health", secretHeaders: { Authorization: "token" } });
    expect(chosen({ api })).to.deep.equal({ none: "the health endpoint of api asks for a secret header" });
    expect(chosen({ api, web: web(8081) })).to.include({ service: "web" });
  });
});
