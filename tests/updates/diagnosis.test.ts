import { expect } from "chai";
import { diagnosis, goesBackByItself, mostLines, type UnpassedGate } from "../../updates/diagnosis";
import { plan } from "./plan";

describe("the diagnosis of failed gates", () => {
  const health: UnpassedGate = {
    ...{ name: "api health", outcome: "failed", startedAt: "", endedAt: "", record: "kept/api.json" },
    report: {
      attemptsMade: 10,
      attempts: [{ detail: "refused" }, { status: 503, detail: "not 200" }],
      logs: Array.from({ length: 50 }, (_line, index) => `line ${index}`),
    },
  };
  const command = "npx knowngood rollback v1 --stack prod";

  it("is what failed, the last lines, the verdict of going back and the command, in ten lines", () => {
    const report = { verdict: "conditional" } as never;
    const schema = { pending: [], gap: [], allowed: "conditional" as const, report };
    const lines = diagnosis([health], { tag: "v1", plan: plan({ schema }), command });
    expect(lines).to.deep.equal([
      "Gate api health failed: 10 attempts, the last: status 503, not 200",
      "Last lines:",
      ...[45, 46, 47, 48, 49].map((index) => `  line ${index}`),
      "Whole report: kept/api.json",
      "Going back to v1: conditional with the schema as it is",
      `To go back: ${command}`,
    ]);
    expect(lines).to.have.length(mostLines);
  });

  it("stays within ten lines, however many gates and however long their lines", () => {
    const smoke: UnpassedGate = {
      ...{ name: "smoke command", outcome: "error", startedAt: "", endedAt: "" },
      report: { why: `no\nsuch ${"x".repeat(500)}`, output: ["o"] },
    };
    const way = { tag: "v1", plan: undefined, command };
    expect(diagnosis([health, smoke, smoke, smoke], way)).to.have.length(mostLines);
    const lines = diagnosis([health, smoke, smoke, smoke], undefined);
    expect(lines.length).to.be.at.most(mostLines);
    expect(lines.some((line) => /^Gate smoke command broke, .*: no such x+…$/.test(line))).to.equal(true);
    expect(lines).to.include("and 2 more that did not pass");
    expect(lines.at(-1)).to.equal("There is no known-good release to go back to.");
  });

  it("shows the last lines of each gate below it, where several did not pass", () => {
    const web: UnpassedGate = {
      ...health,
      name: "web health",
      report: { attemptsMade: 3, logs: ["web begins", "web has no templates"] },
    };
    expect(diagnosis([health, web], undefined)).to.deep.equal([
      "Gate api health failed: 10 attempts, the last: status 503, not 200",
      "Last lines:",
      ...["  line 48", "  line 49"],
      "Gate web health failed: 3 attempts",
      "Last lines:",
      ...["  web begins", "  web has no templates"],
      "Whole report: kept/api.json",
      "There is no known-good release to go back to.",
    ]);
  });

  it("says what refuses the way back, and nothing of a report that can't be read", () => {
    const refusals = [{ guard: "schema" as const, text: "What v1 would meet is breaking.\nmore" }];
    const way = { tag: "v1", plan: plan({ refusals }), command };
    expect(diagnosis([{ ...health, report: {} }], way)).to.deep.equal([
      "Gate api health failed: no report",
      "Whole report: kept/api.json",
      "Going back to v1: it is refused (schema): What v1 would meet is breaking.",
      `To see what answers that: ${command}`,
    ]);
  });
});

describe("going back by itself", () => {
  const gates = [{ outcome: "failed" as const }];
  const ask = (more: Partial<Parameters<typeof goesBackByItself>[0]> = {}) =>
    goesBackByItself({ autoRollback: true, command: "deploy", gates, plan: plan(), ...more });
  const judged = (verdict: string | undefined, allowed = "conditional") =>
    plan({ schema: { pending: [], gap: [], allowed, ...(verdict && { report: { verdict } }) } as never });

  it("needs the setting, a deployment, a gate that said no, and a way back that nothing refuses", () => {
    expect(ask()).to.equal(true);
    expect(ask({ autoRollback: false })).to.equal(false);
    expect(ask({ command: "rollback" })).to.equal(false);
    expect(ask({ gates: [{ outcome: "error" }, { outcome: "inconclusive" }] })).to.equal(false);
    expect(ask({ plan: undefined })).to.equal(false);
    expect(ask({ plan: plan({ direction: "forward" }) })).to.equal(false);
    expect(ask({ plan: plan({ refusals: [{ guard: "image", text: "gone" }] }) })).to.equal(false);
  });

  it("needs a verdict that passes unacknowledged", () => {
    expect(ask({ plan: judged("conditional") })).to.equal(true);
    expect(ask({ plan: judged("breaking") })).to.equal(false);
    expect(ask({ plan: judged("breaking", "breaking") })).to.equal(true);
    expect(ask({ plan: judged(undefined) })).to.equal(false);
  });
});
