import { expect } from "chai";
import { moveEnvironment, moveText, type Move } from "../../gates/move";
import { failureVariable, toldEnvironment, toldIn, type Told } from "../../gates/told";
import { recordedTellings, toldNow } from "../../history/recordedTellings";

const move: Move = { direction: "forward", stack: "shop/prod", from: "v1", to: "v2" };
const told: Told = { move, records: ".knowngood", goBack: { tag: "v1", commands: ["up"] } };
const urn = (name: string) => `urn:pulumi:prod::shop::knowngood:index:Release$command:local:Command::${name}`;
const ran = (name: string, inputs: Record<string, unknown>) => ({
  urn: urn(name),
  type: "command:local:Command",
  inputs,
});
const from = (...resources: ReturnType<typeof ran>[]) => recordedTellings({ resources, pending: [] });

describe("what commands were told, by the state", () => {
  it("is what their environment said, with what made them run", () => {
    const inputs = { environment: { ...toldEnvironment(told), OTHER: "x" }, triggers: ["c1", "c2"] };
    expect(from(ran("release-gate-smoke-check", inputs))).to.deep.equal({
      "release-gate-smoke-check": { told, triggers: ["c1", "c2"] },
    });
  });

  it("is nothing where they were told nothing", () => {
    expect(from(ran("a", {}), ran("b", { environment: { KNOWNGOOD_TO: "v2" } }))).to.deep.equal({});
    const odd = { environment: { ...toldEnvironment(told), KNOWNGOOD_DIRECTION: "up" } };
    expect(from(ran("c", odd), { ...ran("d", { environment: toldEnvironment(told) }), type: "x" })).to.be
      .empty;
  });
});

describe("what a command is told", () => {
  const same: Move = { direction: "same", stack: "shop/prod", from: "v2", to: "v2" };
  const breakGlass = { reason: "payments fail", guards: ["ci" as const], until: "2026-03-01T18:00:00Z" };
  const current: Told = { move: same, records: ".knowngood", breakGlass };

  it("is the present change, unless nothing makes it run", () => {
    expect(toldNow(current, undefined, ["c1"])).to.equal(current);
    expect(toldNow(current, { told, triggers: ["c1"] }, ["c1"])).to.equal(told);
    expect(toldNow(current, { told, triggers: ["c1"] }, ["c2"])).to.equal(current);
    expect(toldNow(current, { told, triggers: ["c1", "c2"] }, ["c1"])).to.equal(current);
  });

  it("is read back as it was written, and told in words", () => {
    for (const direction of ["forward", "rollback", "same"] as const) {
      const each = { ...told, move: { ...move, direction } };
      expect(toldIn(toldEnvironment(each))).to.deep.equal(each);
    }
    expect(toldIn(toldEnvironment(current))).to.deep.equal(current);
    for (const text of ["", "null", "[]", '{"goBack":1}'])
      expect(toldIn({ ...moveEnvironment(move), [failureVariable]: text })).to.equal(undefined);
    expect(moveText(move)).to.equal("forward from v1 to v2");
    expect(moveText({ ...move, from: "" })).to.equal("forward to v2");
    expect(moveText(same)).to.equal("v2 stays");
  });
});
