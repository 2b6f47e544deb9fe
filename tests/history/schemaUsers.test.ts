import { expect } from "chai";
import { schemaUser, stackName } from "../../history/schemaUsers";
import type { StateResource } from "../../history/stackState";
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
const database = "0123456789abcdef";

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
    expect(stackName(state)).to.equal("shop/prod");
    expect(schemaUser(state)).to.deep.equal({
      stack: "shop/prod",
      database,
      releases: ["v2"],
      needs: ["8", "9"],
    });
  });

  it("is nothing without services, without a run of migrations, or where that did not say which database it was", () => {
    const services = serviceInState("api", "a", "v1", "v1");
    const all = component(["1"], []);
    expect(schemaUser(stateOf(stack, run({ applied: ["1"], database }), all))).to.equal(undefined);
    expect(schemaUser(stateOf(stack, all, ...services))).to.equal(undefined);
    expect(schemaUser(stateOf(stack, run({ applied: ["1"] }), all, ...services))).to.equal(undefined);
    expect(schemaUser(stateOf())).to.equal(undefined);
    expect(stackName(stateOf())).to.equal(undefined);
  });
});
