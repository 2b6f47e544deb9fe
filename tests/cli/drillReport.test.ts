import { expect } from "chai";
import { drillReport } from "../../cli/drillReport";
import type { DrillWay } from "../../drills/drill";
import { drillOf } from "../drills/drills";

const way: DrillWay = {
  to: "v1",
  startedAt: "2026-11-01T10:00:00.000Z",
  outcome: "passed",
  seconds: 12.1,
  healthyAfter: 9.8,
  probed: {
    seconds: 12,
    requests: 240,
    failed: 14,
    longestOutage: 0.85,
    answers: { "connection refused": 12, "status 503": 2 },
  },
  record: "r1",
  webhookTold: true,
  knownGood: true,
};

describe("the report of a drill", () => {
  it("is what was measured, each way", () => {
    const back: DrillWay = {
      ...way,
      to: "v3",
      seconds: 11,
      probed: { seconds: 11, requests: 220, failed: 1, longestOutage: 0.05, answers: { "status 503": 1 } },
    };
    const passed = drillOf({ target: "v1", wayBack: "v2", out: way, back });
    expect(drillReport(passed, ".knowngood/drills/shop-test/1.json").split("\n")).to.deep.equal([
      "shop/test: the drill of the way from v3 to v1 and again to v3 passed; v3 runs as before.",
      "",
      "way   to  up      healthy after  requests  failed  longest outage  record   webhook",
      "out   v1  12.1 s  9.8 s          240       14      0.85 s          arrived  told",
      "back  v3  11 s    9.8 s          220       1       0.05 s          arrived  told",
      "",
      "Probed 20 times a second: api, http://127.0.0.1:8080/health. Instead of a good answer: connection refused (12), status 503 (3).",
      "Known good besides what runs: v2, which a rollback would take.",
      "Kept as evidence: .knowngood/drills/shop-test/1.json",
    ]);
  });

  it("says first what was wrong, and what could not be measured", () => {
    const bare: DrillWay = { ...way };
    delete bare.probed;
    delete bare.healthyAfter;
    delete bare.record;
    const failed = drillOf({
      outcome: "failed",
      found: ["The way out did not pass: api health failed."],
      returned: false,
      probe: { none: "no service has a health endpoint that is asked by HTTP" },
      out: { ...bare, webhookTold: false },
    });
    expect(drillReport(failed, undefined).split("\n")).to.deep.equal([
      "shop/test: the drill of v3 FAILED; v3 is NOT back.",
      "  The way out did not pass: api health failed.",
      "",
      "way  to  up      healthy after  requests  failed  longest outage  record  webhook",
      "out  v1  12.1 s  -              -         -       -               NONE    NOT told",
      "",
      "Nothing was probed: no service has a health endpoint that is asked by HTTP.",
      "Known good besides what runs: nothing; a rollback would have to name its release.",
    ]);
  });
});
