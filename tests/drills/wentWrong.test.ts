import { expect } from "chai";
import { lookAtStack, wrongAfterBack, wrongAfterOut, type StackLook } from "../../drills/stackLook";
import { wayOf, wentWrong, wrongInDrill, type DrillExpectation, type Gone } from "../../drills/wentWrong";
import type { UpEnded } from "../../updates/up";
import { catalogOf, digest, release, serviceInState, stackInState, stateOf } from "../history/states";
import { record } from "../records/rollbackRecords";
import { settingsOf } from "../settings/stack";

const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 2, 1, 9, minute, second)).toISOString();
const look = (id: string, letter = "b", drill?: string, tag = "v2", passedAt = at(9)): StackLook => ({
  tag,
  containers: { api: { id, digest: digest(letter), drill } },
  knownGood: [{ tag: "v2", passedAt }],
});
const before = look("c1", "b", undefined, "v2", at(0));

describe("a look at a stack", () => {
  it("tells the release, and each container with the drill that made it", () => {
    const [container, ...others] = serviceInState("api", "b", "v2", "v2");
    const labels = [
      ...((container?.inputs?.labels ?? []) as unknown[]),
      { label: "knowngood.drill", value: "7" },
    ];
    const good = [{ tag: "v2", passedAt: at(0) }];
    const state = (part: object) =>
      stateOf({ ...container, ...part } as NonNullable<typeof container>, ...others, stackInState(good));
    const catalog = catalogOf(release("v1", 1, { api: "a" }), release("v2", 2, { api: "b" }));
    const plain = lookAtStack(state({}), catalog);
    expect(plain).to.deep.include({ tag: "v2", knownGood: good });
    expect(plain.containers.api).to.include({ digest: digest("b"), drill: undefined });
    const relabelled = lookAtStack(state({ inputs: { ...container?.inputs, labels } }), catalog);
    expect(relabelled.containers.api?.drill).to.equal("7");
    expect(relabelled.tag).to.equal("v2");
  });
});

describe("what is wrong in a stack after a way", () => {
  it("is nothing where containers were made anew with the label, and again without it", () => {
    expect(wrongAfterOut(before, look("c2", "b", "7"), { drill: "7" })).to.deep.equal([]);
    expect(wrongAfterBack(before, look("c3"))).to.deep.equal([]);
  });

  it("is each part that was not done on the way out", () => {
    expect(wrongAfterOut(before, look("c1", "b"), { drill: "7" })).to.deep.equal([
      "The way out did not make the container of api anew.",
      "After the way out api lacks the drill's label.",
    ]);
    expect(wrongAfterOut(before, look("c2", "a", "7"), { drill: "7" })).to.deep.equal([
      "After the way out api has another image.",
    ]);
    const nothing: StackLook = { tag: undefined, containers: {}, knownGood: [] };
    expect(wrongAfterOut(before, nothing, { drill: "7" })).to.deep.equal([
      "After the way out api has no container.",
    ]);
    expect(wrongAfterOut(before, look("c2", "a", undefined, "v1"), { target: "v1" })).to.deep.equal([]);
    expect(wrongAfterOut(before, look("c2"), { target: "v1" })).to.deep.equal([
      "After the way out v2 runs, and not v1.",
    ]);
  });

  it("is each part in which it is not as it was", () => {
    expect(wrongAfterBack(before, look("c2", "b", "7"))).to.deep.equal([
      "After the way back api still has a drill's label.",
    ]);
    expect(wrongAfterBack(before, look("c2", "a", undefined, "v1"))).to.deep.equal([
      "After the way back v1 runs, and not v2.",
      "After the way back api has another image than before.",
    ]);
    expect(wrongAfterBack(before, { tag: undefined, containers: {}, knownGood: [] })).to.deep.equal([
      "After the way back nothing runs, and not v2.",
      "After the way back api has no container.",
    ]);
  });
});

describe("a drill is judged", () => {
  const settings = settingsOf({ imageTag: "v2", services: { worker: { kind: "worker" } } });
  const order: DrillExpectation = { id: "7", release: "v2", settings, before };
  const hooked = { ...order, settings: { record: { ...settings.record, webhook: "hook" } } };
  const drill = (way: "out" | "back") => ({ drill: { id: "7", way } });
  const gates = [
    { name: "api health", outcome: "passed" as const, startedAt: at(1, 2), endedAt: at(1, 4) },
    { name: "worker health", outcome: "passed" as const, startedAt: at(1, 2), endedAt: at(1, 7) },
    { name: "smoke command", outcome: "passed" as const, startedAt: at(1, 7), endedAt: at(1, 30) },
  ];
  const ended = (own: Partial<UpEnded> & { end: UpEnded["end"] } = { end: "passed" }) =>
    ({
      ...{
        text: "",
        seconds: 12.345,
        record: record("r1", ["same", "v2", "v2"], 1, { ...drill("out"), gates }),
      },
      ...own,
    }) as UpEnded;
  const gone = (own: Partial<Gone> = {}): Gone => ({
    ...{ way: "out", to: "v2", startedAt: new Date(at(1)), ended: ended(), probed: undefined },
    ...{ after: look("c2", "b", "7"), passed: true, touched: true, interrupted: false, endedAtOnce: false },
    ...own,
  });
  const back = (own: Partial<Gone> = {}) => gone({ way: "back", after: look("c3"), ended: ended(), ...own });

  it("as passed where nothing is wrong, with what was measured", () => {
    expect(wrongInDrill(order, gone(), back())).to.deep.equal([]);
    expect(wayOf(order, gone())).to.deep.equal({
      to: "v2",
      startedAt: at(1),
      outcome: "passed",
      seconds: 12.3,
      // The command gate has nothing to do with health.
      healthyAfter: 7,
      record: "r1",
      knownGood: true,
    });
  });

  it("by the record that arrived: of this drill, and no other", () => {
    const text = "No record of the way out arrived in .knowngood/records.jsonl.";
    const none = gone({ ended: ended({ end: "passed", record: undefined }) });
    expect(wrongInDrill(order, none, back())).to.deep.equal([text]);
    const plain = gone({ ended: ended({ end: "passed", record: record("r1", ["same", "v2", "v2"], 1) }) });
    expect(wrongInDrill(order, plain, back())).to.deep.equal([text]);
  });

  it("by what the webhook took, where there is one", () => {
    expect(wayOf(order, gone())).not.to.have.property("webhookTold");
    expect(wayOf(hooked, gone()).webhookTold).to.equal(true);
    const deaf = gone({ ended: ended({ end: "passed", text: "record.webhook: not sent: HTTP 500" }) });
    expect(wrongInDrill(hooked, deaf, back())).to.deep.equal([
      "The webhook did not take what it was told of the way out.",
    ]);
  });

  it("by its own gates: good before is not good again", () => {
    const stale = look("c2", "b", "7", "v2", at(0, 59));
    expect(wrongInDrill(order, gone({ after: stale }), back())).to.deep.equal([
      "After the way out v2 was not known good.",
    ]);
    // Of a release that it only left, what was known before still holds.
    const away = gone({ to: "v1", after: look("c2", "a", undefined, "v1", at(0, 59)) });
    expect(wrongInDrill({ ...order, target: "v1" }, away, back())).to.deep.equal([]);
  });

  it("by how its ways ended", () => {
    const failed = (own: Parameters<typeof ended>[0]) =>
      wentWrong(order, gone({ passed: false, ended: ended(own) }));
    const gate = { name: "api health", outcome: "failed" as const, startedAt: at(1), endedAt: at(1) };
    expect(failed({ end: "gateFailed", gates: [gate] } as never)).to.deep.equal([
      "The way out did not pass: api health failed.",
    ]);
    expect(failed({ end: "locked", holders: [] } as never)).to.deep.equal([
      "The way out could not begin: another update holds the stack.",
    ]);
    expect(failed({ end: "failed", why: "disk\nfull" } as never)).to.deep.equal([
      "The way out did not pass: disk full",
    ]);
    expect(failed({ end: "interrupted", by: "another" } as never)).to.deep.equal([
      "The way out was ended by somebody else.",
    ]);
    expect(wentWrong(order, gone({ after: undefined }))).to.deep.equal([
      "What runs after the way out could not be read from the stack's state.",
    ]);
  });

  it("asks nothing of a way that touched nothing", () => {
    const refused = ended({
      end: "refused",
      refusals: [{ guard: "hold", text: "Held." }],
      record: undefined,
    } as never);
    const out = gone({ passed: false, touched: false, ended: refused });
    expect(wrongInDrill(hooked, out, undefined)).to.deep.equal(["The way out was refused: Held."]);
  });
});
