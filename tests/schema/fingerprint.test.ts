import { expect } from "chai";
import { fingerprint, reviewedGap, type Reviewed } from "../../schema/fingerprint";

const reviewed: Reviewed = {
  target: { tag: "v1", images: ["api=acme/api@sha256:a", "web=acme/web@sha256:b"] },
  gap: [
    { name: "2_rename", sha256: "aa" },
    { name: "3_python", sha256: undefined },
  ],
  action: "rollback",
  findings: [
    { verdict: "breaking", object: "orders.amount" },
    { verdict: "destructive", object: "orders.note" },
    { verdict: "conditional", object: "orders.state" },
  ],
  losses: [{ object: "orders.note" }, { object: "coupons" }],
};

describe("fingerprint", () => {
  const own = fingerprint(reviewed);

  it("is 12 hexadecimal digits, the same each time", () => {
    expect(own).to.match(/^[0-9a-f]{12}$/);
    expect(fingerprint(structuredClone(reviewed))).to.equal(own);
  });

  it("changes with each thing that was reviewed", () => {
    const changed: Partial<Reviewed>[] = [
      { target: { tag: "v0", images: ["api=acme/api@sha256:a", "web=acme/web@sha256:b"] } },
      { target: { tag: undefined, images: ["api=acme/api@sha256:a", "web=acme/web@sha256:b"] } },
      { target: { tag: "v1", images: ["api=acme/api@sha256:a", "web=acme/web@sha256:c"] } },
      { target: { tag: "v1", images: ["api=acme/api@sha256:b", "web=acme/web@sha256:a"] } },
      { target: { tag: "v1", images: ["api=acme/api@sha256:a", "web=evil/web@sha256:b"] } },
      { gap: reviewed.gap.slice(0, 1) },
      { gap: [...reviewed.gap].reverse() },
      { gap: [{ name: "2_rename", sha256: "bb" }, ...reviewed.gap.slice(1)] },
      { gap: [{ name: "2_renamed", sha256: "aa" }, ...reviewed.gap.slice(1)] },
      { action: "step-down 3" },
      { action: "step-down 2" },
      { findings: reviewed.findings.slice(1) },
      { findings: [...reviewed.findings, { verdict: "breaking", object: "orders.state" }] },
      { losses: [{ object: "orders.note" }] },
      { losses: [] },
    ];
    const all = [own, ...changed.map((change) => fingerprint({ ...reviewed, ...change }))];
    expect(new Set(all).size).to.equal(all.length);
  });

  it("does not change with counts, order, words, or what passes without being acknowledged", () => {
    const alike: Partial<Reviewed>[] = [
      { target: { tag: "v1", images: ["web=acme/web@sha256:b", "api=acme/api@sha256:a"] } },
      { findings: [...reviewed.findings].reverse() },
      { findings: reviewed.findings.slice(0, 2) },
      { findings: [...reviewed.findings, ...reviewed.findings] },
      { losses: [...reviewed.losses].reverse() },
      { losses: reviewed.losses.map(({ object }, rows) => ({ object, rows, estimated: true })) },
    ];
    for (const change of alike) expect(fingerprint({ ...reviewed, ...change })).to.equal(own);
  });

  it("takes a gap by the content of its SQL, and what can't be read by its name", () => {
    const gap = reviewedGap({
      shipped: [{ name: "1", sql: "SELECT 1" }],
      ahead: [{ name: "2", sql: "SELECT 2" }],
      unread: [{ name: "3", reason: "in Python" }],
    });
    expect(gap).to.deep.equal([
      { name: "2", sha256: "ebbb5b332060a3ede7047bd7528883b0a560e729848f9feb8ff742145e909b01" },
      { name: "3", sha256: undefined },
    ]);
  });
});
