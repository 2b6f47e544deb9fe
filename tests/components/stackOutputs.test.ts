import { expect } from "chai";
import {
  commandSummary,
  errorRateSummary,
  flagSummary,
  healthSummary,
  owedSummary,
} from "../../components/stackOutputs";
import type { CommandReport } from "../../gates/commandReport";
import type { ErrorRateReport } from "../../gates/errorRateReport";
import type { FlagReport } from "../../gates/flagRequest";
import type { HealthReport } from "../../gates/healthReport";

const passedAt = "2026-03-01T10:00:00.000Z";
const passed = { outcome: "passed", passedAt } as const;

describe("what a stack says of itself", () => {
  it("has a passed gate in a line", () => {
    expect(healthSummary({ ...passed, attemptsMade: 4 } as HealthReport)).to.equal(
      `passed at ${passedAt}, 4 probes`,
    );
    expect(commandSummary({ ...passed, seconds: 1.5 } as CommandReport)).to.equal(
      `passed at ${passedAt}, 1.5 s`,
    );
  });

  it("has the last sample of a watch, and says where there is none", () => {
    const watched = { ...passed, why: "3 clean samples", samples: [] } as unknown as ErrorRateReport;
    expect(errorRateSummary(watched)).to.equal(`passed at ${passedAt}, not looked at: 3 clean samples`);
    const samples = [
      { at: 5, ratio: 1, requests: 3 },
      { at: 10, ratio: 0.5, requests: 8 },
    ];
    expect(errorRateSummary({ ...watched, samples })).to.equal(
      `passed at ${passedAt}, 50 % of 8 requests: 3 clean samples`,
    );
  });

  it("tells a flag that is off from one that is not", () => {
    const flag = { flag: "cart", endedAt: passedAt } as FlagReport;
    expect(flagSummary({ ...flag, outcome: "off" })).to.equal(`off since ${passedAt}`);
    expect(flagSummary({ ...flag, outcome: "failed", why: "no answer" } as unknown as FlagReport)).to.equal(
      "not off: no answer",
    );
  });

  it("has what is owed with the command that makes it good, and a word where nothing is", () => {
    const run = { release: "v2", guards: ["ci"] as const, reason: "fire", since: passedAt };
    expect(owedSummary(undefined, "pulumi up")).to.equal("nothing");
    expect(owedSummary({ ...run, guards: ["ci"] }, "pulumi up")).to.deep.equal({
      ...run,
      command: "pulumi up",
    });
  });
});
