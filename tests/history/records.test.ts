import { expect } from "chai";
import { knownGoodFrom, lastKnownGood, withKnownGood } from "../../history/knownGood";
import { networkGeneration } from "../../history/recordedNetwork";
import { recordedSchema } from "../../history/recordedSchema";
import { emptyState } from "../../history/stackState";
import { claimOf } from "../../history/strays";
import { schemaInState, serviceInState, stackInState, stateOf } from "./states";

const good = (tag: string) => ({ tag, passedAt: "2026-01-01T00:00:00.000Z" });

describe("known-good releases", () => {
  it("are read from the stack's output, newest first", () => {
    expect(knownGoodFrom(stateOf(stackInState([good("v2"), good("v1")])), [])).to.deep.equal([
      good("v2"),
      good("v1"),
    ]);
  });

  it("are none before the first, and none of what is not one", () => {
    expect(knownGoodFrom(emptyState, [])).to.deep.equal([]);
    expect(knownGoodFrom(stateOf(stackInState(undefined)), [])).to.deep.equal([]);
    expect(knownGoodFrom(stateOf(stackInState("v1")), [])).to.deep.equal([]);
    expect(
      knownGoodFrom(stateOf(stackInState([null, "v1", { tag: "v1" }, { passedAt: "x" }, good("v2")])), []),
    ).to.deep.equal([good("v2")]);
  });

  it("name the newest that is not the one to leave", () => {
    expect(lastKnownGood([good("v2"), good("v1")], "v2")).to.deep.equal(good("v1"));
    expect(lastKnownGood([good("v2"), good("v1")], "v3")).to.deep.equal(good("v2"));
    expect(lastKnownGood([good("v2")], "v2")).to.equal(undefined);
    expect(lastKnownGood([], "v1")).to.equal(undefined);
  });

  it("are there once each, and twenty at most", () => {
    expect(withKnownGood([good("v2"), good("v1")], good("v1"))).to.deep.equal([good("v1"), good("v2")]);
    const many = Array.from({ length: 20 }, (_, index) => good(`v${index}`));
    const after = withKnownGood(many, good("new"));
    expect(after.map(({ tag }) => tag)).to.deep.equal(["new", ...many.slice(0, 19).map(({ tag }) => tag)]);
    expect(withKnownGood(many, good("v19"))).to.have.length(20);
    expect(withKnownGood(many.slice(0, 19), good("new"))).to.have.length(20);
  });
});

describe("the recorded schema", () => {
  it("is the head and the versions of the last run", () => {
    const state = stateOf(schemaInState("2", '{"ran":["2"],"applied":["1","2"]}'));
    expect(recordedSchema(state)).to.deep.equal({ head: "2", applied: ["1", "2"] });
  });

  it("holds the newest backup that a run has told of", () => {
    const backup = { place: "b.dump", madeAt: "2026-03-01T09:00:00.000Z", head: "1", seconds: 2 };
    const recordedOf = (told: unknown) =>
      recordedSchema(stateOf(schemaInState("2", JSON.stringify({ applied: ["1"], backup: told }))));
    expect(recordedOf(backup)).to.deep.equal({ head: "2", applied: ["1"], backup });
    for (const other of [null, "b", {}]) expect(recordedOf(other)).not.to.have.property("backup");
  });

  it("is none before the first run, and where the state can't be read", () => {
    expect(recordedSchema(emptyState)).to.equal(undefined);
    expect(recordedSchema(stateOf({ urn: "u", type: "command:local:Command" }))).to.equal(undefined);
    expect(recordedSchema(stateOf(schemaInState(2, '{"applied":[]}')))).to.equal(undefined);
    const secret = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "v1:x",
    };
    for (const stdout of [secret, undefined, "", "nonsense", "{}", '{"applied":"1"}', "null"])
      expect(recordedSchema(stateOf(schemaInState("2", stdout))), JSON.stringify(stdout)).to.equal(undefined);
  });

  it("leaves out what is no version", () => {
    expect(recordedSchema(stateOf(schemaInState("2", '{"applied":["1",2,null]}')))?.applied).to.deep.equal([
      "1",
    ]);
  });
});

describe("the recorded network", () => {
  const creation = (triggers: unknown) => ({
    urn: "urn:pulumi:prod::shop::knowngood:index:Release$knowngood:index:Network$command:local:Command::n",
    type: "command:local:Command",
    inputs: { triggers },
  });

  it("is the number of its making", () => {
    expect(networkGeneration(stateOf(creation([0])))).to.equal(0);
    expect(networkGeneration(stateOf(creation([3])))).to.equal(3);
  });

  it("is none before the first, and none of another command's", () => {
    expect(networkGeneration(emptyState)).to.equal(undefined);
    expect(networkGeneration(stateOf(creation(undefined)))).to.equal(undefined);
    expect(networkGeneration(stateOf({ ...creation([3]), urn: "urn:other" }))).to.equal(undefined);
  });
});

describe("what stands under a name", () => {
  const stack = "shop/prod";
  const found = { id: "c1", name: "shop-api", labels: { "knowngood.stack": stack } };
  const creating = {
    resources: [],
    pending: [
      {
        operation: "creating",
        resource: { urn: "u", type: "docker:index/container:Container", inputs: { name: "shop-api" } },
      },
    ],
  };

  it("is the stack's own when a resource of its state has the id", () => {
    const state = stateOf({ urn: "u", type: "docker:index/container:Container", id: "c1" });
    expect(claimOf(found, stack, state)).to.equal("own");
    expect(claimOf({ ...found, labels: {} }, stack, state)).to.equal("own");
  });

  it("is a stray when an update died while creating it", () => {
    expect(claimOf(found, stack, creating)).to.equal("stray");
  });

  it("is a stray when the stack has run under this name before", () => {
    expect(claimOf(found, stack, stateOf(...serviceInState("api", "a", "v1", "v1")))).to.equal("stray");
  });

  it("is foreign with another stack's label or none, and without a trace in the state", () => {
    expect(claimOf({ ...found, labels: { "knowngood.stack": "shop/test" } }, stack, creating)).to.equal(
      "foreign",
    );
    expect(claimOf({ ...found, labels: {} }, stack, creating)).to.equal("foreign");
    expect(claimOf(found, stack, emptyState)).to.equal("foreign");
    expect(claimOf({ ...found, name: "shop-web" }, stack, creating)).to.equal("foreign");
    const updating = { ...creating, pending: [{ ...creating.pending[0]!, operation: "updating" }] };
    expect(claimOf(found, stack, updating)).to.equal("foreign");
  });
});
