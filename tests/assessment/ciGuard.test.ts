import { expect } from "chai";
import { ciGuard, type CiQuestion } from "../../assessment/ciGuard";
import type { CiAnswer } from "../../catalog/ciAnswer";

const failed: CiAnswer = { verdict: "failed", found: "build did not pass", url: "https://ci/1" };
const pending: CiAnswer = { verdict: "pending", found: "build has not ended" };
const unknown: CiAnswer = { verdict: "unknown", found: "the catalog does not say whether v2 passed" };
const passed: CiAnswer = { verdict: "passed", found: "build passed" };

const guard = (
  ci: CiAnswer,
  direction: CiQuestion["direction"],
  policy: CiQuestion["unknown"] = "warn",
  retry?: CiQuestion["retry"],
) => ciGuard({ stack: "prod", target: "v2", direction, ci, unknown: policy, retry });
const nothing = { warnings: [], refusals: [], retried: false };
const goOn = `\nTo go on all the same: pulumi config set retry '{"tag": "v2", "reason": "WHY"}' --stack prod`;

describe("the guard of CI", () => {
  it("refuses on the way forward what did not pass, and what has not ended", () => {
    expect(guard(failed, "forward")).to.deep.equal({
      ...nothing,
      refusals: [
        "CI did not pass for v2: build did not pass (https://ci/1). " +
          `Go on with a release that passed, or run it again until it does.${goOn}`,
      ],
    });
    expect(guard(pending, "forward")).to.deep.equal({
      ...nothing,
      refusals: [`CI is still pending for v2: build has not ended. Wait for it, then: pulumi up${goOn}`],
    });
  });

  it("only warns on the way forward where a retry names the target, with its reason", () => {
    const retry = { tag: "v2", reason: "the runner is broken" };
    expect(guard(failed, "forward", "warn", retry)).to.deep.equal({
      warnings: [
        "CI did not pass for v2: build did not pass (https://ci/1). It goes on all the same: the runner is broken",
      ],
      refusals: [],
      retried: true,
    });
    for (const ci of [pending, unknown])
      expect(guard(ci, "forward", "refuse", retry), ci.verdict).to.include({ retried: true });
    expect(guard(failed, "forward", "warn", { ...retry, tag: "v3" })).to.deep.equal(guard(failed, "forward"));
    expect(guard(failed, "rollback", "warn", retry)).to.deep.equal(guard(failed, "rollback"));
    expect(guard(passed, "forward", "warn", retry)).to.deep.equal(nothing);
  });

  it("warns of what nobody knows, or refuses it where that is set", () => {
    const warned = guard(unknown, "forward");
    expect(warned).to.deep.equal({
      ...nothing,
      warnings: ["Unconfirmed: whether CI passed for v2: the catalog does not say whether v2 passed."],
    });
    const refused = guard(unknown, "forward", "refuse");
    expect([refused.warnings.length, refused.refusals.length]).to.deep.equal([0, 1]);
    expect(refused.refusals[0]).to.contain("guards.ci.unknown");
  });

  it("only warns on the way back", () => {
    for (const ci of [failed, pending, unknown])
      for (const policy of ["warn", "refuse"] as const) {
        const { warnings, refusals } = guard(ci, "rollback", policy);
        expect([warnings.length, refusals.length], `${ci.verdict} ${policy}`).to.deep.equal([1, 0]);
      }
  });

  it("says nothing of what passed, nor where the release stays", () => {
    expect(guard(passed, "forward")).to.deep.equal(nothing);
    expect(guard(passed, "rollback")).to.deep.equal(nothing);
    for (const ci of [failed, pending, unknown]) expect(guard(ci, "same", "refuse")).to.deep.equal(nothing);
  });
});
