import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { AssessedStepDown } from "../../assessment/assessment";
import type { ReleaseArgs } from "../../components/release";
import { args, assessment, digest, lookingAt, schema, settings } from "./declaredRelease";
import { goodAnswers, types, World } from "./world";

describe("a Release with hooks", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));

  const { declare, container, image, check } = lookingAt(() => world);

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
    expect(announce.dependencies).to.include(drain.urn);
    const schemaRun = world.one(types.command, "release-database-schema");
    for (const later of [schemaRun, container("api"), container("worker")])
      expect(later.dependencies).to.include.members([drain.urn, announce.urn]);
    expect(world.one(types.command, "release-reclaim-removal").dependencies).to.include(announce.urn);
    expect(warm.dependencies).to.include.members([check("api").urn, check("worker").urn]);
    expect(open.dependencies).to.include(warm.urn);
    expect(world.one(types.command, "release-gate-scan-check").dependencies).to.include(open.urn);
  });

  const onFailure = (when: string, name: string) =>
    JSON.parse(
      (run(when, name).inputs.environment as Record<string, string>).KNOWNGOOD_ON_FAILURE ?? "",
    ) as object;

  it("hands each what to run, and what it is called", async () => {
    await declare(withHooks());
    expect(JSON.parse(String(run("before", "drain").inputs.stdin))).to.deep.equal({
      role: "before",
      name: "drain",
      command: ["drain"],
      within: 9,
      errorCodes: [],
      env: { TOKEN: "hunter2" },
      redact: ["hunter2"],
    });
    expect(JSON.parse(String(run("after", "open").inputs.stdin))).to.deep.include({ role: "after" });
    expect(onFailure("after", "open")).to.deep.equal({
      records: ".knowngood",
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
    const [first, second, own, ...more] = run("after", "open").inputs.triggers as string[];
    expect([first, second, more]).to.deep.equal([...(check("api").inputs.triggers as string[]), []]);
    expect(own).to.match(/^[0-9a-f]{16} a word of release-after-open-run-secrets$/);
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
        told: {
          move: { direction: "forward" as const, stack: "shop/prod", from: "v1", to: "v2" },
          records: ".knowngood",
        },
        triggers: ["", `change ${count}`],
      },
    });
    const change = async (own: Partial<ReleaseArgs>) => (await triggersWith(own))[1];
    expect(await change({})).to.equal("change 0");
    expect(await change({ recordedTellings: recorded(4) })).to.equal("change 4");
    expect(await change({ recordedTellings: recorded(4), absent: ["api"] })).to.equal("change 5");
    expect(await change({ recordedTellings: recorded(4), networkLost: true })).to.equal("change 5");
    const stepDown = { version: "2", active: true, servicesStayStopped: true } as AssessedStepDown;
    expect(await change({ recordedTellings: recorded(4), assessment: { ...assessment, stepDown } })).to.equal(
      "change 5",
    );
    expect(world.names("knowngood:index:Hook")).to.deep.equal([
      "release-before-announce",
      "release-before-drain",
    ]);
  });

  it("runs those before the change again with another secret of a service, which nobody can read", async () => {
    const keeper = async (apiToken: string) => {
      world = await World.with(goodAnswers);
      const secret = (name: string) => pulumi.secret(name === "apiToken" ? apiToken : "x");
      await declare(withHooks({ secret }));
      const found = world.one(types.command, "release-before-drain-run-secrets");
      expect(found.secretInputs).to.deep.equal(["stdin"]);
      expect((run("before", "drain").inputs.triggers as string[])[2]).to.match(
        /^[0-9a-f]{16} a word of release-before-drain-run-secrets$/,
      );
      return found.inputs.stdin;
    };
    expect(await keeper("one")).to.equal(await keeper("one"));
    expect(await keeper("one")).not.to.equal(await keeper("two"));
  });
});
