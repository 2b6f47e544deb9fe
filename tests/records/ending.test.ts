import { expect } from "chai";
import { changedSomething, recordOf, type Progress } from "../../records/ending";
import { steps, type BegunUpdate, type RecordedGate, type Step } from "../../records/releaseRecord";

export const begun: BegunUpdate = {
  id: "20260301T090000.000Z-0a1b2c3d",
  stack: "shop/prod",
  direction: "forward",
  from: { tag: "v1", services: { api: { tag: "v1", digest: "sha256:a" } } },
  to: { tag: "v2", services: { api: { tag: "v2", digest: "sha256:b" } } },
  by: { name: "anna", host: "laptop" },
  startedAt: "2026-03-01T09:00:00.000Z",
};
const at = new Date("2026-03-01T09:00:12.345Z");
const passed = (startedAt: string) => ({
  outcome: "passed" as const,
  startedAt,
  passedAt: "2026-03-01T09:00:11.000Z",
  attemptsMade: 3,
});
const failedGate: RecordedGate = {
  name: "api health",
  outcome: "failed",
  startedAt: "2026-03-01T09:00:05.000Z",
  endedAt: "2026-03-01T09:00:12.000Z",
  record: ".knowngood/shop-prod/x.json",
};

const due = {
  images: ["api"],
  schema: ["migrations"],
  services: ["api", "web"],
  "health gates": ["api health"],
};

function byStep<Value>(make: (step: Step) => Value) {
  return Object.fromEntries(steps.map((step) => [step, make(step)])) as Record<Step, Value>;
}

function progress(more: Partial<Record<keyof Progress["done"], string[]>>, good = false): Progress {
  return {
    due: { ...byStep(() => []), ...due },
    done: byStep((step) => new Set(more[step] ?? [])),
    reports: new Map(),
    containers: new Map(),
    good,
  };
}
const images = { images: ["api"] };
const schema = { ...images, schema: ["migrations"] };
const services = { ...schema, services: ["api", "web"] };

describe("recordOf", () => {
  it("names the first part that was not done, and what of it was open", () => {
    const stoppedAt = (done: Parameters<typeof progress>[0]) =>
      recordOf(begun, { told: true, at, progress: progress(done), failedGates: [] }).stoppedAt;
    expect(stoppedAt({})).to.deep.equal({ step: "images", open: ["api"] });
    expect(stoppedAt(images)).to.deep.equal({ step: "schema", open: ["migrations"] });
    expect(stoppedAt({ ...schema, services: ["api"] })).to.deep.equal({ step: "services", open: ["web"] });
    expect(stoppedAt(services)).to.deep.equal({ step: "health gates", open: ["api health"] });
    expect(stoppedAt({ ...services, "health gates": ["api health"] })).to.equal(undefined);
  });

  it("passes what is good, whoever ended the program, and with the gates that ran in it", () => {
    const all = {
      ...progress({ ...services, "health gates": ["api health"] }, true),
      reports: new Map([
        ["api health", passed("2026-03-01T09:00:05.000Z")],
        ["web health", passed("2026-02-01T09:00:05.000Z")],
      ]),
    };
    for (const told of [true, false]) {
      expect(recordOf(begun, { told, at, progress: all, failedGates: [] })).to.deep.equal({
        ...begun,
        outcome: "passed",
        gates: [
          {
            name: "api health",
            outcome: "passed",
            startedAt: "2026-03-01T09:00:05.000Z",
            endedAt: "2026-03-01T09:00:11.000Z",
            attemptsMade: 3,
          },
        ],
        endedAt: "2026-03-01T09:00:12.345Z",
        seconds: 12.3,
      });
    }
  });

  it("tells of the flags that were turned off in it, and of those that could not be, and of no others", () => {
    const flag = (name: string, startedAt: string, why?: string) => ({
      outcome: why === undefined ? ("off" as const) : ("notOff" as const),
      flag: name,
      startedAt,
      endedAt: startedAt,
      ...(why !== undefined && { why }),
    });
    const flags = (...reports: ReturnType<typeof flag>[]) =>
      recordOf(begun, { told: true, at, progress: { ...progress(images), flags: reports }, failedGates: [] })
        .flags;
    const [before, now] = ["2026-03-01T08:59:59.999Z", "2026-03-01T09:00:00.000Z"];
    expect(flags(flag("a", now), flag("b", before), flag("c", now, "refused"))).to.deep.equal({
      off: ["a"],
      notOff: [{ flag: "c", why: "refused" }],
    });
    expect(flags(flag("b", before))).to.equal(undefined);
    const good = { ...progress({}, true), containers: new Map([["api", "c1"]]) };
    const same = new Map([["api", "c1"]]);
    expect(changedSomething(begun, { ...good, flags: [flag("a", before)] }, same)).to.equal(false);
    expect(changedSomething(begun, { ...good, flags: [flag("a", now)] }, same)).to.equal(true);
  });

  it("has failed where the engine ended it or a gate says so, and is unfinished where nobody saw the end", () => {
    const outcome = (told: boolean, failedGates: RecordedGate[], seen = true) =>
      recordOf(begun, { told, at, ...(seen && { progress: progress(services) }), failedGates }).outcome;
    expect(outcome(true, [])).to.equal("failed");
    expect(outcome(false, [failedGate])).to.equal("failed");
    expect(outcome(false, [failedGate], false)).to.equal("failed");
    expect(outcome(false, [])).to.equal("unfinished");
    expect(recordOf(begun, { told: false, at, failedGates: [] })).to.deep.equal({
      ...begun,
      outcome: "unfinished",
      gates: [],
      endedAt: "2026-03-01T09:00:12.345Z",
    });
  });
});

describe("changedSomething", () => {
  const before = new Map([["api", "c1"]]);
  const with_ = (more: Partial<Progress>) => ({
    ...progress({}, true),
    containers: new Map([["api", "c1"]]),
    ...more,
  });
  const schemaOf = (more: object) => ({ ...begun, schema: { leftAhead: ["1"], toApply: [], ...more } });

  it("says no where the containers, the schema and the gates stayed as they were", () => {
    expect(changedSomething(begun, with_({}), before)).to.equal(false);
    expect(changedSomething(schemaOf({}), with_({}), before)).to.equal(false);
    const earlier = passed("2026-03-01T08:59:59.999Z");
    const reports = new Map([["api health", earlier]]);
    expect(changedSomething(begun, with_({ reports, hooks: [earlier] }), before)).to.equal(false);
  });

  it("says yes of one that went on without guards, though nothing else has changed", () => {
    const breakGlass = { reason: "payments fail", guards: ["commands" as const] };
    expect(changedSomething({ ...begun, breakGlass }, with_({}), before)).to.equal(true);
  });

  it("says yes where a container is another, new or gone, where a gate or a hook ran, and where the schema moved", () => {
    const containers = (...entries: [string, string][]) => with_({ containers: new Map(entries) });
    expect(changedSomething(begun, containers(["api", "c2"]), before)).to.equal(true);
    expect(changedSomething(begun, containers(["api", "c1"], ["web", "c2"]), before)).to.equal(true);
    expect(changedSomething(begun, containers(), before)).to.equal(true);
    const now = new Map([["api health", passed("2026-03-01T09:00:00.000Z")]]);
    expect(changedSomething(begun, with_({ reports: now }), before)).to.equal(true);
    const hooks = [{ startedAt: "2026-03-01T09:00:00.000Z" }];
    expect(changedSomething(begun, with_({ hooks }), before)).to.equal(true);
    expect(changedSomething(schemaOf({ toApply: ["2"] }), with_({}), before)).to.equal(true);
    expect(changedSomething(schemaOf({ stepDown: "1" }), with_({}), before)).to.equal(true);
  });
});
