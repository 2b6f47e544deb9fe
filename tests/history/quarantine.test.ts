import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failedGatesSince } from "../../history/failedGates";
import {
  afterDeployment,
  memoryFrom,
  quarantineCause,
  withFailures,
  type Deployment,
  type QuarantineMemory,
} from "../../history/quarantine";
import { releasesLeft, runningFrom } from "../../history/running";
import { emptyState } from "../../history/stackState";
import { catalogOf, digest, release, serviceInState, stateOf } from "./states";

const v1 = release("v1", 1, { api: "a", web: "1" });
const v2 = release("v2", 2, { api: "b", web: "1" });
/** The images of v2, with the services the other way round. */
const v2again = release("v2-again", 3, { web: "1", api: "b" });
const v3 = release("v3", 4, { api: "c", web: "1" });
/** Only its migrations are new. */
const v4 = release("v4", 5, { api: "c", web: "1" });
const catalog = catalogOf(v1, v2, v2again, v3, v4);

const day = (number: number) => `2026-03-0${number}T00:00:00.000Z`;
const nothing: QuarantineMemory = { bad: [] };
const deployment: Deployment = {
  target: v1,
  direction: "rollback",
  left: ["v2"],
  knownGood: [],
  catalog,
  retry: undefined,
  now: day(2),
};
const rolledBack = (more: Partial<Deployment> = {}, before = nothing) =>
  afterDeployment(before, { ...deployment, ...more });
const causeOf = (memory: QuarantineMemory, target = v2, knownGood: Deployment["knownGood"] = []) =>
  quarantineCause(memory, target, knownGood);

describe("a release that the stack was rolled back from", () => {
  it("is quarantined, and so is one with exactly the same images", () => {
    const memory = rolledBack();
    expect(memory).to.deep.equal({
      bad: [{ tag: "v2", rolledBackAt: day(2), digests: [digest("1"), digest("b")] }],
      move: { to: "v1", direction: "rollback", at: day(2) },
    });
    const cause = { tag: "v2", why: "rolled back", since: day(2) };
    expect(causeOf(memory)).to.deep.equal(cause);
    expect(causeOf(memory, v2again)).to.deep.equal(cause);
    for (const other of [v1, v3]) expect(causeOf(memory, other), other.tag).to.equal(undefined);
  });

  it("is so by its tag alone where a good release has the same images", () => {
    const toSame = rolledBack({ target: v3, left: ["v4"] });
    expect(toSame.bad).to.deep.equal([{ tag: "v4", rolledBackAt: day(2) }]);
    expect([causeOf(toSame, v3), causeOf(toSame, v4)?.tag]).to.deep.equal([undefined, "v4"]);
    const knownGood = [{ tag: "v3", passedAt: day(1) }];
    expect(rolledBack({ left: ["v4"], knownGood }).bad[0]?.digests).to.equal(undefined);
    // What is left is no good release, however good it was.
    expect(rolledBack({ left: ["v3", "v4"], knownGood }).bad[0]?.digests).not.to.equal(undefined);
  });

  it("stays so though its gates passed since, and is since the first time", () => {
    const memory = rolledBack({ now: day(3) }, rolledBack());
    expect(memory).to.deep.equal(rolledBack());
    expect(causeOf(memory, v2, [{ tag: "v2", passedAt: day(9) }])?.since).to.equal(day(2));
  });

  it("is lifted by a retry, until the stack is rolled back from it again", () => {
    const forward = { target: v2, direction: "forward", left: [], now: day(3) } as const;
    const lifted = rolledBack({ ...forward, retry: "was the network" }, rolledBack());
    expect(lifted.bad[0]?.retried).to.deep.equal({ reason: "was the network", at: day(3) });
    expect([causeOf(lifted), causeOf(lifted, v2again)]).to.deep.equal([undefined, undefined]);
    const again = rolledBack({ now: day(4) }, lifted);
    expect(causeOf(again)).to.deep.equal({
      tag: "v2",
      why: "rolled back",
      since: day(4),
      retriedFor: "was the network",
    });
  });

  it("is remembered with 199 others", () => {
    let memory = nothing;
    for (let index = 1; index <= 201; index++) memory = rolledBack({ left: [`x${index}`] }, memory);
    expect(memory.bad.map(({ tag }) => tag).slice(0, 2)).to.deep.equal(["x201", "x200"]);
    expect([memory.bad.length, memory.bad.at(-1)?.tag]).to.deep.equal([200, "x2"]);
  });
});

describe("releases that are left", () => {
  const left = (target: typeof v1, ...resources: Parameters<typeof stateOf>) => {
    const state = stateOf(...resources);
    return releasesLeft(state, runningFrom(state, catalog), target, catalog);
  };

  it("are those newer than the target, of a mix too", () => {
    const mix = [...serviceInState("api", "c", "v3", "v3"), ...serviceInState("web", "1", "v1", "v2")];
    expect(left(v1, ...mix)).to.deep.equal(["v2", "v3"]);
    expect(left(v2, ...mix)).to.deep.equal(["v3"]);
    expect(left(v3, ...mix)).to.deep.equal([]);
  });

  it("are known also where an update died after it took the containers away", () => {
    const service = serviceInState("api", "c", "v3", "v3").filter(({ type }) => type.startsWith("knowngood"));
    expect(left(v1, ...service)).to.deep.equal(["v3"]);
  });
});

describe("a release whose gates failed", () => {
  const forward: QuarantineMemory = { bad: [], move: { to: "v2", direction: "forward", at: day(2) } };
  const failed = [{ release: "v2", endedAt: day(3) }];
  const after = (
    memory = forward,
    failures: Parameters<typeof withFailures>[1] = failed,
    knownGood: Deployment["knownGood"] = [],
  ) => withFailures(memory, failures, knownGood, catalog).bad;

  it("is quarantined when that was on the way forward to it, at the newest failure", () => {
    expect(after(forward, [...failed, { release: "v2", endedAt: day(4) }])).to.deep.equal([
      { tag: "v2", failedAt: day(4), digests: [digest("1"), digest("b")] },
    ]);
    const memory = withFailures(forward, failed, [], catalog);
    expect(causeOf(memory)).to.deep.equal({ tag: "v2", why: "failed", since: day(3) });
    expect(causeOf(memory, v2again)?.tag).to.equal("v2");
  });

  it("keeps its good name on the way back, before the change, for another release, and when it was good since", () => {
    const back: QuarantineMemory = { bad: [], move: { to: "v2", direction: "rollback", at: day(2) } };
    expect(after(back)).to.deep.equal([]);
    expect(after(nothing)).to.deep.equal([]);
    expect(after(forward, [{ release: "v2", endedAt: day(1) }])).to.deep.equal([]);
    expect(after(forward, [{ release: "v2", endedAt: day(2) }])).to.have.length(1);
    expect(after(forward, [{ release: "v3", endedAt: day(3) }])).to.deep.equal([]);
    expect(after(forward, failed, [{ tag: "v2", passedAt: day(2) }])).to.deep.equal([]);
    expect(after(forward, failed, [{ tag: "v2", passedAt: day(1) }])).to.have.length(1);
  });

  it("is no longer when they passed after that", () => {
    const memory = withFailures(forward, failed, [], catalog);
    const passed = (at: string) => causeOf(memory, v2, [{ tag: "v2", passedAt: at }])?.why;
    expect([passed(day(2)), passed(day(3)), passed(day(4))]).to.deep.equal(["failed", undefined, undefined]);
  });

  it("is one that the stack was rolled back from, once that was done", () => {
    const memory = rolledBack({ now: day(4) }, withFailures(forward, failed, [], catalog));
    expect(memory.bad).to.deep.equal([
      { tag: "v2", failedAt: day(3), rolledBackAt: day(4), digests: [digest("1"), digest("b")] },
    ]);
  });
});

describe("the memory of a stack", () => {
  it("is empty before the first up, and read from its own component", () => {
    expect(memoryFrom(emptyState)).to.deep.equal({ bad: [] });
    const memory = rolledBack();
    const component = { urn: "urn:q", type: "knowngood:index:Quarantine", outputs: { memory } };
    expect(memoryFrom(stateOf(component))).to.deep.equal(memory);
  });

  it("keeps the time of a change that goes on, and changes nothing where the release stays", () => {
    const forward = { target: v3, direction: "forward", left: [] } as const;
    const first = rolledBack(forward);
    expect(first.move).to.deep.equal({ to: "v3", direction: "forward", at: day(2) });
    expect(rolledBack({ ...forward, now: day(3) }, first)).to.deep.equal(first);
    expect(rolledBack({ ...forward, direction: "same", now: day(3) }, nothing)).to.deep.equal(nothing);
  });
});

describe("records of failed gates", () => {
  it("are those of the stack, of failures, since a time; what can't be read is none", () => {
    const records = mkdtempSync(join(tmpdir(), "knowngood-records-"));
    try {
      const folder = join(records, "shop-prod");
      mkdirSync(folder);
      const write = (name: string, content: object | string) =>
        writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
      const record = (outcome: string, endedAt: string) => ({ outcome, release: "v2", endedAt });
      write("20260301T000000.000Z-health-api.json", record("failed", day(1)));
      write("20260302T000000.000Z-health-api.json", record("failed", day(2)));
      write("20260303T000000.000Z-health-api.json", record("error", day(3)));
      write("20260304T000000.000Z-health-api.json", "{");
      write("20260304T000000.000Z-health-web.json.123", record("failed", day(4)));
      write("20260304T000000.000Z-hook-warm.json", { ...record("failed", day(4)), kind: "hook" });
      write("20260305T000000.000Z-command-smoke.json", record("failed", day(5)));
      expect(failedGatesSince(records, "shop/prod", day(2))).to.deep.equal([
        { release: "v2", endedAt: day(2) },
        { release: "v2", endedAt: day(5) },
      ]);
      expect(failedGatesSince(records, "shop/test", day(1))).to.deep.equal([]);
    } finally {
      rmSync(records, { recursive: true });
    }
  });
});
