import { expect } from "chai";
import { steps, type ReleaseRecord, type Step } from "../../records/releaseRecord";
import { keepsSettings, stoppedText, type Come } from "../../updates/standing";

const stoppedAt = (step: Step) => ({ stoppedAt: { step, open: ["api"] } }) as unknown as ReleaseRecord;

describe("the stack file after a move", () => {
  it("says the target after an up that passed or whose gates failed, and not where nothing was begun", () => {
    expect(keepsSettings({ end: "passed" })).to.equal(true);
    expect(keepsSettings({ end: "gateFailed" })).to.equal(true);
    for (const end of ["refused", "locked", "brokenEnvironment"] as const)
      expect(keepsSettings({ end, record: stoppedAt("services") })).to.equal(false);
  });

  it("says the target once the engine has begun what changes more than images, record or none", () => {
    for (const end of ["interrupted", "failed"] as const) {
      expect(keepsSettings({ end })).to.equal(false);
      for (const reached of steps)
        expect(keepsSettings({ end, reached }), reached).to.equal(reached !== "images");
      expect(keepsSettings({ end, record: stoppedAt("images") })).to.equal(false);
      expect(keepsSettings({ end, record: stoppedAt("flags off") })).to.equal(true);
      expect(keepsSettings({ end, record: {} as ReleaseRecord })).to.equal(true);
      expect(keepsSettings({ end, reached: "services", record: stoppedAt("images") })).to.equal(true);
    }
  });
});

describe("where an up has stopped", () => {
  const told = { tag: "v1", stack: "prod", fileSays: "the stack file says v1" };
  const say = (come: Omit<Come, "end">) => stoppedText({ end: "failed", ...come }, told);

  it("is told by its record", () => {
    expect(say({ record: stoppedAt("health gates"), reached: "health gates" })).to.equal(
      "It stopped at health gates (api); what was under way has ended in order. The stack file says v1, and services may run either release.",
    );
    expect(say({})).to.equal("It stopped; nothing that runs was changed, and the stack file says v1.");
  });

  it("is told as unknown where there is no record of what was begun", () => {
    expect(say({ reached: "services" })).to.equal(
      "It stopped at services; no record of it could be kept, so nobody knows how far it came. The stack file says v1, and services may run either release, or be down until v1 is tried again. To look: npx knowngood status --stack prod.",
    );
  });

  it("is told as cut off where it was ended at once, or killed, which leaves a lock", () => {
    expect(say({ cut: "atOnce", reached: "services", record: stoppedAt("services") })).to.equal(
      "It stopped at services (api), and what was under way was cut off. The stack file says v1, and services may be down until v1 is tried again.",
    );
    const killed = say({ cut: "killed", reached: "services" });
    expect(killed).to.contain("may be down").and.to.contain("npx knowngood status --stack prod");
    expect(killed).to.match(/ A killed update leaves its lock: the same command asks to take it away\.$/);
    expect(say({ cut: "killed", reached: "images" }))
      .to.contain("nothing that runs")
      .and.to.contain("lock");
  });
});
