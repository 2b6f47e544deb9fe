import { expect } from "chai";
import { isByHand, isIdle, madeByHand } from "../../history/byHand";
import { containerType, labels } from "../../history/running";
import { emptyState, type StackState } from "../../history/stackState";
import { digest } from "./states";

const all = {
  [labels.stack]: "shop/prod",
  [labels.service]: "api",
  [labels.release]: "v1",
  [labels.digest]: digest("a"),
};
const found = (own: Record<string, string>) => ({ id: "c9", name: "shop-prod-api", labels: own });
const creating: StackState = {
  resources: [],
  pending: [
    {
      operation: "creating",
      resource: { urn: "urn:api", type: containerType, inputs: { name: "shop-prod-api" } },
    },
  ],
};

describe("a container that the state does not hold", () => {
  it("was left by an up that was killed where it has all labels, or a trace in the state", () => {
    expect(isByHand(found(all), emptyState)).to.equal(false);
    expect(isByHand(found({ [labels.stack]: "shop/prod" }), creating)).to.equal(false);
  });

  it("was made by hand where it says so, or lacks a label that an up gives", () => {
    expect(isByHand(found({ ...all, [labels.byHand]: "2026-01-01T00:00:00Z" }), creating)).to.equal(true);
    for (const name of [labels.release, labels.digest]) {
      const rest = Object.fromEntries(Object.entries(all).filter(([label]) => label !== name));
      expect(isByHand(found(rest), emptyState), name).to.equal(true);
    }
  });

  it("is left over where it does not run, whoever made it", () => {
    const card = found({ ...all, [labels.byHand]: "2026-01-01T00:00:00Z" });
    const bare = found({ [labels.stack]: "shop/prod" });
    for (const [running, byHand] of [
      [true, true],
      [false, false],
    ] as const) {
      expect(isByHand({ ...card, running }, emptyState)).to.equal(byHand);
      expect(isByHand({ ...bare, running }, emptyState)).to.equal(byHand);
      expect(isIdle({ ...card, running }, emptyState)).to.equal(!running);
      expect(isIdle({ ...found(all), running }, emptyState)).to.equal(false);
    }
  });

  it("is known by its labels, else by its image and its age", () => {
    const created = "2026-02-02T00:00:00Z";
    const image = { id: "sha256:1", reference: `acme/api@${digest("b")}` };
    const since = "2026-01-01T00:00:00Z";
    expect(
      madeByHand("api", { ...found({ ...all, [labels.byHand]: since }), image, created }, [digest("c")]),
    ).to.deep.equal({ service: "api", digests: [digest("a")], release: "v1", since });
    expect(madeByHand("api", { ...found({}), image, created }, [digest("c")])).to.deep.equal({
      service: "api",
      digests: [digest("b")],
      release: undefined,
      since: created,
    });
    const tagged = { ...found({}), image: { id: "sha256:1", reference: "acme/api:v1" }, created };
    expect(madeByHand("api", tagged, [digest("c")]).digests).to.deep.equal([digest("c")]);
    expect(madeByHand("api", tagged, []).digests).to.deep.equal([]);
  });
});
