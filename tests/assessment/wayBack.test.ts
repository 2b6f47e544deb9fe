import { expect } from "chai";
import { wayBackWarnings, findWayBack, type WayBackImage } from "../../assessment/wayBack";
import { catalogOf, digest, release, stackInState, stateOf } from "../history/states";

const reference = `localhost:1/api@${digest("a")}`;
const image: WayBackImage = {
  release: "v1",
  service: "api",
  repository: "localhost:1/api",
  reference,
  onHost: true,
  inRegistry: true,
};
const told = (parts: Partial<WayBackImage>, shunned: string[] = []) =>
  wayBackWarnings([{ ...image, ...parts }], new Set(shunned));

describe("the way back", () => {
  it("is there where host and registry have the image, or the registry alone where nobody could ask the host", () => {
    expect(told({})).to.deep.equal([]);
    expect(told({ onHost: undefined })).to.deep.equal([]);
  });

  it("is told of with what is missing, and what mends it", () => {
    expect(told({ onHost: false })).to.deep.equal([
      `The way back to v1 has to be pulled first: the image of api in v1 is not on the host: docker pull ${reference}`,
    ]);
    expect(told({ inRegistry: false })).to.deep.equal([
      "The way back to v1 rests on this host alone: the registry no longer has the image of api in v1. To push it again: " +
        `docker tag ${reference} localhost:1/api:v1 && docker push localhost:1/api:v1`,
    ]);
    expect(told({ onHost: false, inRegistry: false })).to.deep.equal([
      `There is no way back to v1: the image of api in v1 is neither on the host nor in the registry: ${reference}. Push it again.`,
    ]);
    expect(told({ onHost: undefined, inRegistry: false })[0]).to.contain("is not in the registry");
  });

  it("is unconfirmed where the registry does not answer", () => {
    const inRegistry = { unconfirmed: "no answer" };
    expect(told({ inRegistry })).to.deep.equal([
      "Unconfirmed: whether the registry still has the image of api in v1 (no answer).",
    ]);
    expect(told({ inRegistry, onHost: false })).to.deep.equal([
      "Unconfirmed: whether the registry still has the image of api in v1; it is not on the host (no answer).",
    ]);
  });

  it("leads to nothing that is quarantined", () => {
    expect(told({ inRegistry: false }, ["v1"])).to.deep.equal([]);
  });

  it("is asked for the newest known-good releases without the target and what was bad, in a preview alone", async () => {
    const releases = ["v1", "v2", "v3", "v4", "v5"].map((tag, index) =>
      release(tag, index + 1, { api: String(index), web: "f" }),
    );
    const catalog = catalogOf(
      ...releases.map((each) => ({
        ...each,
        services: Object.fromEntries(
          Object.entries(each.services).map(([name, own]) => [
            name,
            { ...own, repository: `localhost:1/${name}` },
          ]),
        ),
      })),
    );
    const [, , , , v5] = catalog.releases;
    if (v5 === undefined) throw new Error("The catalog lacks v5.");
    const good = ["v5", "v4", "v3", "v2", "v1"].map((tag) => ({ tag, passedAt: "2026-01-01T00:00:00.000Z" }));
    const memory = { bad: [{ tag: "v3", rolledBackAt: "2026-02-01T00:00:00.000Z" }] };
    const state = stateOf(stackInState(good), {
      urn: "urn:q",
      type: "knowngood:index:Quarantine",
      outputs: { memory },
    });
    const asked = { target: v5, catalog, services: ["api"], engine: "unix:///nowhere", wayBack: 2 };
    const found = await findWayBack({ ...asked, previewing: true }, Promise.resolve(state));
    expect(found.map(({ release: tag, service }) => [tag, service])).to.deep.equal([
      ["v4", "api"],
      ["v2", "api"],
    ]);
    expect(found[0]?.onHost).to.equal(undefined);
    expect(found[0]?.inRegistry).to.have.property("unconfirmed");
    expect(await findWayBack({ ...asked, previewing: false }, Promise.resolve(state))).to.deep.equal([]);
    expect(
      await findWayBack({ ...asked, wayBack: 0, previewing: true }, Promise.resolve(state)),
    ).to.deep.equal([]);
  });
});
