import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { networkGeneration } from "../../history/recordedNetwork";
import { containerType } from "../../history/running";
import { claimOf } from "../../history/strays";
import { emptyState, parseStackState, readStackState } from "../../history/stackState";

/** What `pulumi stack export` of CLI 3.259.0 printed. */
const exported = (name: string) => readFileSync(join(__dirname, "exports", `${name}.json`), "utf8");

describe("a stack's state", () => {
  it("has the resources of an export, and what a killed update was doing", () => {
    const { resources, pending } = parseStackState(exported("interrupted"));
    expect(resources.map(({ type, id }) => [type, id])).to.deep.equal([
      ["pulumi:pulumi:Stack", undefined],
      ["pulumi:providers:docker", "5b0dd9d5-6a2c-4f3a-8c7e-0e1f2a3b4c5d"],
      ["docker:index/container:Container", "c1"],
    ]);
    expect(pending.map(({ operation, resource }) => [operation, resource.inputs])).to.deep.equal([
      ["creating", { name: "shop-prod-web" }],
    ]);
  });

  it("is not what was replaced and only waits to be removed, which is the stack's own all the same", () => {
    const network = (generation: number, more: object = {}) => ({
      urn: "urn:pulumi:prod::shop::knowngood:index:Release$knowngood:index:Network$command:local:Command::n",
      type: "command:local:Command",
      inputs: { triggers: [generation] },
      ...more,
    });
    const container = (id: string, more: object = {}) => ({ urn: "u", type: containerType, id, ...more });
    const left = { delete: true };
    const state = parseStackState(
      JSON.stringify({
        deployment: {
          resources: [network(1, left), network(2), container("old", left), container("new")],
        },
      }),
    );
    expect(state.resources.map(({ id, inputs }) => id ?? inputs)).to.deep.equal([{ triggers: [2] }, "new"]);
    expect(networkGeneration(state)).to.equal(2);
    for (const id of ["old", "new"])
      expect(claimOf({ id, name: "shop-api", labels: {} }, "shop/prod", state), id).to.equal("own");
  });

  it("is empty for a new stack", () => {
    expect(parseStackState(exported("new"))).to.deep.equal(emptyState);
    expect(parseStackState('{"version":3}')).to.deep.equal(emptyState);
    expect(parseStackState('{"version":3,"deployment":null}')).to.deep.equal(emptyState);
  });

  it("can't be read of what is no export", () => {
    expect(() => parseStackState("no stack")).to.throw(SyntaxError);
  });

  it("is asked of the pulumi on the PATH, whose words are told when it fails", async () => {
    const path = process.env.PATH;
    process.env.PATH = join(__dirname, "exports", "nothing");
    try {
      let failure: unknown;
      await readStackState("prod").catch((error: unknown) => (failure = error));
      expect(String(failure)).to.match(/^Error: The state of stack prod can't be read: /);
    } finally {
      process.env.PATH = path;
    }
  });
});
