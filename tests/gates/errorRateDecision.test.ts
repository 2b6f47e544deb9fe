import { expect } from "chai";
import { baselineToUse } from "../../gates/baseline";
import {
  allowedRatio,
  decideErrorRate,
  isConclusive,
  type ErrorRateLimits,
  type Sample,
} from "../../gates/errorRateDecision";
import type { Baseline } from "../../gates/errorRateRequest";
import { allowedText, sampleText } from "../../gates/errorRateText";
import { inWindow, numberIn, PrometheusError } from "../../gates/prometheus";

const limits: ErrorRateLimits = { watch: 600, every: 15, allowed: 0.02, leastRequests: 30 };
const at = (time: number, ratio: number, requests = 1_000): Sample => ({ at: time, ratio, requests });
const down = (time: number): Sample => ({ at: time, problem: "connection refused" });
const decide = (samples: Sample[], change: Partial<ErrorRateLimits> = {}) =>
  decideErrorRate({ ...limits, ...change }, samples);

describe("gates: what an error rate comes to", () => {
  it("is asked after a first while, then regularly, and once more at the very end", () => {
    expect(decide([])).to.deep.equal({ next: "ask", at: 15 });
    expect(decide([], { watch: 10 })).to.deep.equal({ next: "ask", at: 10 });
    expect(decide([at(15, 0)])).to.deep.equal({ next: "ask", at: 30 });
    expect(decide([at(590, 0)])).to.deep.equal({ next: "ask", at: 600 });
  });

  it("passes at the end with as much as is allowed, and fails with more", () => {
    expect(decide([at(600, 0.02)])).to.deep.equal({ next: "passed", why: "watched to the end" });
    expect(decide([at(600, 0.02001)])).to.deep.equal({ next: "failed", why: "too many" });
    expect(decide([at(600.4, 0.0201)]).next).to.equal("failed");
    expect(decide([at(600, 0)], { allowed: 0 }).next).to.equal("passed");
    expect(decide([at(600, 0.0001)], { allowed: 0 }).next).to.equal("failed");
  });

  it("fails early once it is hopeless, and not before", () => {
    // A tenth of the time, so a tenth of the requests: ten times the share has to be seen.
    expect(decide([at(60, 0.2)]).next).to.equal("ask");
    expect(decide([at(60, 0.2001)])).to.deep.equal({
      next: "failed",
      why: "too many already, even if no other error came",
    });
    expect(decide([at(15, 1)]).next).to.equal("failed");
    expect(decide([at(15, 1)], { allowed: 0.5 }).next).to.equal("ask");
    expect(decide([at(15, 1, 29)]).next).to.equal("ask");
    expect(decide([at(15, 1, 30)]).next).to.equal("failed");
  });

  it("passes early after clean samples in a row, where that is set", () => {
    const clean = [15, 30, 45].map((time) => at(time, 0.02));
    expect(decide(clean, { cleanSamples: 3 })).to.deep.equal({
      next: "passed",
      why: "3 clean samples in a row",
    });
    expect(decide(clean, { cleanSamples: 4 }).next).to.equal("ask");
    expect(decide(clean).next).to.equal("ask");
    for (const broken of [at(30, 0.021), at(30, 0, 29), down(30)])
      expect(decide([at(15, 0), broken, at(45, 0)], { cleanSamples: 2 }).next).to.equal("ask");
  });

  it("is inconclusive at the end with too few requests, and judged with just enough", () => {
    expect(decide([at(600, 1, 29)])).to.deep.equal({
      next: "inconclusive",
      why: "29 requests, and 30 are needed",
    });
    expect(decide([at(600, 1, 30)]).next).to.equal("failed");
    expect(decide([{ at: 600, requests: 0 }]).next).to.equal("inconclusive");
    expect(decide([{ at: 600 }])).to.deep.equal({
      next: "inconclusive",
      why: "nothing was counted, and 30 are needed",
    });
    // The share alone tells of no number, and is believed.
    expect(decide([{ at: 600, ratio: 0.5 }]).next).to.equal("failed");
    expect(isConclusive(limits, { at: 1, ratio: 0 })).to.equal(true);
  });

  it("is an error when Prometheus stays out of reach, never passed, also at the end", () => {
    const four = [15, 30, 45, 60].map(down);
    expect(decide(four)).to.deep.equal({ next: "ask", at: 75 });
    expect(decide([...four, down(75)])).to.deep.equal({
      next: "error",
      why: "connection refused, 5 times in a row",
    });
    expect(decide([...four, at(75, 0), down(90)]).next).to.equal("ask");
    const late = [585, 600, 615].map(down);
    expect(decide([at(570, 0), ...late])).to.deep.equal({ next: "ask", at: 630 });
    expect(decide([at(570, 0), ...late, down(630), down(645)]).next).to.equal("error");
    expect(decide([at(570, 0), ...late, at(630, 0)]).next).to.equal("passed");
  });

  it("is an error at once where no waiting helps", () => {
    expect(decide([{ at: 15, problem: "status 401", final: true }])).to.deep.equal({
      next: "error",
      why: "status 401",
    });
  });
});

describe("gates: the share that passes", () => {
  const yardstick = { factor: 2, floor: 0.01 };
  const baseline = (ratio: number | null, release = "v1", why?: string): Baseline => ({
    ratio,
    requests: 100,
    release,
    takenAt: "2026-03-01T09:00:00.000Z",
    ...(why !== undefined && { why }),
  });

  it("is the baseline times the factor, the floor at least, or the fixed limit", () => {
    expect(allowedRatio(yardstick, 0.005)).to.equal(0.01);
    expect(allowedRatio(yardstick, 0.006)).to.equal(0.012);
    expect(allowedRatio(yardstick, undefined)).to.equal(0.01);
    expect(allowedRatio({ ...yardstick, limit: 0.001 }, 0.5)).to.equal(0.001);
    expect(allowedRatio({ ...yardstick, limit: 0 }, undefined)).to.equal(0);
  });

  it("is told with where it is from", () => {
    const told = (known: Baseline, limit?: number) =>
      allowedText(
        { ...yardstick, limit },
        { allowed: allowedRatio({ ...yardstick, limit }, known.ratio ?? undefined), baseline: known },
      );
    expect(told(baseline(0.02))).to.equal("4 %, 2 times the baseline of v1, 2 % at 2026-03-01T09:00:00.000Z");
    expect(told(baseline(0.001))).to.equal(
      "1 %, the floor, above 2 times the baseline of v1, 0.1 % at 2026-03-01T09:00:00.000Z",
    );
    expect(told(baseline(null, "", "nothing ran"))).to.equal(
      "1 %, the floor, since there is no baseline (nothing ran)",
    );
    expect(told(baseline(0.5), 0.03)).to.equal("3 %, a fixed limit");
    expect(sampleText(at(1, 0.01234, 400))).to.equal("1.23 % of 400 requests");
    expect(sampleText({ at: 1 })).to.equal("no requests yet");
  });

  it("never comes from a baseline that the gate itself would have failed", () => {
    const good = baseline(0.02);
    expect(baselineToUse(yardstick, baseline(0.04, "v2"), good)).to.deep.equal(baseline(0.04, "v2"));
    expect(baselineToUse(yardstick, baseline(0.041, "v2"), good)).to.deep.equal({
      ...good,
      why: "kept: v2 answered 4.1 % with errors at 2026-03-01T09:00:00.000Z, which is no baseline",
    });
    expect(baselineToUse(yardstick, baseline(null, "v2", "too few"), good)).to.deep.equal({
      ...good,
      why: "kept: too few",
    });
    for (const none of [undefined, baseline(null)])
      expect(baselineToUse(yardstick, baseline(0.9, "v2"), none)).to.deep.equal(baseline(0.9, "v2"));
  });
});

describe("gates: what Prometheus answers", () => {
  const vector = (...values: string[]) => ({
    data: { resultType: "vector", result: values.map((value) => ({ metric: {}, value: [1, value] })) },
  });

  it("is one number, or none", () => {
    expect(numberIn(vector("0.5"), "q")).to.deep.equal({ number: 0.5, time: 1 });
    expect(numberIn({ data: { resultType: "scalar", result: [2.5, "7"] } }, "q")).to.deep.equal({
      number: 7,
      time: 2.5,
    });
    for (const none of [vector(), vector("NaN"), vector("+Inf")])
      expect(numberIn(none, "q")).to.equal(undefined);
  });

  it("is never several, below nothing, or something else", () => {
    const wrong: [Parameters<typeof numberIn>[0], string][] = [
      [vector("1", "2"), "the query answers 2 series and must answer one: wrap it in sum(…): q"],
      [vector("-1"), "the query answers -1, and no share is below 0: q"],
      [{ data: { resultType: "matrix", result: [] } }, "the query does not answer a number now: q"],
      [{ data: { resultType: "string", result: [1, "5"] } }, "the query does not answer a number now: q"],
      [{}, "the query does not answer a number now: q"],
    ];
    for (const [answer, message] of wrong)
      expect(() => numberIn(answer, "q"))
        .to.throw(PrometheusError, message)
        .with.property("final", true);
  });

  it("is asked for whole seconds that reach back no further than they may", () => {
    expect(inWindow("a[$window] / b[$window]", 14.9)).to.equal("a[14s] / b[14s]");
    expect(inWindow("a[$window]", 0.2)).to.equal("a[1s]");
  });
});
