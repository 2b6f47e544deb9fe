import { expect } from "chai";
import { mergeDeployments, type DeploymentSources } from "../../history/deployments";
import { markDeployments } from "../../history/markDeployments";
import { parsePulumiUpdates, pulumiUpdates, type PulumiUpdate } from "../../history/pulumiUpdates";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { catalogOf, digest, release } from "./states";

const at = (clock: string) => `2026-03-01T${clock}.000Z`;
const catalog = catalogOf(release("v1", 1, { api: "a" }), release("v2", 2, { api: "b" }));

/** An `up` to v2 from 12:00:00 to 12:00:30. */
const update = (more: Partial<PulumiUpdate> = {}): PulumiUpdate => ({
  kind: "update",
  startedAt: at("12:00:00"),
  endedAt: at("12:00:30"),
  result: "succeeded",
  tag: "v2",
  changed: true,
  ...more,
});
/** What our own program wrote of it. */
const record = (more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  id: "20260301T120002.000Z-00000001",
  stack: "shop/prod",
  direction: "forward",
  from: { tag: "v1", services: { api: { tag: "v1", digest: digest("a") } } },
  to: { tag: "v2", services: { api: { tag: "v2", digest: digest("b") } } },
  by: { name: "anna", host: "laptop" },
  reason: "new prices",
  startedAt: at("12:00:02"),
  endedAt: at("12:00:29"),
  seconds: 27,
  outcome: "passed",
  gates: [{ name: "api health", outcome: "passed", startedAt: at("12:00:10"), endedAt: at("12:00:20") }],
  ...more,
});
const unseen = (more: Partial<ReleaseRecord>) => {
  const found = record(more);
  delete found.seconds;
  return found;
};
const merge = (sources: Partial<DeploymentSources>) =>
  mergeDeployments({ pulumi: [], records: [], noted: [], catalog, ...sources });
const told = (sources: Partial<DeploymentSources>) =>
  merge(sources).map(({ tag, outcome, known }) => [
    tag,
    outcome,
    `${known.pulumi ? "pulumi" : ""} ${known.record ? "record" : ""}`.trim(),
  ]);

describe("an update in Pulumi's history and in the records", () => {
  it("is told of once where the clocks are minutes apart, and each is clearly the other", () => {
    const late = { startedAt: at("12:14:02"), endedAt: at("12:14:29") };
    expect(told({ pulumi: [update()], records: [record(late)] })).to.deep.equal([
      ["v2", "passed", "pulumi record"],
    ]);
    const failed = record({ ...late, outcome: "failed" });
    const apart: Partial<DeploymentSources>[] = [
      // Another outcome, release or length, too far away, an end that nobody saw, or two that it could be.
      { pulumi: [update()], records: [failed] },
      { pulumi: [update({ tag: "v1" })], records: [record(late)] },
      { pulumi: [update({ endedAt: at("12:00:20") })], records: [record(late)] },
      { pulumi: [update({ endedAt: at("12:03:00") })], records: [record(late)] },
      { pulumi: [update()], records: [record({ startedAt: at("13:00:01"), endedAt: at("13:00:28") })] },
      { pulumi: [update({ result: "failed" })], records: [unseen({ ...late, outcome: "failed" })] },
    ];
    for (const sources of apart) expect(told(sources), JSON.stringify(sources)).to.have.length(2);
    const second = update({ startedAt: at("12:05:00"), endedAt: at("12:05:30") });
    expect(told({ pulumi: [update(), second], records: [record(late)] })).to.have.length(3);
  });

  it("is told of once, with what each knows", () => {
    expect(merge({ pulumi: [update({ version: 7, message: "deploy" })], records: [record()] })).to.deep.equal(
      [
        {
          id: "20260301T120002.000Z-00000001",
          kind: "update",
          version: 7,
          tag: "v2",
          direction: "forward",
          from: { tag: "v1", services: { api: { tag: "v1", digest: digest("a") } } },
          services: { api: { tag: "v2", digest: digest("b") } },
          outcome: "passed",
          changed: true,
          gates: record().gates,
          startedAt: at("12:00:00"),
          endedAt: at("12:00:30"),
          seconds: 27,
          by: { name: "anna", host: "laptop" },
          reason: "new prices",
          known: { pulumi: true, record: true },
        },
      ],
    );
  });

  it("is the same where the record began within its time, give or take the clocks, with the same tag", () => {
    // Longer than the update, so that when it began alone decides.
    const began = (clock: string, more: Partial<PulumiUpdate> = {}) =>
      told({ pulumi: [update(more)], records: [record({ startedAt: `2026-03-01T${clock}Z`, seconds: 60 })] })
        .length;
    expect([began("11:59:57.999"), began("11:59:58.000")]).to.deep.equal([2, 1]);
    // Pulumi cuts its own end to a second.
    expect([began("12:00:33.000"), began("12:00:33.001")]).to.deep.equal([1, 2]);
    expect([began("12:00:02.000", { tag: "v1" }), began("12:00:02.000", { kind: "destroy" })]).to.deep.equal([
      2, 2,
    ]);
    const unsaid = update();
    delete unsaid.tag;
    expect(told({ pulumi: [unsaid], records: [record()] })).to.deep.equal([
      ["v2", "passed", "pulumi record"],
    ]);
  });

  it("leaves another of the same release alone: a killed one, and those right before and after", () => {
    const killed = record({ id: "killed", startedAt: at("11:59:59"), outcome: "unfinished" });
    expect(told({ pulumi: [update()], records: [killed] })).to.deep.equal([
      ["v2", "passed", "pulumi"],
      ["v2", "unfinished", "record"],
    ]);
    const before = update({ startedAt: at("11:59:30"), endedAt: at("11:59:58"), result: "failed" });
    const failed = record({ id: "failed", startedAt: at("11:59:32"), outcome: "failed" });
    expect(told({ pulumi: [update(), before], records: [failed, record()] })).to.deep.equal([
      ["v2", "passed", "pulumi record"],
      ["v2", "failed", "pulumi record"],
    ]);
    const rest = { pulumi: [update(), before], records: [record({ startedAt: at("12:00:00") })] };
    expect(told(rest)[1]).to.deep.equal(["v2", "failed", "pulumi"]);
  });

  it("passed only where both say so, and is unfinished where nobody saw the end", () => {
    const outcome = (result: PulumiUpdate["result"], recorded: ReleaseRecord["outcome"]) =>
      told({ pulumi: [update({ result })], records: [record({ outcome: recorded })] }).map(([, own]) => own);
    expect(outcome("failed", "passed")).to.deep.equal(["failed"]);
    expect(outcome("failed", "failed")).to.deep.equal(["failed"]);
    // As Pulumi Cloud has one that was killed, before and after it was cancelled.
    expect(outcome("under way", "unfinished")).to.deep.equal(["unfinished"]);
    expect(outcome("failed", "unfinished")).to.deep.equal(["unfinished"]);
  });
});

describe("an update that only one of them knows", () => {
  it("has its release's digests from the catalog, and Pulumi's message", () => {
    const [first] = merge({ pulumi: [update({ result: "failed", message: "try", changed: false })] });
    expect(first).to.deep.equal({
      id: "20260301T120000Z",
      kind: "update",
      tag: "v2",
      services: { api: { tag: "v2", digest: digest("b") } },
      outcome: "failed",
      changed: false,
      gates: [],
      startedAt: at("12:00:00"),
      endedAt: at("12:00:30"),
      seconds: 30,
      reason: "try",
      known: { pulumi: true, record: false },
    });
    expect(merge({ pulumi: [update({ tag: "gone" })] })[0]?.services).to.deep.equal({});
  });

  it("has no end where nobody saw it", () => {
    const [killed] = merge({ records: [record({ outcome: "unfinished" })] });
    expect(killed).not.to.have.any.keys("endedAt", "seconds");
  });

  it("is under way while its process goes on, and unfinished when that is gone; its record comes first", () => {
    const { outcome, gates, endedAt, seconds, ...begun } = record();
    expect([outcome, gates.length, endedAt, seconds]).to.deep.equal(["passed", 1, at("12:00:29"), 27]);
    const noted = (alive: boolean) => ({ noted: [{ update: begun, alive }] });
    expect(told(noted(true))).to.deep.equal([["v2", "under way", "record"]]);
    expect(told(noted(false))).to.deep.equal([["v2", "unfinished", "record"]]);
    expect(told({ ...noted(false), records: [record()] })).to.deep.equal([["v2", "passed", "record"]]);
    const going = { pulumi: [update({ result: "under way" })] };
    expect(told({ ...noted(true), ...going })).to.deep.equal([["v2", "under way", "pulumi record"]]);
  });

  it("has no release where it is no update", () => {
    const [one] = merge({ pulumi: [update({ kind: "refresh" })] });
    expect([one?.kind, one?.tag, one?.services]).to.deep.equal(["refresh", undefined, {}]);
  });

  it("comes in the order of time, newest first", () => {
    const old = record({ id: "old", startedAt: at("09:00:00"), outcome: "unfinished" });
    const refresh = update({ kind: "refresh", startedAt: at("13:00:00"), endedAt: at("13:00:01") });
    const order = merge({ pulumi: [update(), refresh], records: [old] }).map(({ startedAt }) => startedAt);
    expect(order).to.deep.equal([at("13:00:00"), at("12:00:00"), at("09:00:00")]);
  });
});

describe("marks of updates", () => {
  const passed = (tag: string, clock: string, changed = true) =>
    update({ tag, startedAt: at(clock), endedAt: at(clock), changed });
  const marks = (pulumi: PulumiUpdate[], running: string | undefined, lastKnownGood: string | undefined) =>
    markDeployments(merge({ pulumi }), { running, lastKnownGood, knownGood: ["v1", "v2"] }).map((one) =>
      [one.tag, one.runs && "runs", one.knownGood && "good", one.lastKnownGood && "last"]
        .filter((word) => word !== undefined)
        .join(" "),
    );

  it("are of the newest that brought what runs, and of the newest that passed", () => {
    expect(
      marks(
        [
          passed("v2", "05:00:00", false),
          update({ tag: "v2", startedAt: at("04:00:00"), result: "failed" }),
          passed("v2", "03:00:00"),
          passed("v1", "02:00:00"),
          passed("v1", "01:00:00"),
        ],
        "v2",
        "v1",
      ),
    ).to.deep.equal(["v2", "v2 runs", "v2 good", "v1 good last", "v1"]);
  });

  it("are not of one that was refused, nor of what is no update; a release without another has the one that changed nothing", () => {
    const refused = update({ tag: "v2", startedAt: at("05:00:00"), result: "failed", changed: false });
    const destroyed = update({ kind: "destroy", startedAt: at("06:00:00") });
    expect(marks([destroyed, refused, passed("v1", "01:00:00", false)], "v2", "v1")).to.deep.equal([
      "",
      "v2",
      "v1 good last",
    ]);
    expect(marks([passed("v1", "01:00:00", false)], "v1", undefined)).to.deep.equal(["v1 runs good"]);
    expect(marks([passed("v2", "01:00:00")], undefined, undefined)).to.deep.equal(["v2 good"]);
  });
});

describe("Pulumi's history", () => {
  const printed = {
    version: 0,
    kind: "update",
    startTime: "2026-03-01T12:00:00.000Z",
    endTime: "2026-03-01T12:00:30.000Z",
    message: " try \n",
    environment: { "git.author": "somebody" },
    config: {
      "shop:imageTag": { value: "v2", secret: false },
      "other:imageTag": { value: "no", secret: false },
    },
    result: "failed",
    resourceChanges: { same: 3 },
  };
  const parse = (...updates: unknown[]) => parsePulumiUpdates(JSON.stringify(updates), "shop");

  it("is read as every backend prints it", () => {
    const read = { ...update({ result: "failed", message: "try", changed: false }) };
    expect(parse(printed)).to.deep.equal([read]);
    const changed = { ...printed, version: 3, resourceChanges: { same: 3, update: 1 } };
    expect(parse(changed)).to.deep.equal([{ ...read, version: 3, changed: true }]);
    expect(parse({ ...printed, kind: "preview" })).to.deep.equal([]);
    expect(parsePulumiUpdates("null", "shop")).to.deep.equal([]);
    const going = { ...printed, result: "in-progress", endTime: "1970-01-01T00:00:00.000Z" };
    expect(parse(going)[0]).to.include({ result: "under way" }).and.not.have.property("endedAt");
    expect(() => parsePulumiUpdates("Enter your passphrase", "shop")).to.throw("is not JSON");
    expect(() => parsePulumiUpdates("{}", "shop")).to.throw("no list");
  });

  it("gives no secret, though one is called imageTag", () => {
    const secret = { ...printed, config: { "shop:imageTag": { value: "hush", secret: true } } };
    expect(JSON.stringify(parse(secret))).not.to.contain("hush");
  });

  it("is asked for in one call that shows no secrets and selects nothing", async () => {
    const asked: (readonly string[])[] = [];
    const ask = (words: readonly string[]) => {
      asked.push(words);
      return Promise.resolve("[]");
    };
    await pulumiUpdates(ask, { stack: "acme/shop/prod", project: "shop", limit: 1000 });
    expect(asked.map((words) => words.join(" "))).to.deep.equal([
      "stack history --json --stack acme/shop/prod --page-size 1000",
    ]);
  });
});
