import { expect } from "chai";
import { tagStanding } from "../../assessment/tagStanding";
import { quarantineType } from "../../history/quarantine";
import { catalogOf, release, stackInState, stateOf } from "../history/states";

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
  it("is what was known good and is in the catalog, and what the state or the settings quarantine", () => {
    const { good, quarantined } = tagStanding(state, catalog, [{ tag: "v3", reason: "loses orders" }]);
    expect([...good]).to.deep.equal(["v2", "v1"]);
    expect([...quarantined]).to.deep.equal(["v2", "v3"]);
  });
});
