import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { AssessedStepDown, Assessment } from "../../assessment/assessment";
import { databaseRunner } from "../../components/databaseRunner";
import { Release } from "../../components/release";
import { args, assessment, digest, lookingAt, schema, target, withDatabase } from "./declaredRelease";
import { goodAnswers, types, World } from "./world";

describe("Release", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));

  const { declare, container, image, requestOf } = lookingAt(() => world);

  it("is these resources and no others", async () => {
    await declare(args());
    expect(world.registered.map(({ type, name }) => `${type} ${name}`)).to.have.members([
      "knowngood:index:Release release",
      "knowngood:index:Network release-network",
      "command:local:Command release-network-creation",
      "docker:index/volume:Volume release-volume-uploads",
      "knowngood:index:Quarantine release-quarantine",
      "knowngood:index:Service release-api",
      "docker:index/remoteImage:RemoteImage release-api-image",
      "docker:index/container:Container release-api-container",
      "knowngood:index:Service release-worker",
      "docker:index/remoteImage:RemoteImage release-worker-image",
      "docker:index/container:Container release-worker-container",
      "knowngood:index:HealthGate release-api-health",
      "command:local:Command release-api-health-check",
      "knowngood:index:HealthGate release-worker-health",
      "command:local:Command release-worker-health-check",
    ]);
  });

  it("has a database where the settings name one", async () => {
    await declare(withDatabase());
    expect(world.names("knowngood:index:Database")).to.deep.equal(["release-database"]);
    const migrate = world.one(types.command, "release-database-schema");
    expect(JSON.parse(String(migrate.inputs.stdin))).to.deep.include({ url: "hunter4", lockTimeout: 60 });
    expect(migrate.secretInputs).to.deep.equal(["stdin"]);
  });

  it("hands a command that applies migrations its image, environment and secrets on standard input", async () => {
    const runner = {
      in: "image",
      service: "api",
      up: ["migrate"],
      env: { MODE: "slow" },
      secrets: { KEY: "healthToken" },
    };
    const own = { assessment: { ...assessment, schema } };
    await declare(args({ database: { runner }, docker: { host: "ssh://shop.example" } }, own));
    const migrate = world.one(types.command, "release-database-schema");
    expect(migrate.secretInputs).to.deep.equal(["stdin"]);
    expect((JSON.parse(String(migrate.inputs.stdin)) as { runner: unknown }).runner).to.deep.equal({
      ...{ up: ["migrate"], within: 600 },
      where: {
        kind: "image",
        image: `ghcr.io/acme/api@${digest("b")}`,
        ...{ service: "api", name: "shop-prod-migrate", stack: "shop/prod", engine: "ssh://shop.example" },
        networks: ["shop-prod", "shared"],
        mounts: [{ source: "shop-prod-uploads", target: "/data", readOnly: false }],
      },
      env: {
        ...{ DATABASE_URL: "hunter4", MODE: "slow", TOKEN: "hunter2", KEY: "hunter3" },
        ...{ KNOWNGOOD_DIRECTION: "forward", KNOWNGOOD_STACK: "shop/prod" },
        ...{ KNOWNGOOD_FROM: "v1", KNOWNGOOD_TO: "v2" },
      },
      redact: ["hunter2", "hunter3"],
    });
    const server = world.one(types.command, "release-database-server");
    expect(String(server.inputs.stdin)).not.to.contain("runner");
  });

  it("has a command that applies migrations on the services' host find its folder and how to get there", async () => {
    const runner = { in: "host", up: ["migrate"] };
    const compose = { host: "deploy@shop.example", key: "apiToken", folder: "/srv/shop" };
    const services = { api: { kind: "worker" }, worker: { kind: "worker" } };
    const own = args({ target: "compose", compose, services, volumes: undefined, database: { runner } });
    const made = databaseRunner(own, own.settings.database?.runner);
    const where = await new Promise((resolve) => pulumi.output(made?.where).apply(resolve));
    const host = { address: "deploy@shop.example", key: "hunter2" };
    expect(where).to.deep.equal({ kind: "host", host, folder: "/srv/shop" });
  });

  it("reclaims where there are strays, and where it did before", async () => {
    await declare(args({}, { strays: [{ id: "c9", name: "shop-prod-api" }] }));
    const removal = world.one(types.command, "release-reclaim-removal");
    expect(removal.inputs.create).to.equal("docker rm --force c9");
    expect(container("api").dependencies).to.include(removal.urn);
    world = await World.with(goodAnswers);
    await declare(args({}, { reclaimedBefore: true }));
    expect(world.names("knowngood:index:Reclaim")).to.deep.equal(["release-reclaim"]);
  });

  it("stops no container before every image is pulled and the schema is migrated", async () => {
    await declare(withDatabase());
    const migrate = world.one(types.command, "release-database-schema");
    const creation = world.one(types.command, "release-network-creation").urn;
    const images = [image("api").urn, image("worker").urn];
    for (const service of ["api", "worker"]) {
      expect(container(service).dependencies).to.include.members([...images, migrate.urn, creation]);
      expect(container(service).replaceWith).to.deep.equal([creation, migrate.urn]);
    }
    expect(migrate.dependencies).to.include.members(images);
  });

  describe("with a step-down", () => {
    const migration = { version: "2", name: "m2", sha256: "2".repeat(64) };
    const losses = [{ object: "orders.note", values: 3, estimated: false }];
    const stepDown: AssessedStepDown = {
      version: "2",
      active: true,
      migration,
      verdict: {
        version: "2",
        name: "m2",
        verdict: "lossless",
        losses: [],
        stays: [],
        reason: "nothing is lost",
        confirmed: true,
        checks: { empty: [], changes: ["column-dropped orders.note"] },
      },
      servicesStayStopped: false,
    };
    const lossy: AssessedStepDown = {
      ...stepDown,
      verdict: stepDown.verdict && { ...stepDown.verdict, verdict: "lossy", losses },
    };
    const back = (own: AssessedStepDown, more: Record<string, unknown> = {}) =>
      args(
        { database: {}, ...more },
        { assessment: { ...assessment, schema: { ...schema, applied: ["1", "2"] }, stepDown: own } },
      );
    const schemaCommand = () => world.one(types.command, "release-database-schema");
    const orderOf = () =>
      (JSON.parse(String(schemaCommand().inputs.stdin)) as { stepDown?: Record<string, unknown> }).stepDown;

    it("takes the one migration back, with what the run is held to", async () => {
      await declare(back(stepDown));
      expect(schemaCommand().inputs.create).to.match(/ stepDown$/);
      expect(orderOf()).to.deep.equal({
        migration: { version: "2", name: "m2", file: `releases/migrations/${"2".repeat(64)}.sql` },
        to: "1",
        checks: stepDown.verdict?.checks,
      });
      expect(container("api").inputs).to.include({ mustRun: true }).and.not.to.have.property("start");
      expect(world.names("knowngood:index:HealthGate")).to.have.length(2);
    });

    it("removes strays before the schema moves, after images and network", async () => {
      const strays = [{ id: "c9", name: "shop-prod-api" }];
      await declare({ ...back(stepDown), strays });
      const removal = world.one(types.command, "release-reclaim-removal");
      expect(schemaCommand().dependencies).to.include(removal.urn);
      expect(removal.dependencies).to.include.members([
        image("api").urn,
        image("worker").urn,
        world.one(types.command, "release-network-creation").urn,
      ]);
      expect(removal.dependencies).not.to.include(schemaCommand().urn);
      world = await World.with(goodAnswers);
      await declare({ ...withDatabase(), strays });
      const late = world.one(types.command, "release-reclaim-removal");
      expect(late.dependencies).to.include(schemaCommand().urn);
      expect(schemaCommand().dependencies).not.to.include(late.urn);
    });

    it("is not run unjudged, or as it was judged for another version", async () => {
      const { verdict } = stepDown;
      if (verdict === undefined) throw new Error("it has one");
      const withoutChecks = ({ checks: _checks, ...rest }: typeof verdict) => rest;
      for (const other of [
        { verdict: undefined },
        { verdict: { ...verdict, version: "1" } },
        { verdict: withoutChecks(verdict) },
        { migration: undefined },
      ]) {
        const failure = await declare(back({ ...stepDown, ...other })).then(
          () => "none",
          (error: unknown) => (error as Error).message,
        );
        expect(failure).to.contain("The step-down of 2 was not judged, so it is not run.");
        world = await World.with(goodAnswers);
      }
    });

    it("has a backup made where the assessment says so", async () => {
      const asked = () => (JSON.parse(String(schemaCommand().inputs.stdin)) as { backup?: unknown }).backup;
      await declare(back(lossy));
      expect(asked()).to.equal(undefined);
      world = await World.with(goodAnswers);
      const needed = back(lossy, { database: { backup: { keep: 3, folder: "dumps" } } });
      if (needed.assessment?.schema === undefined) throw new Error("it has a database");
      const schema = { ...needed.assessment.schema, backup: { reason: "it loses data", mayLose: true } };
      await declare({ ...needed, assessment: { ...needed.assessment, schema } });
      expect(asked()).to.deep.equal({ stack: "shop/prod", folder: "dumps", keep: 3 });
    });

    it("leaves services stopped that can't run on what is left: made, not started, not asked, not good", async () => {
      await declare(back({ ...stepDown, servicesStayStopped: true }));
      for (const service of ["api", "worker"]) {
        expect(container(service).inputs).to.include({ mustRun: false, start: false });
        expect(container(service).replaceOnChanges).to.deep.equal(["start"]);
      }
      expect(world.names("knowngood:index:HealthGate")).to.deep.equal([]);
      expect(world.one("knowngood:index:Release", "release").outputs).to.deep.equal({
        reports: {},
        knownGood: assessment.knownGood,
      });
    });

    it("does nothing more where the setting has nothing to do", async () => {
      await declare(back({ ...stepDown, active: false, verdict: undefined, servicesStayStopped: true }));
      expect(schemaCommand().inputs.create).to.match(/ migrate$/);
      expect(container("api").inputs).to.include({ mustRun: true });
    });
  });

  it("remembers which releases were bad, once it is known", async () => {
    const memory = { bad: [{ tag: "v0", rolledBackAt: "2026-01-01T00:00:00.000Z" }] };
    await declare(args({}, { assessment: { ...assessment, quarantine: { memory, left: [] } } }));
    const { outputs, outputsRegistered } = world.one("knowngood:index:Quarantine", "release-quarantine");
    expect([outputs, outputsRegistered]).to.deep.equal([{ memory }, 1]);
  });

  it("runs images by digest alone", async () => {
    await declare(args());
    for (const service of ["api", "worker"]) {
      const reference = `ghcr.io/acme/${service}@${target.services[service]?.digest}`;
      expect(image(service).inputs.name).to.equal(reference);
      expect(container(service).inputs.image).to.equal(reference);
    }
    expect(JSON.stringify(world.registered.map(({ inputs }) => inputs))).not.to.match(/acme\/\w+:/);
  });

  it("labels a container with the release that it was created under, so that it is not replaced without need", async () => {
    await declare(args());
    const release = (service: string) =>
      (container(service).inputs.labels as { label: string; value: string }[]).find(
        ({ label }) => label === "knowngood.release",
      )?.value;
    expect([release("api"), release("worker")]).to.deep.equal(["v2", "v0"]);
    const outputs = world.one("knowngood:index:Service", "release-worker").outputs;
    expect(outputs).to.include({ release: "v2" });
  });

  it("gives the api its volume, networks, environment and secrets", async () => {
    await declare(args());
    const { inputs, secretInputs } = container("api");
    expect(inputs).to.deep.include({
      name: "shop-prod-api",
      envs: ["MODE=fast", "TOKEN=hunter2"],
      volumes: [{ volumeName: "shop-prod-uploads", containerPath: "/data", readOnly: false }],
      networksAdvanced: [
        { name: "shop-prod", aliases: ["api"] },
        { name: "shared", aliases: ["api"] },
      ],
    });
    expect(secretInputs).to.deep.equal(["envs"]);
    expect(container("worker").secretInputs).to.deep.equal([]);
  });

  it("keeps data volumes on destroy, unless it is told otherwise", async () => {
    await declare(args());
    expect(world.one(types.volume, "release-volume-uploads")).to.deep.include({
      retainOnDelete: true,
      inputs: { name: "shop-prod-uploads", labels: [{ label: "knowngood.stack", value: "shop/prod" }] },
    });
    world = await World.with(goodAnswers);
    await declare(args({ destroyData: true }));
    expect(world.one(types.volume, "release-volume-uploads").retainOnDelete).to.equal(false);
  });

  it("names the engine to every command and every gate", async () => {
    await declare(
      args({ docker: { host: "ssh://shop.example" } }, { strays: [{ id: "c9", name: "shop-prod-api" }] }),
    );
    const environment = { DOCKER_HOST: "ssh://shop.example" };
    for (const name of ["release-network-creation", "release-reclaim-removal"])
      expect(world.one(types.command, name).inputs.environment).to.deep.equal(environment);
    expect(requestOf("worker")).to.deep.include({
      container: { id: "release-worker-container-id", engine: "ssh://shop.example" },
    });
  });

  it("passes its provider on to every resource of Docker's, and is the ancestor of everything", async () => {
    await world.declare(() => {
      const engine = new docker.Provider("engine", {});
      return new Release("release", withDatabase(), { providers: { docker: engine } });
    });
    const provider = world.one(types.provider, "engine");
    const ofDocker = world.registered.filter(({ type }) => type.startsWith("docker:"));
    expect(ofDocker).to.have.length(5);
    for (const { provider: own, name } of ofDocker)
      expect(own, name).to.match(new RegExp(`^${provider.urn}::`));
    const release = world.one("knowngood:index:Release", "release");
    const components = new Map(world.registered.map((resource) => [resource.urn, resource]));
    for (const resource of world.registered) {
      if (resource === provider || resource === release) continue;
      const parent = components.get(resource.parent);
      expect(resource.name.startsWith(`${parent?.name}-`), `${resource.name} in ${parent?.name}`).to.equal(
        true,
      );
    }
  });

  it("is known good once its gates have passed, and registers that once", async () => {
    await declare(args());
    const release = world.one("knowngood:index:Release", "release");
    expect(release.outputsRegistered).to.equal(1);
    const passed = { outcome: "passed", passedAt: "2026-03-01T09:00:00.000Z" };
    expect(release.outputs).to.deep.equal({
      reports: { api: passed, worker: passed },
      knownGood: [
        { tag: "v2", passedAt: "2026-03-01T09:00:00.000Z" },
        { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
      ],
    });
  });

  it("is labelled by a drill that makes it anew, and is good again; another that a drill goes to is not", async () => {
    const drilled = async (direction: Assessment["direction"], way: "out" | "back") => {
      world = await World.with(goodAnswers);
      await declare(args({}, { assessment: { ...assessment, direction, drill: { id: "7", way } } }));
      const labels = container("worker").inputs.labels as { label: string; value: string }[];
      const { knownGood } = world.one("knowngood:index:Release", "release").outputs as {
        knownGood: { tag: string }[];
      };
      return [labels.at(-1)?.value, ...knownGood.map(({ tag }) => tag)];
    };
    expect(await drilled("same", "out")).to.deep.equal(["7", "v2", "v1"]);
    expect(await drilled("same", "back")).to.deep.equal([digest("c"), "v2", "v1"]);
    expect(await drilled("rollback", "out")).to.deep.equal([digest("c"), "v1"]);
    expect(await drilled("forward", "back")).to.deep.equal([digest("c"), "v2", "v1"]);
  });
});

describe("the world of these tests", () => {
  it("refuses what nobody expects", async () => {
    const world = await World.with({});
    let failure: unknown;
    await world
      .declare(() => new docker.RemoteImage("image", { name: "x" }))
      .catch((error: unknown) => (failure = error));
    expect(String(failure)).to.contain(
      "nobody expects a resource of type docker:index/remoteImage:RemoteImage",
    );
  });
});
