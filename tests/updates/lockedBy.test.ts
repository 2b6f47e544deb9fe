import { expect } from "chai";
import { holderState, holderText, sameHolders } from "../../updates/lockedBy";

describe("who holds a lock", () => {
  const since = "2026-11-21T20:00:10Z";
  const holder = { user: "anna", host: "vm", pid: 7, since, text: "file:///locks/1.json: created by" };
  const machine = (found: { name?: string; since?: number } | undefined) => ({
    host: "vm",
    process: () => found,
  });
  const began = (at: string) => ({ name: "pulumi", since: Date.parse(at) });

  it("lives where that process runs here since before the lock", () => {
    expect(holderState(holder, machine(began("2026-11-21T20:00:09Z")))).to.equal("living");
    expect(holderState(holder, machine(began("2026-11-21T20:00:12Z")))).to.equal("living");
    const wrapped = { ...began("2026-11-21T20:00:09Z"), name: ".wrapped" };
    expect(holderState(holder, machine(wrapped))).to.equal("living");
  });

  it("is dead where no process of that number runs here, or one that is none of Pulumi and began later", () => {
    const later = began("2026-11-21T20:00:13Z");
    expect(holderState(holder, machine({ ...later, name: "sh" }))).to.equal("dead");
    expect(holderState(holder, machine(later))).to.equal("unknown");
    expect(holderState(holder, machine(undefined))).to.equal("dead");
    const shared = { ...holder, text: "s3://locks/1.json: created by" };
    expect(holderState(shared, machine({ ...later, name: "sh" }))).to.equal("unknown");
    expect(holderState(shared, machine(undefined))).to.equal("unknown");
    expect(holderState(shared, machine(began("2026-11-21T20:00:09Z")))).to.equal("living");
  });

  it("is told from another that holds it later", () => {
    expect(sameHolders([holder, { text: "b" }], [{ text: "b" }, holder])).to.equal(true);
    expect(sameHolders([holder], [{ ...holder, text: "file:///locks/2.json: created by" }])).to.equal(false);
    expect(sameHolders([holder], [holder, holder])).to.equal(false);
  });

  it("is unknown on another machine, of another backend, and where this one does not tell", () => {
    expect(holderState({ ...holder, host: "laptop" }, machine(undefined))).to.equal("unknown");
    expect(holderState({ text: "busy" }, machine(undefined))).to.equal("unknown");
    expect(holderState(holder, machine({}))).to.equal("unknown");
  });

  it("is told with name, machine, process and time", () => {
    expect(holderText(holder, "dead")).to.equal(
      `Locked by anna on vm, process 7, since ${since}: that process is gone, so it was killed.`,
    );
    expect(holderText({ text: "busy" }, "unknown")).to.equal("Another update holds the stack: busy");
  });
});
