import { expect } from "chai";
import { closedWays, closingText, horizonOf, type Standing } from "../../assessment/horizon";
import type { Verdict } from "../../schema/verdict";
import { finding, judgementOf } from "./evidence";

const judged = (verdict: Verdict | undefined) =>
  verdict === undefined ? undefined : { ...judgementOf(), verdict };
const standing = (tag: string, now: Verdict | undefined, after: Verdict | undefined): Standing => ({
  tag,
  now: judged(now),
  after: judged(after),
});

describe("the horizon", () => {
  it("is the oldest release within the policy, with the verdict of each", () => {
    const standings = [
      standing("v1", "compatible", "destructive"),
      standing("v2", "compatible", "conditional"),
      standing("v3", "compatible", "compatible"),
    ];
    expect(horizonOf(standings, "conditional")).to.deep.equal({
      oldest: "v2",
      verdicts: { v1: "destructive", v2: "conditional", v3: "compatible" },
    });
    expect(horizonOf(standings, "compatible").oldest).to.equal("v3");
    expect(horizonOf(standings, "destructive").oldest).to.equal("v1");
  });

  it("takes what was not judged in time for unknown, never for good", () => {
    expect(horizonOf([standing("v1", undefined, undefined)], "destructive")).to.deep.equal({
      oldest: undefined,
      verdicts: { v1: "unknown" },
    });
  });
});

describe("ways back that an up closes", () => {
  const closed = (now: Verdict | undefined, after: Verdict | undefined) =>
    closedWays([standing("v1", now, after)], "conditional").length;

  it("are those of releases that can run before it and not after it", () => {
    expect(closed("compatible", "conditional")).to.equal(0);
    expect(closed("conditional", "breaking")).to.equal(1);
    expect(closed("breaking", "breaking")).to.equal(0);
    expect(closed("breaking", "destructive")).to.equal(0);
    expect(closed("breaking", "compatible")).to.equal(0);
  });

  it("are told where nobody knows how it was before, not where nobody knows how it will be", () => {
    expect(closed(undefined, "breaking")).to.equal(1);
    expect(closed("compatible", undefined)).to.equal(0);
  });

  it("name what closes them, and the release that it comes with", () => {
    const text = (...findings: Parameters<typeof judgementOf>) => {
      const [way] = closedWays(
        [{ tag: "v1.4.1", now: judgementOf(), after: judgementOf(...findings) }],
        "conditional",
      );
      return way && closingText(way, (migration) => (migration === "3_m3" ? "v3" : undefined));
    };
    expect(
      text(
        finding("destructive", "column-dropped", "orders.note", "3_m3"),
        finding("conditional", "enum-value-added", "status", "3_m3"),
      ),
    ).to.equal("after this, v1.4.1 can no longer run: v3 drops orders.note");
    expect(
      text(
        finding("breaking", "table-renamed", "orders", "3_m3"),
        finding("breaking", "column-added-required", "items.sku", "4_m4"),
        finding("breaking", "default-dropped", "items.price"),
        finding("breaking", "type-changed", "items.size", "3_m3"),
      ),
    ).to.equal(
      "after this, v1.4.1 can no longer run: v3 renames orders, 4_m4 requires a value in items.sku, " +
        "a migration drops the default of items.price and 1 more",
    );
  });
});
