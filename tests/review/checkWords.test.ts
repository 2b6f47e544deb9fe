import { expect } from "chai";
import { planOf, type Plan } from "../../assessment/plan";
import { redactor } from "../../gates/redaction";
import { checkTitle, checkWords, commentMark, commentWords, type CheckFacts } from "../../review/checkWords";
import { reportIn } from "../../review/reviewedCheck";
import { forward } from "../assessment/judgedStack";
import { refusedPlan } from "./proposals";

const file = "Pulumi.prod.yaml";

describe("what a check says", () => {
  const facts = (plan: Plan | undefined, more: Partial<CheckFacts> = {}): CheckFacts => ({
    ...{
      stack: "shop/prod",
      project: "knowngood",
      file,
      head: "c".repeat(40),
      passed: false,
      before: [],
    },
    preview: { ...(plan && { plan }), exitCode: 1, changes: false, text: "error: pw", seconds: 1 },
    redact: redactor(["pw"]),
    ...more,
  });
  const settings = { protected: false, guards: { schema: "conditional" as const } };

  it("is a line of what it would do, and by what that is refused", () => {
    expect(checkTitle(facts(refusedPlan()))).to.equal(
      "shop/prod: rollback from v3 to v2, breaking; refused by schema",
    );
    const plan = planOf("shop/prod", forward(), settings);
    expect(checkTitle(facts(plan, { passed: true }))).to.equal(
      "shop/prod: forward from v2 to v3, compatible",
    );
    expect(checkTitle(facts({ ...plan, settled: true }, { passed: true }))).to.equal("shop/prod: v3 stays");
    const other = facts({ ...plan, settled: true }, { passed: true });
    expect(checkTitle({ ...other, preview: { ...other.preview, changes: true } })).to.equal(
      "shop/prod: v3 stays, other things change",
    );
    const moved = facts(plan, { before: ["0123456789ab"] });
    expect(checkTitle(moved)).to.contain("; not what was seen of this commit before");
    expect(commentWords(moved)).to.contain("This commit was seen as `0123456789ab` before");
    expect(checkTitle(facts(undefined))).to.equal("shop/prod: no assessment");
  });

  it("holds as much of the report as it takes to say what has changed, and no statement", () => {
    const { text } = checkWords(facts(refusedPlan()));
    expect(text).not.to.contain("ALTER");
    const report = JSON.parse(reportIn(text) ?? "null") as { gap: { name: string }[]; verdict: string };
    expect([report.verdict, report.gap.map(({ name }) => name)]).to.deep.equal(["breaking", ["3_m3"]]);
    expect(reportIn('```json\n{"verdict":"breaking"}\n```')).to.equal(undefined);
    expect(reportIn(null)).to.equal(undefined);
  });

  it("is one comment a stack, found by its first line", () => {
    const mark = commentMark("shop/prod");
    expect(mark).to.equal("<!-- knowngood review shop/prod -->");
    for (const plan of [refusedPlan(), undefined]) {
      const text = commentWords(facts(plan));
      expect(text.split("\n")[0]).to.equal(mark);
      expect(text).to.contain("error: [secret]");
    }
  });
});
