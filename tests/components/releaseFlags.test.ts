import { expect } from "chai";
import type { AssessedFlags, FlagOff } from "../../assessment/flags";
import { args, assessment, lookingAt, schema } from "./declaredRelease";
import { flagOff, goodAnswers, types, World } from "./world";

const http = {
  url: "https://flags.example/{flag}",
  method: "PATCH",
  body: '{"on": false}',
  headers: { Accept: "application/json" },
  secretHeaders: { Authorization: "apiToken" },
  expect: [200, 404],
  within: 7,
};
const off = (flag: string, more: Partial<FlagOff> = {}): FlagOff => ({
  flag,
  releases: ["v3"],
  run: 1,
  due: true,
  last: undefined,
  ...more,
});

describe("a Release with flags to turn off", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));

  const { declare, container, image } = lookingAt(() => world);
  const run = (flag: string) => world.one(types.command, `release-flag-${flag}-run`);
  const given = (flags: readonly FlagOff[], way: unknown = { off: { http } }, more = {}) => {
    const assessed: AssessedFlags = { off: flags, leftOff: [] };
    return args(
      { database: {}, flags: way, ...more },
      { assessment: { ...assessment, schema, flags: assessed } },
    );
  };

  it("turns them off side by side: after every image, before hooks, schema and containers", async () => {
    const hooks = { before: [{ name: "drain", command: ["drain"] }] };
    const { flagsOff } = await declare(given([off("search"), off("wishes")], { off: { http } }, { hooks }));
    for (const flag of ["search", "wishes"]) {
      const { dependencies, urn } = run(flag);
      expect(dependencies).to.include.members([image("api").urn, image("worker").urn]);
      expect(dependencies).not.to.include(run(flag === "search" ? "wishes" : "search").urn);
      const drain = world.one(types.command, "release-before-drain-run");
      const schemaRun = world.one(types.command, "release-database-schema");
      for (const later of [drain, schemaRun, container("api"), container("worker")])
        expect(later.dependencies, later.name).to.include(urn);
    }
    expect(flagsOff.map(({ flag }) => flag)).to.deep.equal(["search", "wishes"]);
  });

  it("hands over how, with the secrets on standard input alone, what for, and registers what became of it", async () => {
    await declare(given([off("search", { run: 3 })], { off: { http }, strict: true }));
    const { inputs, secretInputs, parent, ignoreChanges } = run("search");
    expect(JSON.parse(String(inputs.stdin))).to.deep.equal({
      flag: "search",
      off: {
        kind: "http",
        url: http.url,
        method: "PATCH",
        body: http.body,
        headers: { Accept: "application/json", Authorization: "hunter2" },
        expect: [200, 404],
      },
      within: 7,
      strict: true,
      redact: ["hunter2"],
    });
    expect(secretInputs).to.deep.equal(["stdin"]);
    expect(inputs.triggers).to.deep.equal([3]);
    expect(inputs.environment).to.deep.equal({
      KNOWNGOOD_DIRECTION: "forward",
      KNOWNGOOD_STACK: "shop/prod",
      KNOWNGOOD_FROM: "v1",
      KNOWNGOOD_TO: "v2",
      KNOWNGOOD_FLAG: "search",
    });
    expect(ignoreChanges).to.deep.equal([]);
    const component = world.one("knowngood:index:FlagOff", "release-flag-search");
    expect(parent).to.equal(component.urn);
    expect([component.outputs, component.outputsRegistered]).to.deep.equal([{ report: flagOff }, 1]);
  });

  it("hands over a command with its secrets in the environment", async () => {
    const command = { command: ["./flag", "{flag}"], env: { A: "1" }, secrets: { TOKEN: "apiToken" } };
    await declare(given([off("search")], { off: { command } }));
    expect(JSON.parse(String(run("search").inputs.stdin))).to.deep.include({
      off: { kind: "command", command: ["./flag", "{flag}"], env: { A: "1", TOKEN: "hunter2" } },
      within: 30,
      redact: ["hunter2"],
    });
  });

  it("leaves one that is off as it is, whatever has changed in the settings", async () => {
    await declare(given([off("search", { due: false })]));
    expect(run("search").ignoreChanges).to.deep.equal(["create", "environment", "stdin", "triggers"]);
  });

  it("gives each a name of its own, also where its flag's is none", async () => {
    await declare(given([off("a::b"), off("a//b"), off("a.b_C-1")]));
    expect(world.names("knowngood:index:FlagOff")).to.deep.equal([
      "release-flag-a--b-78f0be89",
      "release-flag-a--b-7a9acf33",
      "release-flag-a.b_C-1",
    ]);
  });

  it("turns none off where there are none, and where no setting says how", async () => {
    await declare(given([]));
    world = await World.with(goodAnswers);
    const { assessment: assessed } = given([off("search")]);
    await declare(args({ database: {} }, { assessment: assessed }));
    expect(world.names("knowngood:index:FlagOff")).to.deep.equal([]);
  });
});
