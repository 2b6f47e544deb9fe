import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
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
