import { expect } from "chai";
import { moveEnvironment, moveIn, moveText, type Move } from "../../gates/move";
import { recordedMoves, toldMove } from "../../history/recordedMoves";

const move: Move = { direction: "forward", stack: "shop/prod", from: "v1", to: "v2" };
const urn = (name: string) => `urn:pulumi:prod::shop::knowngood:index:Release$command:local:Command::${name}`;
const ran = (name: string, inputs: Record<string, unknown>, more: object = {}) => ({
  urn: urn(name),
  type: "command:local:Command",
  inputs,
  ...more,
});
const from = (...resources: ReturnType<typeof ran>[]) => recordedMoves({ resources, pending: [] });

describe("what commands were told, by the state", () => {
  it("is what their environment said, with what made them run", () => {
    const inputs = { environment: { ...moveEnvironment(move), OTHER: "x" }, triggers: ["c1", "c2"] };
    expect(from(ran("release-gate-smoke-check", inputs))).to.deep.equal({
      "release-gate-smoke-check": { move, triggers: ["c1", "c2"] },
    });
  });

  it("is nothing where they were told nothing", () => {
    expect(from(ran("a", {}), ran("b", { environment: { KNOWNGOOD_TO: "v2" } }))).to.deep.equal({});
    const odd = { environment: { ...moveEnvironment(move), KNOWNGOOD_DIRECTION: "up" } };
    expect(from(ran("c", odd), { ...ran("d", { environment: moveEnvironment(move) }), type: "x" })).to.be
      .empty;
  });

  it("is not of one that was replaced and only waits to be removed", () => {
    const older = { environment: moveEnvironment({ ...move, to: "v1" }), triggers: ["old"] };
    const newer = { environment: moveEnvironment(move), triggers: ["new"] };
    const both = from(ran("a", newer), ran("a", older, { delete: true }));
    expect(both.a).to.deep.equal({ move, triggers: ["new"] });
  });
});

describe("what a command is told", () => {
  const current: Move = { direction: "same", stack: "shop/prod", from: "v2", to: "v2" };

  it("is the present change, unless nothing makes it run", () => {
    expect(toldMove(current, undefined, ["c1"])).to.equal(current);
    expect(toldMove(current, { move, triggers: ["c1"] }, ["c1"])).to.equal(move);
    expect(toldMove(current, { move, triggers: ["c1"] }, ["c2"])).to.equal(current);
    expect(toldMove(current, { move, triggers: ["c1", "c2"] }, ["c1"])).to.equal(current);
  });

  it("is read back as it was written, and told in words", () => {
    for (const direction of ["forward", "rollback", "same"] as const)
      expect(moveIn(moveEnvironment({ ...move, direction }))).to.deep.equal({ ...move, direction });
    expect(moveText(move)).to.equal("forward from v1 to v2");
    expect(moveText({ ...move, from: "" })).to.equal("forward to v2");
    expect(moveText(current)).to.equal("v2 stays");
  });
});
