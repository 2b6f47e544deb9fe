import { expect } from "chai";
import { asDeployed } from "../../status/asDeployed";
import type { StateResource } from "../../history/stackState";
import { settingsOf } from "../settings/stack";

const label = "shop/prod";

/** As an `up` with these settings left it. */
function state(
  services: Record<
    string,
    { port: number; path?: string; headers?: Record<string, string>; encrypted?: true }
  >,
) {
  const pair = (name: string, value: string) => ({ label: `knowngood.${name}`, value });
  const resources = Object.entries(services).flatMap(
    ([service, { port, path, headers = {}, encrypted }]): StateResource[] => [
      {
        urn: `urn:${service}-container`,
        type: "docker:index/container:Container",
        id: `${service}-id`,
        inputs: {
          name: `shop-prod-${service}`,
          labels: [pair("stack", label), pair("service", service), pair("digest", "sha256:a")],
          ports: [{ internal: 80, external: port, ip: "127.0.0.1", protocol: "tcp" }],
        },
      },
      {
        urn: `urn:pulumi:prod::shop::knowngood:index:Release$knowngood:index:HealthGate$command:local:Command::${service}-check`,
        type: "command:local:Command",
        id: "check",
        inputs: {
          stdin:
            encrypted === true
              ? { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" }
              : JSON.stringify({
                  ...{ stack: label, service, timeout: 3 },
                  probe: {
                    ...{ kind: "http", url: `http://127.0.0.1:${port}${path ?? "/health"}` },
                    ...{ status: [200], headers },
                  },
                }),
        },
      },
    ],
  );
  return { resources, pending: [] };
}

const file = (services: Record<string, object>, more: Record<string, unknown> = {}) => ({
  label,
  settings: settingsOf({ imageTag: "v1", services, ...more }),
});
const api = (port: number, path = "/health") => ({
  ports: [{ container: 80, host: port }],
  health: { path },
});
const urlOf = (looked: ReturnType<typeof asDeployed>, service: string) => {
  const asking = looked.services.get(service);
  if (asking === undefined || "unknown" in asking) return asking?.unknown;
  return asking.probe.kind === "http" ? asking.probe.url : asking.probe.kind;
};

describe("a stack that is looked at as its last up made it", () => {
  it("is as its file says where nothing has changed, and where the state is not known", () => {
    for (const known of [
      state({ api: { port: 8080 } }),
      state({ api: { port: 8080, encrypted: true } }),
      undefined,
    ]) {
      const looked = asDeployed(known, file({ api: api(8080) }));
      expect(looked.changed).to.deep.equal([]);
      expect([looked.label, looked.prefix]).to.deep.equal([label, "shop-prod"]);
      expect(urlOf(looked, "api")).to.equal("http://127.0.0.1:8080/health");
    }
  });

  it("keeps the names of its containers after it was renamed, or its prefix edited", () => {
    const renamed = asDeployed(state({ api: { port: 8080 } }), {
      ...file({ api: api(8080) }),
      label: "shop/production",
    });
    expect([renamed.label, renamed.prefix]).to.deep.equal([label, "shop-prod"]);
    expect(renamed.changed).to.deep.equal([
      "the stack was shop/prod then, and its records lie under that name",
      "its containers are named shop-prod-…, and not shop-production-…",
    ]);
    const edited = asDeployed(
      state({ api: { port: 8080 } }),
      file({ api: api(8080) }, { docker: { prefix: "other" } }),
    );
    expect(edited.prefix).to.equal("shop-prod");
    expect(edited.changed).to.deep.equal(["its containers are named shop-prod-…, and not other-…"]);
  });

  it("asks a service as it was asked then, or, where that is encrypted, not at a port that it has not", () => {
    const open = asDeployed(state({ api: { port: 8080 } }), file({ api: api(8081) }));
    expect(urlOf(open, "api")).to.equal("http://127.0.0.1:8080/health");
    expect(open.changed).to.deep.equal(["api was asked otherwise then, and is still asked so"]);
    const path = asDeployed(state({ api: { port: 8080, path: "/old" } }), file({ api: api(8080) }));
    expect(urlOf(path, "api")).to.equal("http://127.0.0.1:8080/old");
    const hidden = asDeployed(state({ api: { port: 8080, encrypted: true } }), file({ api: api(8081) }));
    expect(urlOf(hidden, "api")).to.equal("port 8081 is not one of the last up");
    expect(hidden.changed).to.deep.equal(["api was not published at port 8081, and is not asked there"]);
  });

  it("asks through what stands before a service on the same machine, whose port was never the service's own", () => {
    const proxied = {
      ports: [{ container: 80, host: 8080 }],
      health: { url: "http://localhost:8443/health" },
    };
    const looked = asDeployed(state({ api: { port: 8080, encrypted: true } }), file({ api: proxied }));
    expect(urlOf(looked, "api")).to.equal("http://localhost:8443/health");
    expect(looked.changed).to.deep.equal([]);
    const direct = {
      ports: [{ container: 80, host: 8081 }],
      health: { url: "http://localhost:8081/health" },
    };
    const moved = asDeployed(state({ api: { port: 8080, encrypted: true } }), file({ api: direct }));
    expect(urlOf(moved, "api")).to.equal("port 8081 is not one of the last up");
  });

  it("does not take headers in another order for another request", () => {
    const asked = state({ api: { port: 8080, headers: { b: "2", a: "1" } } });
    const withHeaders = (headers: Record<string, string>) => ({
      ...api(8080),
      health: { path: "/health", headers },
    });
    expect(asDeployed(asked, file({ api: withHeaders({ a: "1", b: "2" }) })).changed).to.deep.equal([]);
    expect(asDeployed(asked, file({ api: withHeaders({ a: "1", b: "3" }) })).changed).to.have.length(1);
  });

  it("has the services that the file names no more, and those that were never made", () => {
    const looked = asDeployed(
      state({ api: { port: 8080 }, old: { port: 8090, encrypted: true } }),
      file({ web: api(8080) }),
    );
    expect([...looked.services.keys()]).to.deep.equal(["api", "old", "web"]);
    expect(urlOf(looked, "api")).to.equal("http://127.0.0.1:8080/health");
    expect(urlOf(looked, "old")).to.equal("the stack file no longer says how it is asked");
    expect(urlOf(looked, "web")).to.equal("http://127.0.0.1:8080/health");
    expect(looked.changed).to.deep.equal([
      "the state holds api, which the file names no more",
      "the state holds old, which the file names no more",
    ]);
  });
});
