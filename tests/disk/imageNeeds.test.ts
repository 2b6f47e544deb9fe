import { expect } from "chai";
import { digestsIn, lostReleases, needsOfOther } from "../../disk/imageNeeds";
import { repositoryKey } from "../../disk/removable";
import type { StateResource } from "../../history/stackState";
import { catalogOf, digest, release, serviceInState, stackInState, stateOf } from "../history/states";

const catalog = catalogOf(
  ...["v1", "v2", "v3", "v4"].map((tag, at) => release(tag, at + 1, { api: "1234"[at] ?? "" })),
);
const own = new Set([repositoryKey("acme/api")]);
const pulled = (repository: string, letter: string): StateResource => ({
  urn: "urn:pulumi:test::shop::docker:index/remoteImage:RemoteImage::image",
  type: "docker:index/remoteImage:RemoteImage",
  inputs: { name: `${repository}@${digest(letter)}` },
  outputs: { imageId: digest("f") },
});
const good = (...tags: string[]) =>
  stackInState(tags.map((tag) => ({ tag, passedAt: "2026-01-01T00:00:00.000Z" })));

describe("what another stack needs", () => {
  it("is whatever its Docker resources name, by digest and by id", () => {
    const state = stateOf(pulled("acme/api", "2"), ...serviceInState("api", "2", "v2", "v2"));
    expect(digestsIn(state).sort()).to.deep.equal([digest("2"), digest("f")]);
    expect(digestsIn(stateOf(good("v1")))).to.deep.equal([]);
  });

  it("is also what it may go back to, where it goes by the same catalog", () => {
    const state = stateOf(
      pulled("acme/api", "4"),
      ...serviceInState("api", "4", "v4", "v4"),
      good("v4", "v3", "v2", "v1"),
    );
    const { needed, doubtful } = needsOfOther(state, own, catalog, 2);
    expect([...new Set(needed)].sort()).to.deep.equal(["2", "3", "4", "f"].map(digest));
    expect(doubtful.size).to.equal(0);
  });

  it("is in doubt where a release is not in the catalog, or has other images there", () => {
    const unknown = stateOf(pulled("acme/api", "9"), ...serviceInState("api", "9", "v9", "v9"), good("v9"));
    const different = stateOf(pulled("acme/api", "9"), ...serviceInState("api", "9", "v2", "v2"), good("v2"));
    for (const state of [unknown, different]) {
      const { needed, doubtful } = needsOfOther(state, own, catalog, 3);
      expect(needed).to.include(digest("9"));
      expect([...doubtful]).to.deep.equal([
        [
          repositoryKey("acme/api"),
          "The stack shop/test has images of the same repositories, and its releases are not all in this catalog: what it may go back to can't be told from here.",
        ],
      ]);
    }
  });

  it("is no matter of the stack's images where it has none of its repositories", () => {
    const state = stateOf(pulled("acme/web", "9"), ...serviceInState("web", "9", "v9", "v9"), good("v9"));
    expect(needsOfOther(state, own, catalog, 3).doubtful.size).to.equal(0);
  });
});

describe("a release to go back to that the catalog lacks", () => {
  const state = stateOf(good("v4", "lost", "v3", "v2", "older"));
  const back = (...tags: string[]) => catalog.releases.filter(({ tag }) => tags.includes(tag)).reverse();

  it("is known as lost where it is newer than the oldest that counts, or too few are left", () => {
    expect(lostReleases(state, catalog, back("v3"), 1)).to.deep.equal(["lost"]);
    expect(lostReleases(state, catalog, back("v4"), 1)).to.deep.equal([]);
    expect(lostReleases(state, catalog, back("v3", "v2"), 2)).to.deep.equal(["lost"]);
    expect(lostReleases(state, catalog, back("v3", "v2"), 3)).to.deep.equal(["lost", "older"]);
  });
});
