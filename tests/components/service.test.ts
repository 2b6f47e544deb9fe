import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Service, type ServiceArgs } from "../../components/service";
import { goodAnswers, types, World } from "./world";

const digest = `sha256:${"a".repeat(64)}`;
const least: ServiceArgs = {
  service: "api",
  release: "v2",
  image: { repository: "ghcr.io/acme/api", digest },
  stack: "shop/prod",
  containerName: "shop-prod-api",
};

describe("Service", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));

  it("pulls its image and runs its container by digest, never by a tag", async () => {
    await world.declare(() => new Service("shop-api", least));
    expect(world.registered.map(({ type, name }) => [type, name])).to.deep.equal([
      ["knowngood:index:Service", "shop-api"],
      [types.image, "shop-api-image"],
      [types.container, "shop-api-container"],
    ]);
    const image = world.one(types.image, "shop-api-image");
    expect(image.inputs).to.deep.equal({ name: `ghcr.io/acme/api@${digest}`, keepLocally: true });
    const container = world.one(types.container, "shop-api-container");
    expect(container.inputs).to.deep.equal({
      name: "shop-prod-api",
      image: `ghcr.io/acme/api@${digest}`,
      envs: [],
      ports: [],
      volumes: [],
      networksAdvanced: [],
      labels: [
        { label: "knowngood.stack", value: "shop/prod" },
        { label: "knowngood.service", value: "api" },
        { label: "knowngood.release", value: "v2" },
        { label: "knowngood.digest", value: digest },
      ],
      restart: "unless-stopped",
      readOnly: false,
      init: true,
      stopSignal: "SIGTERM",
      stopTimeout: 10,
      destroyGraceSeconds: 10,
      wait: false,
      mustRun: true,
      removeVolumes: false,
    });
    expect(container.secretInputs).to.deep.equal([]);
    expect(container.deleteBeforeReplace).to.equal(true);
    expect(container.ignoreChanges).to.deep.equal([]);
    const service = world.one("knowngood:index:Service", "shop-api");
    expect([image.parent, container.parent]).to.deep.equal([service.urn, service.urn]);
  });

  it("hands everything that is set to the container", async () => {
    await world.declare(
      () =>
        new Service("shop-api", {
          ...least,
          createdAs: "v1",
          ports: [
            { container: 80, host: 8080, address: "0.0.0.0", protocol: "udp" },
            { container: 1, host: 2 },
          ],
          mounts: [
            { volume: "shop-uploads", container: "/data" },
            { host: "/srv", container: "/srv", readOnly: true },
          ],
          networks: ["shop-prod", "shared"],
          entrypoint: ["/bin/sh"],
          command: ["-c", "true"],
          user: "1000:1000",
          restart: "no",
          cpus: 0.5,
          memoryMiB: 64,
          readOnly: true,
          init: false,
          stopSignal: "SIGINT",
          stopGraceSeconds: 30,
        }),
    );
    const { inputs } = world.one(types.container, "shop-api-container");
    expect(inputs).to.deep.include({
      ports: [
        { internal: 80, external: 8080, ip: "0.0.0.0", protocol: "udp" },
        { internal: 1, external: 2, ip: "127.0.0.1", protocol: "tcp" },
      ],
      volumes: [
        { volumeName: "shop-uploads", containerPath: "/data", readOnly: false },
        { hostPath: "/srv", containerPath: "/srv", readOnly: true },
      ],
      networksAdvanced: [
        { name: "shop-prod", aliases: ["api"] },
        { name: "shared", aliases: ["api"] },
      ],
      entrypoints: ["/bin/sh"],
      command: ["-c", "true"],
      user: "1000:1000",
      restart: "no",
      cpus: "0.5",
      memory: 64,
      memorySwap: 128,
      readOnly: true,
      init: false,
      stopSignal: "SIGINT",
      stopTimeout: 30,
      destroyGraceSeconds: 30,
    });
    expect(inputs.labels).to.deep.include({ label: "knowngood.release", value: "v1" });
  });

  it("keeps the whole environment secret when a part of it is, in a stable order", async () => {
    await world.declare(
      () => new Service("shop-api", { ...least, env: { B: "2" }, secrets: { A: pulumi.output("hunter2") } }),
    );
    const { inputs, secretInputs } = world.one(types.container, "shop-api-container");
    expect(inputs.envs).to.deep.equal(["A=hunter2", "B=2"]);
    expect(secretInputs).to.deep.equal(["envs"]);
  });

  it("shows an environment that is in clear", async () => {
    await world.declare(() => new Service("shop-api", { ...least, env: { B: "2", A: "1" } }));
    const { inputs, secretInputs } = world.one(types.container, "shop-api-container");
    expect([inputs.envs, secretInputs]).to.deep.equal([["A=1", "B=2"], []]);
  });

  it("waits with its container, and not with its image, for what it is told", async () => {
    await world.declare(() => {
      const other = new docker.RemoteImage("other", { name: "x" });
      return new Service("shop-api", { ...least, startAfter: Promise.resolve([other]) });
    });
    const other = world.one(types.image, "other").urn;
    expect(world.one(types.container, "shop-api-container").dependencies).to.include(other);
    expect(world.one(types.image, "shop-api-image").dependencies).not.to.include(other);
  });

  it("passes the provider on to image and container", async () => {
    await world.declare(() => {
      const engine = new docker.Provider("engine", { host: "ssh://host" });
      return new Service("shop-api", least, { providers: { docker: engine } });
    });
    const { urn } = world.one(types.provider, "engine");
    for (const [type, name] of [
      [types.image, "shop-api-image"],
      [types.container, "shop-api-container"],
    ] as const) {
      expect(world.one(type, name).provider).to.match(new RegExp(`^${urn}::`));
    }
  });

  it("registers its outputs once", async () => {
    await world.declare(() => new Service("shop-api", least));
    const service = world.one("knowngood:index:Service", "shop-api");
    expect(service.outputsRegistered).to.equal(1);
    expect(service.outputs).to.deep.equal({
      service: "api",
      release: "v2",
      image: `ghcr.io/acme/api@${digest}`,
      containerId: "shop-api-container-id",
      containerName: "shop-prod-api",
    });
  });
});
