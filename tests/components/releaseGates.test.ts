import { expect } from "chai";
import type { AssessedStepDown, Assessment } from "../../assessment/assessment";
import { args, assessment, digest, lookingAt } from "./declaredRelease";
import { goodAnswers, types, World } from "./world";

describe("the gates of a Release", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));

  const { declare, container, check, requestOf } = lookingAt(() => world);

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
        const [first, second, own] = run(gate).inputs.triggers as string[];
        expect([first, second]).to.deep.equal(check("api").inputs.triggers);
        expect(own).to.match(
          gate === "smoke" ? /^[0-9a-f]{16} a word of release-gate-smoke-check-secrets$/ : /^[0-9a-f]{16}$/,
        );
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
          KNOWNGOOD_ON_FAILURE: JSON.stringify({
            records: ".knowngood",
            goBack: { tag: "v1", commands: ["pulumi config set imageTag v1", "pulumi up"] },
          }),
        },
        logging: "stderr",
        addPreviousOutputInEnv: false,
      });
    });

    it("hands them what to run, with secrets", async () => {
      await declare(args({ gates }));
      expect(JSON.parse(String(run("smoke").inputs.stdin))).to.deep.equal({
        role: "gate",
        name: "smoke",
        command: ["npm", "test"],
        within: 60,
        errorCodes: [],
        env: { BASE: "x", TOKEN: "hunter2" },
        redact: ["hunter2"],
      });
      expect(run("smoke").secretInputs).to.deep.equal(["stdin"]);
      const keeper = world.one(types.command, "release-gate-smoke-check-secrets");
      expect([keeper.secretInputs, keeper.parent]).to.deep.equal([["stdin"], run("smoke").parent]);
      expect(JSON.parse(String(keeper.inputs.stdin))).to.deep.equal({ secrets: { TOKEN: "hunter2" } });
      expect(run("scan").secretInputs).to.deep.equal([]);
    });

    it("tells them what they were told last where nothing makes them run, or they would", async () => {
      const recorded = (triggers: string[]) => ({
        "release-gate-scan-check": {
          told: {
            move: { direction: "rollback" as const, stack: "shop/prod", from: "v3", to: "v2" },
            records: "then",
          },
          triggers,
        },
      });
      const told = async (triggers: string[], target = "v2", command = ["scan"]) => {
        world = await World.with(goodAnswers);
        const at: Assessment = {
          ...assessment,
          direction: "same",
          running: { services: [], tag: "v2" },
          target: { ...assessment.target, tag: target },
        };
        await declare(
          args(
            { gates: { commands: { scan: { command } } } },
            { assessment: at, recordedTellings: recorded(triggers) },
          ),
        );
        const { KNOWNGOOD_DIRECTION, KNOWNGOOD_FROM } = run("scan").inputs.environment as Record<
          string,
          string
        >;
        return [KNOWNGOOD_DIRECTION, KNOWNGOOD_FROM];
      };
      await declare(args({ gates }));
      const own = (run("scan").inputs.triggers as string[]).at(-1) ?? "";
      const ids = ["release-api-container-id", "release-worker-container-id", own];
      // One that was edited runs, and what it ran for last is over.
      expect(await told(ids, "v2", ["scan", "--all"])).to.deep.equal(["same", "v2"]);
      expect(await told(ids)).to.deep.equal(["rollback", "v3"]);
      expect(await told(["another-id", "release-worker-container-id", own])).to.deep.equal(["same", "v2"]);
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
});
