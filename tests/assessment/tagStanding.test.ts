import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { standingNow, type StandingQuestion } from "../../assessment/standing";
import { tagStanding } from "../../assessment/tagStanding";
import { quarantineType } from "../../history/quarantine";
import { catalogOf, memoryInState, release, serviceInState, stackInState, stateOf } from "../history/states";

const catalog = catalogOf(
  release("v1", 0, { api: "a" }),
  release("v2", 0, { api: "b" }),
  release("v3", 0, { api: "c" }),
);
const passedAt = "2026-01-01T00:00:00.000Z";
const state = stateOf(
  stackInState([
    { tag: "v2", passedAt },
    { tag: "v1", passedAt },
    { tag: "v0", passedAt },
  ]),
  {
    urn: "urn:quarantine",
    type: quarantineType,
    outputs: { memory: { bad: [{ tag: "v2", rolledBackAt: "2026-01-02T00:00:00.000Z" }] } },
  },
);

describe("how releases stand on a stack", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "kg-standing-"))));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const question = (quarantine: StandingQuestion["settings"]["quarantine"] = []): StandingQuestion => ({
    ...{ label: "shop/prod", catalog },
    settings: { quarantine, record: { folder } },
  });

  it("is what was known good and is in the catalog, and what the state or the settings quarantine", () => {
    const { good, quarantined } = tagStanding(state, question([{ tag: "v3", reason: "loses orders" }]));
    expect([...good]).to.deep.equal(["v2", "v1"]);
    expect([...quarantined]).to.deep.equal(["v2", "v3"]);
  });

  it("names as the way back what is in the catalog and not quarantined, and of a mix leaves its newest", () => {
    const list = ["v9", "v3", "v2", "v1"].map((tag) => ({ tag, passedAt }));
    const back = (
      quarantine: StandingQuestion["settings"]["quarantine"],
      ...services: [string, string, string][]
    ) =>
      standingNow(
        stateOf(
          stackInState(list),
          ...services.flatMap(([name, letter, tag]) => serviceInState(name, letter, tag, tag)),
        ),
        question(quarantine),
      ).lastKnownGood?.tag;
    expect(back([], ["api", "c", "v3"])).to.equal("v2");
    expect(back([{ tag: "v2", reason: "loses orders" }], ["api", "c", "v3"])).to.equal("v1");
    expect(back([], ["api", "c", "v3"], ["worker", "b", "v2"])).to.equal("v2");
    expect(back([], ["api", "a", "v1"], ["worker", "b", "v2"])).to.equal("v1");
    // An interrupted deployment leaves newer ones that are known good.
    expect(back([], ["api", "b", "v2"])).to.equal("v1");
    expect(back([], ["api", "a", "v1"])).to.equal(undefined);
  });

  it("takes the good name from a release whose gate's record says that it failed since", () => {
    const at = "2026-01-03T00:00:00.000Z";
    const again = stateOf(
      stackInState([
        { tag: "v2", passedAt },
        { tag: "v1", passedAt },
      ]),
      memoryInState({ bad: [], move: { to: "v2", direction: "forward", at } }),
      ...serviceInState("api", "b", "v2", "v2"),
    );
    expect([...tagStanding(again, question()).good]).to.deep.equal(["v2", "v1"]);
    mkdirSync(join(folder, "shop-prod"));
    const record = { kind: "health", outcome: "failed", release: "v2", endedAt: "2026-01-03T00:00:09.000Z" };
    writeFileSync(join(folder, "shop-prod", "20260103T000009.000Z-health-api.json"), JSON.stringify(record));
    const { good, quarantined } = tagStanding(again, question());
    expect([[...good], [...quarantined]]).to.deep.equal([["v1"], ["v2"]]);
  });
});
