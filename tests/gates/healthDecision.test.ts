import { expect } from "chai";
import type { Attempt, HealthLimits } from "../../gates/healthDecision";
import { decideHealth, runOfSuccesses } from "../../gates/healthDecision";

const limits: HealthLimits = { within: 120, every: 10, successes: 3, watched: false };
const watched: HealthLimits = { ...limits, watched: true };

const ok = (at: number, instance?: string): Attempt => ({
  at,
  latencyMs: 0,
  outcome: "ok",
  ...(instance ? { instance } : {}),
});
const miss = (at: number, instance?: string): Attempt => ({ ...ok(at, instance), outcome: "failed" });
const broke = (at: number): Attempt => ({ at, latencyMs: 0, outcome: "error" });

describe("gates: the decision on health", () => {
  describe("when the next probe is", () => {
    it("begins at once, and doubles the gap up to `every`", () => {
      const attempts: Attempt[] = [];
      const times: number[] = [];
      for (let now = 0; ;) {
        const decision = decideHealth(limits, undefined, attempts, now);
        if (decision.next !== "probe") break;
        now = decision.at;
        times.push(Math.round(now * 1000) / 1000);
        attempts.push(miss(now));
      }
      expect(times.slice(0, 10)).to.deep.equal([0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 22.8]);
      // The last one is moved to where three successes still fit before 120 s.
      expect(times.slice(-3)).to.deep.equal([102.8, 112.8, 119.25]);
    });

    it("follows a success after a quarter of a second, or after `every` where that is less", () => {
      expect(decideHealth(limits, undefined, [ok(1)], 1.1)).to.deep.include({ next: "probe", at: 1.25 });
      const fast = { ...limits, every: 0.2 };
      expect(decideHealth(fast, undefined, [ok(1)], 1.1)).to.deep.include({ next: "probe", at: 1.2 });
    });

    it("is at once when the last answer took longer than the gap", () => {
      expect(decideHealth(limits, undefined, [miss(0)], 5)).to.deep.include({ next: "probe", at: 5 });
    });

    it("caps the gap at `every`", () => {
      const attempts = Array.from({ length: 12 }, (_, index) => miss(index));
      expect(decideHealth({ ...limits, every: 2 }, undefined, attempts, 11)).to.deep.include({ at: 13 });
    });
  });

  describe("on both sides of `within`", () => {
    const short = { ...limits, within: 1, successes: 5 };
    it("still probes just before it", () => {
      expect(decideHealth(short, undefined, [ok(0.5)], 0.999)).to.deep.include({ next: "probe", at: 0.999 });
    });
    it("no longer probes at it", () => {
      expect(decideHealth(short, undefined, [ok(0.5)], 1)).to.deep.equal({ next: "failed" });
    });
    it("fails as soon as no probe fits any more", () => {
      expect(decideHealth(short, undefined, [ok(0.75)], 0.76)).to.deep.equal({ next: "failed" });
    });
    it("passes with a last answer that came in time, however late it is decided", () => {
      expect(decideHealth({ ...short, successes: 1 }, undefined, [ok(0.9)], 1.2)).to.deep.equal({
        next: "passed",
      });
    });
  });

  describe("on both sides of `successes`", () => {
    it("goes on with one less", () => {
      expect(decideHealth(limits, undefined, [ok(0), ok(0.25)], 0.3).next).to.equal("probe");
    });
    it("passes with as many", () => {
      expect(decideHealth(limits, undefined, [ok(0), ok(0.25), ok(0.5)], 0.6)).to.deep.equal({
        next: "passed",
      });
    });
    it("counts those in a row only", () => {
      expect(decideHealth(limits, undefined, [ok(0), ok(0.25), miss(0.5), ok(0.6)], 0.7).next).to.equal(
        "probe",
      );
    });
    it("passes with a single one where that is asked", () => {
      expect(decideHealth({ ...limits, successes: 1 }, undefined, [ok(0)], 0).next).to.equal("passed");
    });
  });

  describe("with a container that is watched", () => {
    it("passes when the same life was seen before and after the run", () => {
      const attempts = [ok(0, "a"), ok(0.25), ok(0.5, "a")];
      expect(decideHealth(watched, "a", attempts, 0.6).next).to.equal("passed");
    });
    it("begins again after a restart between the first success and the last", () => {
      const attempts = [ok(0, "a"), ok(0.25), ok(0.5, "b")];
      expect(runOfSuccesses(true, "a", attempts)).to.equal(0);
      expect(decideHealth(watched, "a", attempts, 0.6).next).to.equal("probe");
    });
    it("begins again after a restart before the first success's look, since the answer may be the old one's", () => {
      const attempts = [ok(0, "b"), ok(0.25), ok(0.5, "b")];
      expect(runOfSuccesses(true, "a", attempts)).to.equal(2);
    });
    it("passes after a restart with a full run of the new life", () => {
      const attempts = [ok(0, "a"), ok(0.25), ok(0.5, "b"), ok(0.75, "b"), ok(1), ok(1.25, "b")];
      expect(decideHealth(watched, "a", attempts, 1.3).next).to.equal("passed");
    });
    it("never passes a crash loop that answers once in each life", () => {
      const attempts: Attempt[] = [];
      for (let life = 0; life < 50; life++) {
        attempts.push(ok(life, `${life}`), miss(life + 0.5, `${life}`));
        expect(decideHealth(watched, "0", attempts, life + 0.5).next).to.equal("probe");
      }
    });
    it("never passes a crash loop whose every answer is good, but each from another life", () => {
      const attempts = Array.from({ length: 50 }, (_, life) => ok(life, `${life}`));
      expect(decideHealth(watched, "first", attempts, 50).next).to.equal("probe");
    });
    it("does not pass without a look after the last success", () => {
      expect(decideHealth(watched, "a", [ok(0, "a"), ok(0.25), ok(0.5)], 0.6).next).to.equal("probe");
    });
    it("looks beside the first probes, not within a run, and after the one that may be the last", () => {
      const look = (attempts: Attempt[]) => decideHealth(watched, "a", attempts, 0);
      expect(look([])).to.deep.include({ look: "beside" });
      expect(look([miss(0, "a")])).to.deep.include({ look: "beside" });
      expect(look([ok(0, "a")])).to.deep.include({ look: "none" });
      expect(look([ok(0, "a"), ok(0.25)])).to.deep.include({ look: "after" });
      expect(decideHealth({ ...watched, successes: 1 }, "a", [], 0)).to.deep.include({ look: "after" });
    });
    it("never looks where none is watched", () => {
      expect(decideHealth(limits, undefined, [ok(0), ok(0.25)], 0)).to.deep.include({ look: "none" });
    });
  });

  describe("failed against error", () => {
    const over = 120;
    it("is failed when the service did not answer as required", () => {
      expect(decideHealth(limits, undefined, [miss(0)], over).next).to.equal("failed");
    });
    it("is error when no attempt could be made", () => {
      expect(decideHealth(limits, undefined, [broke(0), broke(1)], over).next).to.equal("error");
      expect(decideHealth(limits, undefined, [], over).next).to.equal("error");
    });
    it("is failed when the service was seen failing once, whatever broke besides", () => {
      expect(decideHealth(limits, undefined, [broke(0), miss(1), broke(2)], over).next).to.equal("failed");
    });
    it("is error when only good answers and broken checks were seen", () => {
      expect(decideHealth(limits, undefined, [ok(0), broke(1)], over).next).to.equal("error");
    });
    it("is failed when the time was too short for all successes", () => {
      expect(decideHealth(limits, undefined, [ok(119.9)], over).next).to.equal("failed");
    });
    it("ends at once with an error that no waiting mends", () => {
      expect(decideHealth(limits, undefined, [{ ...broke(0), final: true }], 0).next).to.equal("error");
    });
  });

  it("keeps its promises for a thousand random services", () => {
    const random = seeded(20_260_711);
    for (let round = 0; round < 1_000; round++) keepsPromises(random, round);
  });
});

/** One service with random answers, latencies and restarts, watched independently of the code under test. */
function keepsPromises(random: () => number, round: number): void {
  const drawn: HealthLimits = {
    within: 0.5 + random() * 60,
    every: 0.05 + random() * 12,
    successes: 1 + Math.floor(random() * 5),
    watched: random() < 0.6,
  };
  const health = random();
  const restarts = random() < 0.5 ? 0 : random() * 0.4;
  const attempts: Attempt[] = [];
  const lives: number[] = [];
  let life = 0;
  let now = 0;
  for (let steps = 0; ; steps++) {
    expect(steps, `round ${round} terminates`).to.be.below(5_000);
    const decision = decideHealth(drawn, "0", attempts, now);
    if (decision.next === "passed") {
      const run = attempts.slice(-drawn.successes);
      expect(run.length, `round ${round}`).to.equal(drawn.successes);
      expect(
        run.every((attempt) => attempt.outcome === "ok"),
        `round ${round}`,
      ).to.be.true;
      if (drawn.watched) expect(new Set(lives.slice(-drawn.successes)).size, `round ${round}`).to.equal(1);
      return;
    }
    if (decision.next !== "probe") {
      expect(attempts.length, `round ${round}`).to.be.above(0);
      return;
    }
    expect(decision.at, `round ${round}`).to.be.at.least(now).and.below(drawn.within);
    now = decision.at;
    const answeredBy = life;
    if (random() < restarts) life += 1;
    const outcome = random() < health ? "ok" : random() < 0.9 ? "failed" : "error";
    const looked = decision.look !== "none" && outcome !== "error";
    const latency = random() * 0.5;
    attempts.push({
      at: now,
      latencyMs: latency * 1000,
      outcome,
      ...(looked ? { instance: `${life}` } : {}),
    });
    lives.push(answeredBy);
    if (decision.look !== "after" && random() < restarts) life += 1;
    now += latency;
  }
}

/** mulberry32: a small generator whose numbers are the same on every machine. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
