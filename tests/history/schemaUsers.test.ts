import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needsAmong } from "../../assessment/schemaNeeds";
import { readStackState } from "../../history/stackState";
import { schemaUser, stackLabelOf } from "../../history/schemaUsers";
import type { StateResource } from "../../history/stackState";
import type { DatabaseIdentity } from "../../migrations/sameDatabase";
import { schemaInState, serviceInState, stateOf } from "./states";

const stack: StateResource = {
  urn: "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod",
  type: "pulumi:pulumi:Stack",
};
const component = (applied: unknown, ahead: unknown): StateResource => ({
  urn: "urn:database",
  type: "knowngood:index:Database",
  outputs: { applied, ahead },
});
const run = (report: object) => schemaInState("2", JSON.stringify(report));
const database = { server: "s1", address: "a1", name: "shop" };

describe("what a stack needs of its database", () => {
  it("is what its release ships of what is applied, with where and by what", () => {
    const services = [
      ...serviceInState("api", "a", "v1", "v2"),
      ...serviceInState("worker", "b", "v2", "v2"),
    ];
    const state = stateOf(
      stack,
      run({ applied: ["8", "9"], database }),
      component(["8", "9", "10"], ["10"]),
      ...services,
    );
    expect(stackLabelOf(state)).to.equal("shop/prod");
    expect(schemaUser(state)).to.deep.equal({
      stack: "shop/prod",
      database,
      releases: ["v2"],
      needs: ["8", "9"],
    });
  });

  it("is nothing without services or a database, and in an unknown database where no run of migrations said which it was", () => {
    const services = serviceInState("api", "a", "v1", "v1");
    const all = component(["1"], []);
    expect(schemaUser(stateOf(stack, run({ applied: ["1"], database }), all))).to.equal(undefined);
    expect(schemaUser(stateOf(stack, ...services))).to.equal(undefined);
    const unknown = { stack: "shop/prod", database: undefined, releases: ["v1"], needs: ["1"] };
    expect(schemaUser(stateOf(stack, all, ...services))).to.deep.equal(unknown);
    expect(schemaUser(stateOf(stack, run({ applied: ["1"] }), all, ...services))).to.deep.equal(unknown);
    expect(schemaUser(stateOf())).to.equal(undefined);
    expect(stackLabelOf(stateOf())).to.equal(undefined);
  });
});

describe("who else needs a migration", () => {
  const user = (name: string, where: DatabaseIdentity | undefined, ...needs: string[]) => ({
    stack: name,
    database: where,
    releases: ["v1"],
    needs,
  });

  it("is who ships it in the same database, and in doubt who does not say in which", () => {
    const [same, unknown] = [user("shop/a", database, "2"), user("shop/b", undefined, "2")];
    const users = [same, user("shop/c", database, "1"), user("shop/d", { ...database, server: "s2" }, "2")];
    expect(needsAmong("2", database, users, [])).to.deep.equal({ stacks: [same] });
    const doubts = [...users, unknown, user("shop/e", undefined, "1")];
    expect(needsAmong("2", database, doubts, ["shop/f"])).to.deep.equal({
      stacks: [same],
      unconfirmed: "the state of shop/f could not be read; shop/b does not say which database it works on",
    });
  });

  it("is found, or in doubt, where the server does not say to every role which it is", () => {
    const { address, name } = database;
    const silent = (change: object = {}) => user("shop/a", { address, name, ...change }, "2");
    expect(needsAmong("2", database, [silent()], [])).to.deep.equal({ stacks: [silent()] });
    expect(needsAmong("2", database, [silent({ name: "bank" })], [])).to.deep.equal({ stacks: [] });
    const elsewhere = silent({ address: "a2" });
    for (const [own, other] of [
      [database, elsewhere],
      [{ address, name }, elsewhere],
      [{ address, name }, user("shop/a", { ...database, address: "a2" }, "2")],
    ] as const) {
      const { stacks, unconfirmed } = needsAmong("2", own, [other], []);
      expect(stacks).to.deep.equal([]);
      expect(unconfirmed).to.match(/^shop\/a works on a database of the same name, .*pg_control_system/);
    }
  });
});

describe("a stack's state that takes too long to read", () => {
  const path = process.env.PATH;
  const folder = mkdtempSync(join(tmpdir(), "knowngood-"));
  after(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });

  it("is given up", async () => {
    writeFileSync(join(folder, "pulumi"), "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
    process.env.PATH = `${folder}:${path}`;
    const problem = await readStackState("shop", { seconds: 0.2 }).catch((error: unknown) => error);
    expect(problem).to.be.instanceOf(Error);
    expect((problem as Error).message).to.match(/^The state of stack shop can't be read: /);
  });
});
