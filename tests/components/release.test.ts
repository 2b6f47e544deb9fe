import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { AssessedStepDown, Assessment } from "../../assessment/assessment";
import type { Release as CatalogRelease } from "../../catalog/release";
import { Release, type ReleaseArgs } from "../../components/release";
import { settingsOf } from "../settings/stack";
import { goodAnswers, types, World } from "./world";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const target: CatalogRelease = {
  tag: "v2",
  time: "2026-02-01T00:00:00.000Z",
  order: 2,
  services: {
    api: { repository: "ghcr.io/acme/api", digest: digest("b") },
    worker: { repository: "ghcr.io/acme/worker", digest: digest("c") },
    unused: { repository: "ghcr.io/acme/unused", digest: digest("d") },
  },
  migrations: [{ version: "1", name: "m1", sha256: "1".repeat(64) }],
  flags: [],
};

const settings = {
  imageTag: "v2",
  services: {
    api: {
      ports: [{ container: 80, host: 8080 }],
      env: { MODE: "fast" },
      secrets: { TOKEN: "apiToken" },
      volumes: [{ volume: "uploads", container: "/data" }],
      networks: ["shared"],
      health: { path: "/health", within: 60, secretHeaders: { Authorization: "healthToken" } },
    },
    worker: { kind: "worker" },
  },
  volumes: { uploads: {} },
};
const secrets = { apiToken: "hunter2", healthToken: "hunter3", databaseUrl: "hunter4" };

/** The api moves from v1 to v2, the worker stays what it was created as in v0. */
const assessment: Assessment = {
  target,
  running: { services: [], tag: "v1" },
  direction: "forward",
  services: [
    {
      service: "api",
      from: { tag: "v1", digest: digest("a"), createdAs: "v1" },
      to: { tag: "v2", digest: digest("b") },
    },
    {
      service: "worker",
      from: { tag: "v1", digest: digest("c"), createdAs: "v0" },
      to: { tag: "v2", digest: digest("c") },
    },
  ],
  schema: undefined,
  quarantine: { memory: { bad: [] }, left: [] },
  knownGood: [{ tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" }],
  lastKnownGood: { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
  warnings: [],
  refusals: [],
};
const schema = { pending: target.migrations, gap: [], head: "1", applied: [], recorded: undefined };

function args(more: Record<string, unknown> = {}, own: Partial<ReleaseArgs> = {}): ReleaseArgs {
  return {
    stack: "shop/prod",
    prefix: "shop-prod",
    settings: settingsOf({ ...settings, ...more }, secrets),
    assessment,
    secret: (name) => pulumi.secret(secrets[name as keyof typeof secrets]),
    commandsTo: (tag) => [`pulumi config set imageTag ${tag}`, "pulumi up"],
    ...own,
  };
}

const withDatabase = () => args({ database: {} }, { assessment: { ...assessment, schema } });

describe("Release", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));

  const declare = (given: ReleaseArgs) => world.declare(() => new Release("release", given));
  const container = (service: string) => world.one(types.container, `release-${service}-container`);
  const image = (service: string) => world.one(types.image, `release-${service}-image`);
  const check = (service: string) => world.one(types.command, `release-${service}-health-check`);
  const requestOf = (service: string) =>
    JSON.parse(String(check(service).inputs.stdin)) as Record<string, unknown>;

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

    it("makes a backup where data is lost, unless it is to make none", async () => {
      await declare(back(lossy));
      expect(orderOf()?.backups).to.equal(".knowngood/backups");
      world = await World.with(goodAnswers);
      await declare(back(lossy, { database: { backup: "none" } }));
      expect(orderOf()).not.to.have.property("backups");
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

  it("asks no service before every container is there, and all again when one is replaced", async () => {
    await declare(args());
    for (const service of ["api", "worker"]) {
      expect(check(service).dependencies).to.include.members([container("api").urn, container("worker").urn]);
      expect(check(service).inputs.triggers).to.deep.equal([
        "release-api-container-id",
        "release-worker-container-id",
      ]);
    }
  });

  describe("with command gates", () => {
    const gates = {
      commands: {
        smoke: { command: ["npm", "test"], within: 60, env: { BASE: "x" }, secrets: { TOKEN: "apiToken" } },
        scan: { command: ["scan"] },
      },
    };
    const run = (gate: string) => world.one(types.command, `release-gate-${gate}-check`);

    it("runs them side by side once the services are healthy, again when a container is replaced", async () => {
      await declare(args({ gates }));
      const healthy = [check("api").urn, check("worker").urn];
      for (const gate of ["smoke", "scan"]) {
        expect(run(gate).dependencies).to.include.members(healthy);
        expect(run(gate).inputs.triggers).to.deep.equal(check("api").inputs.triggers);
      }
      expect(run("smoke").dependencies).not.to.include(run("scan").urn);
      expect(run("scan").dependencies).not.to.include(run("smoke").urn);
      expect(run("smoke").inputs).to.deep.include({
        create: "exec node --require ./toolchain/loadTypescript.cjs ./gates/run.ts command",
        environment: {
          KNOWNGOOD_DIRECTION: "forward",
          KNOWNGOOD_STACK: "shop/prod",
          KNOWNGOOD_FROM: "v1",
          KNOWNGOOD_TO: "v2",
        },
        logging: "stderr",
        addPreviousOutputInEnv: false,
      });
    });

    it("hands them what to run, with secrets, and the way back", async () => {
      await declare(args({ gates }));
      expect(JSON.parse(String(run("smoke").inputs.stdin))).to.deep.equal({
        role: "gate",
        name: "smoke",
        command: ["npm", "test"],
        within: 60,
        errorCodes: [],
        env: { BASE: "x", TOKEN: "hunter2" },
        records: ".knowngood",
        goBack: { tag: "v1", commands: ["pulumi config set imageTag v1", "pulumi up"] },
        redact: ["hunter2"],
      });
      expect(run("smoke").secretInputs).to.deep.equal(["stdin"]);
      expect(run("scan").secretInputs).to.deep.equal([]);
    });

    it("tells them what they were told last where nothing makes them run, or they would", async () => {
      const recorded = (triggers: string[]) => ({
        "release-gate-scan-check": {
          move: { direction: "rollback" as const, stack: "shop/prod", from: "v3", to: "v2" },
          triggers,
        },
      });
      const ids = ["release-api-container-id", "release-worker-container-id"];
      const told = async (triggers: string[], target = "v2") => {
        world = await World.with(goodAnswers);
        const at: Assessment = {
          ...assessment,
          direction: "same",
          running: { services: [], tag: "v2" },
          target: { ...assessment.target, tag: target },
        };
        await declare(args({ gates }, { assessment: at, recordedMoves: recorded(triggers) }));
        const { KNOWNGOOD_DIRECTION, KNOWNGOOD_FROM } = run("scan").inputs.environment as Record<
          string,
          string
        >;
        return [KNOWNGOOD_DIRECTION, KNOWNGOOD_FROM];
      };
      expect(await told(ids)).to.deep.equal(["rollback", "v3"]);
      expect(await told(["another-id", "release-worker-container-id"])).to.deep.equal(["same", "v2"]);
      expect(await told(ids, "v4")).to.deep.equal(["same", "v2"]);
    });

    it("is known good only once they have passed, and has their reports as outputs", async () => {
      await declare(args({ gates }));
      const { outputs } = world.one("knowngood:index:Release", "release");
      const passed = { outcome: "passed", passedAt: "2026-03-01T09:00:00.000Z" };
      expect(outputs?.commandReports).to.deep.equal({ smoke: passed, scan: passed });
      const gate = world.one("knowngood:index:CommandGate", "release-gate-scan");
      expect([gate.outputs, gate.outputsRegistered]).to.deep.equal([{ report: passed }, 1]);
      expect(run("scan").parent).to.equal(gate.urn);
    });

    it("asks none where services stay stopped", async () => {
      const stopped = { version: "2", active: true, servicesStayStopped: true } as AssessedStepDown;
      await declare(args({ gates }, { assessment: { ...assessment, stepDown: stopped } }));
      expect(world.names("knowngood:index:CommandGate")).to.deep.equal([]);
    });
  });

  describe("with hooks", () => {
    const hook = (name: string) => ({ name, command: [name], within: 9, secrets: { TOKEN: "apiToken" } });
    const hooks = { before: [hook("drain"), hook("announce")], after: [hook("warm"), hook("open")] };
    const commands = { scan: { command: ["scan"] } };
    const run = (when: string, name: string) => world.one(types.command, `release-${when}-${name}-run`);
    const withHooks = (own: Partial<ReleaseArgs> = {}, more: Record<string, unknown> = {}) =>
      args({ hooks, gates: { commands }, ...more }, own);

    it("runs them in order: images, before, schema, containers, health gates, after, other gates", async () => {
      await declare(
        withHooks(
          { assessment: { ...assessment, schema }, strays: [{ id: "c9", name: "shop-prod-api" }] },
          { database: {} },
        ),
      );
      const [drain, announce] = [run("before", "drain"), run("before", "announce")];
      const [warm, open] = [run("after", "warm"), run("after", "open")];
      expect(drain.dependencies).to.include.members([image("api").urn, image("worker").urn]);
      expect(announce.dependencies).to.deep.equal([drain.urn]);
      const schemaRun = world.one(types.command, "release-database-schema");
      for (const later of [schemaRun, container("api"), container("worker")])
        expect(later.dependencies).to.include.members([drain.urn, announce.urn]);
      expect(world.one(types.command, "release-reclaim-removal").dependencies).to.include(announce.urn);
      expect(warm.dependencies).to.include.members([check("api").urn, check("worker").urn]);
      expect(open.dependencies).to.include(warm.urn);
      expect(world.one(types.command, "release-gate-scan-check").dependencies).to.include(open.urn);
    });

    it("hands each what to run, and what it is called", async () => {
      await declare(withHooks());
      const { changedWith, ...request } = JSON.parse(String(run("before", "drain").inputs.stdin)) as {
        changedWith: string;
      };
      expect(changedWith).to.match(/^[0-9a-f]{64}$/);
      expect(request).to.deep.equal({
        role: "before",
        name: "drain",
        command: ["drain"],
        within: 9,
        errorCodes: [],
        env: { TOKEN: "hunter2" },
        records: ".knowngood",
        redact: ["hunter2"],
      });
      expect(JSON.parse(String(run("after", "open").inputs.stdin))).to.deep.include({
        role: "after",
        goBack: { tag: "v1", commands: ["pulumi config set imageTag v1", "pulumi up"] },
      });
      for (const hook of [run("before", "drain"), run("after", "open")]) {
        expect(hook.secretInputs).to.deep.equal(["stdin"]);
        const component = world.one("knowngood:index:Hook", hook.name.slice(0, -"-run".length));
        expect(hook.parent).to.equal(component.urn);
        expect(component.outputsRegistered).to.equal(1);
      }
    });

    it("runs those after the change again with each container", async () => {
      await declare(withHooks());
      expect(run("after", "open").inputs.triggers).to.deep.equal(check("api").inputs.triggers);
    });

    const triggersWith = async (own: Partial<ReleaseArgs> = {}, more: Record<string, unknown> = {}) => {
      world = await World.with(goodAnswers);
      await declare(withHooks(own, more));
      return run("before", "drain").inputs.triggers as [string, string];
    };
    const services = (api: Record<string, unknown>) => ({
      services: { ...settings.services, api: { ...settings.services.api, ...api } },
    });

    it("runs those before the change again when what runs is to be another thing, and not else", async () => {
      const [usual] = await triggersWith();
      const changed: [Partial<ReleaseArgs>, Record<string, unknown>][] = [
        [{ prefix: "shop-live" }, {}],
        [{}, services({ env: { MODE: "slow" } })],
        [{}, services({ secrets: { TOKEN: "healthToken" } })],
        [{}, { docker: { host: "ssh://shop.example" } }],
        [
          {
            assessment: {
              ...assessment,
              services: assessment.services.map((move) => ({
                ...move,
                to: { tag: "v2", digest: digest("e") },
              })),
            },
          },
          {},
        ],
      ];
      for (const [own, more] of changed)
        expect((await triggersWith(own, more))[0], JSON.stringify(more)).not.to.equal(usual);
      expect((await triggersWith({}, services({ health: { path: "/other" } })))[0]).to.equal(usual);
      expect((await triggersWith({ assessment: { ...assessment, lastKnownGood: undefined } }))[0]).to.equal(
        usual,
      );
    });

    it("runs those before the change also for what is gone, and is stepped down, each time anew", async () => {
      const recorded = (count: number) => ({
        "release-before-drain-run": {
          move: { direction: "forward" as const, stack: "shop/prod", from: "v1", to: "v2" },
          triggers: ["", `change ${count}`],
        },
      });
      const change = async (own: Partial<ReleaseArgs>) => (await triggersWith(own))[1];
      expect(await change({})).to.equal("change 0");
      expect(await change({ recordedMoves: recorded(4) })).to.equal("change 4");
      expect(await change({ recordedMoves: recorded(4), absent: ["api"] })).to.equal("change 5");
      expect(await change({ recordedMoves: recorded(4), networkLost: true })).to.equal("change 5");
      const stepDown = { version: "2", active: true, servicesStayStopped: true } as AssessedStepDown;
      expect(await change({ recordedMoves: recorded(4), assessment: { ...assessment, stepDown } })).to.equal(
        "change 5",
      );
      expect(world.names("knowngood:index:Hook")).to.deep.equal([
        "release-before-announce",
        "release-before-drain",
      ]);
    });

    it("runs those before the change again with another secret of a service", async () => {
      const changedWith = async (apiToken: string) => {
        world = await World.with(goodAnswers);
        const secret = (name: string) => pulumi.secret(name === "apiToken" ? apiToken : "x");
        await declare(withHooks({ secret }));
        return (JSON.parse(String(run("before", "drain").inputs.stdin)) as { changedWith: string })
          .changedWith;
      };
      expect(await changedWith("one")).to.equal(await changedWith("one"));
      expect(await changedWith("one")).not.to.equal(await changedWith("two"));
    });
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

  it("hands each gate its limits, the way back and what it must not print", async () => {
    await declare(args());
    expect(requestOf("api")).to.deep.equal({
      stack: "shop/prod",
      service: "api",
      release: "v2",
      digest: digest("b"),
      container: { id: "release-api-container-id" },
      probe: {
        kind: "http",
        url: "http://127.0.0.1:8080/health",
        status: [200],
        headers: { Authorization: "hunter3" },
      },
      within: 60,
      every: 10,
      successes: 3,
      timeout: 5,
      records: ".knowngood",
      goBack: { tag: "v1", commands: ["pulumi config set imageTag v1", "pulumi up"] },
      redact: ["hunter2", "hunter3"],
    });
    expect(check("api").secretInputs).to.deep.equal(["stdin"]);
    expect(check("worker").secretInputs).to.deep.equal([]);
  });

  it("names no way back where there is none", async () => {
    await declare(args({}, { assessment: { ...assessment, lastKnownGood: undefined } }));
    expect(requestOf("api")).not.to.have.property("goBack");
  });

  it("looks longer at a worker that can only be seen to run, as its time allows", async () => {
    const successes = async (worker: Record<string, unknown>) => {
      world = await World.with(goodAnswers);
      await declare(args({ services: { worker: { kind: "worker", ...worker } } }));
      return requestOf("worker").successes;
    };
    expect(await successes({})).to.equal(12);
    expect(await successes({ health: { within: 6 } })).to.equal(12);
    expect(await successes({ health: { within: 5.9 } })).to.equal(11);
    expect(await successes({ health: { within: 1 } })).to.equal(3);
    expect(await successes({ health: { exec: ["true"] } })).to.equal(3);
    expect(await successes({ health: { successes: 5 } })).to.equal(5);
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
