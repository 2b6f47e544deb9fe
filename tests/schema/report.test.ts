import { expect } from "chai";
import { reportChanges } from "../../schema/reportChange";
import { reportLines } from "../../schema/reportLines";
import { reportMarkdown } from "../../schema/reportMarkdown";
import type { StepDown } from "../../schema/stepDown/stepDown";
import { judgementOf, renamed, reportWith } from "./reports";

const lossy: StepDown = {
  version: "20260320",
  name: "rename",
  verdict: "lossy",
  losses: [{ object: "orders.note", values: 3, estimated: false }],
  stays: ["orders.gift: orders has one more column; SELECT * returns it."],
  reason: "It drops orders.note.",
  confirmed: true,
  checks: { empty: [] },
};

describe("report", () => {
  it("says everything in JSON, and leaves nothing undefined", () => {
    const report = reportWith();
    expect(JSON.parse(JSON.stringify(report))).to.deep.equal(report);
    expect(Object.keys(report)).to.deep.equal([
      "verdict",
      "confirmed",
      "action",
      "advice",
      "findings",
      "stepDown",
      "runner",
      "fingerprint",
      "unconfirmed",
      "server",
      "notes",
      "notJudged",
      "target",
      "gap",
    ]);
    expect(report).to.deep.include({ action: "roll forward", stepDown: null, runner: null });
    expect(report.target).to.deep.equal({
      tag: "v1",
      images: ["api=acme/api@sha256:a", "web=acme/web@sha256:b"],
    });
  });

  it("binds what is taken back, by its content, only where it is asked for", () => {
    const of = (sha256: string, stepping: boolean) =>
      reportWith({ stepDown: lossy, stepping, takenBack: { name: "20260320_rename", sha256 } }).fingerprint;
    expect(of("aa", true)).not.to.equal(of("bb", true));
    expect(of("aa", false)).to.equal(of("bb", false));
  });

  it("binds the losses of a step-down only where it is asked for", () => {
    const offered = reportWith({ stepDown: lossy });
    expect(offered.fingerprint).to.equal(reportWith().fingerprint);
    expect(offered.stepDown).not.to.have.property("checks");
    const asked = reportWith({ stepDown: lossy, stepping: true });
    expect(asked.action).to.equal("step down");
    const cheaper = reportWith({ stepDown: { ...lossy, losses: [] }, stepping: true });
    expect(new Set([offered, asked, cheaper].map(({ fingerprint }) => fingerprint)).size).to.equal(3);
  });

  it("is short at night: verdict and advice, at most ten findings, where the rest is", () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ ...renamed, object: `orders.c${index}` }));
    const lines = reportLines(reportWith(judgementOf({ findings: many })), { more: "risk.md" });
    expect(lines[0]).to.match(/^breaking\. Roll forward with a hotfix/);
    expect(lines[1]).to.equal(
      "  breaking     orders.c0: orders.amount is called orders.total now (20260320_rename:3)",
    );
    expect(lines.filter((line) => line.includes("is called orders.total now"))).to.have.length(10);
    expect(lines.slice(11)).to.deep.equal([
      "  and 2 more: risk.md",
      "  schema only; data written since 14:02 not judged",
    ]);
    const exactly = reportLines(reportWith(judgementOf({ findings: many.slice(0, 10) })), {
      more: "risk.md",
    });
    expect(exactly.slice(11)).to.deep.equal([
      "  schema only; data written since 14:02 not judged",
      "  whole report: risk.md",
    ]);
  });

  it("tells what is not confirmed, what a step-down costs, and a runner that refuses", () => {
    const report = reportWith({
      ...judgementOf({ confirmed: false, unconfirmed: ["the server was away"] }),
      stepDown: lossy,
      runner: { tool: "golang-migrate", starts: false, words: "It refuses.", setting: "none" },
    });
    expect(reportLines(report).slice(2)).to.deep.equal([
      "  not confirmed: the server was away",
      "  step-down: lossy, loses orders.note (3 values). It drops orders.note.",
      "    not as before after it: orders.gift: orders has one more column",
      "  runner: It refuses. To avoid it: none.",
      "  schema only; data written since 14:02 not judged",
    ]);
    expect(reportLines(report)[0]).to.match(/^breaking, not confirmed\./);
    const tolerant = reportWith({ runner: { tool: "dbmate", starts: true, words: "It starts." } });
    expect(reportLines(tolerant).join()).not.to.contain("It starts.");
  });

  it("tells of each finding what changed and not what that means, on one line", () => {
    const told = (reason: string, object = "orders.amount") => {
      const findings = [{ ...renamed, object, reason }];
      return reportLines(reportWith(judgementOf({ findings })))[1]
        ?.trim()
        .replace(/^breaking +/, "");
    };
    const place = "(20260320_rename:3)";
    expect(
      told("orders.amount is called orders.total now; release code that reads it gets an error."),
    ).to.equal(`orders.amount is called orders.total now ${place}`);
    expect(told("Its values are in archive.amount now.")).to.equal(
      `orders.amount: Its values are in archive.amount now ${place}`,
    );
    expect(told('x."a; b" is gone; release code misses it.', 'x."a; b"')).to.equal(
      `x."a; b" is gone ${place}`,
    );
    expect(told("next_id(text) is gone; it fails.", "next_id(text)")).to.equal(
      `next_id(text) is gone ${place}`,
    );
    for (const other of ["orders_old is gone.", "billing.orders is gone.", "orders.note is gone."])
      expect(told(other, "orders")).to.equal(`orders: ${other.slice(0, -1)} ${place}`);
    expect(told(`orders.amount is ${"x".repeat(143)}.`)).to.equal(
      `orders.amount is ${"x".repeat(143)} ${place}`,
    );
    expect(told(`orders.amount is ${"x".repeat(144)}.`)).to.equal(
      `orders.amount is ${"x".repeat(142)}… ${place}`,
    );
    expect(told("")).to.equal(`orders.amount: A column was renamed ${place}`);
  });

  it("tells three things that a step-down leaves, and counts the others", () => {
    const stays = (count: number) =>
      Array.from({ length: count }, (_, index) => `t${index}: t${index} is gone; it fails.`);
    const lines = (count: number, stepping = false) =>
      reportLines(reportWith({ stepDown: { ...lossy, stays: stays(count) }, stepping }), {
        more: "risk.md",
      }).filter((line) => line.startsWith("    "));
    const told = [0, 1, 2].map((index) => `    not as before after it: t${index} is gone`);
    expect(lines(3)).to.deep.equal(told);
    expect(lines(4)).to.deep.equal([...told, "    and 1 more: risk.md"]);
    // The `up` that takes it back warns of them itself.
    expect(lines(3, true)).to.deep.equal([]);
  });

  it("gives a terminal no commands that a schema holds", () => {
    const finding = { ...renamed, object: "a\u001b[2J\u009b\nb", statement: "SELECT '\u001b'" };
    const report = reportWith(
      judgementOf({ findings: [finding], unconfirmed: ["x\r\ny"], confirmed: false }),
    );
    const [, line, reason] = reportLines(report, { emphasise: (text) => `<${text}>` });
    expect(line).to.equal(
      "  breaking     a [2J b: orders.amount is called orders.total now (20260320_rename:3)",
    );
    expect(reason).to.equal("  not confirmed: x y");
    expect(reportMarkdown(report)).not.to.match(/[\u001b\u009b\r]/);
  });

  it("keeps SQL and names of a schema from becoming markup", () => {
    const statement = "SELECT '```' AS \"`a`\", '<b>'";
    const finding = { ...renamed, object: 'orders."a|b*"', statement, reason: "one\n# two <script>" };
    const markdown = reportMarkdown(reportWith({ ...judgementOf({ findings: [finding] }), stepDown: lossy }));
    expect(markdown).to.contain(`\n\`\`\`\`sql\n${statement}\n\`\`\`\`\n`);
    expect(markdown).to.contain(
      '| breaking | orders."a\\|b\\*" | A column was renamed | 20260320\\_rename, line 3 |',
    );
    expect(markdown).to.contain("\none # two \\<script\\>\n");
    expect(markdown).to.contain(
      "Not as before after it:\n\n- orders.gift: orders has one more column; SELECT \\* returns it.",
    );
    expect(markdown).to.match(/^# Schema against v1: breaking\n\nRoll forward/);
  });
});

describe("what changed since a report was reviewed", () => {
  const reviewed = reportWith();

  it("is nothing where only words or counts differ", () => {
    expect(reportChanges(reviewed, reportWith())).to.deep.equal([]);
    const [before, after] = [3, 4].map((values) =>
      reportWith({ stepDown: { ...lossy, losses: [{ object: "orders.note", values, estimated: false }] } }),
    );
    expect(before && after && reportChanges(before, after)).to.deep.equal([]);
  });

  it("names each thing that differs", () => {
    const now = reportWith({
      ...judgementOf({
        verdict: "destructive",
        findings: [{ ...renamed, verdict: "destructive", rule: "column-dropped" }],
      }),
      gap: [
        { name: "20260320_rename", sha256: "bb" },
        { name: "20260401_drop", sha256: "cc" },
      ],
      stepDown: lossy,
    });
    expect(reportChanges(reviewed, now)).to.deep.equal([
      "new migration: 20260401_drop",
      "migration with other SQL: 20260320_rename",
      "the advice was to roll forward, now to restore",
      "the verdict was breaking, now destructive",
      "new finding: orders.amount (destructive, column-dropped)",
      "finding that is no more: orders.amount (breaking, column-renamed)",
      "new loss of the step-down: orders.note",
    ]);
    expect(reportChanges(now, reviewed)).to.include("migration that is no more: 20260401_drop");
    const moved = reportWith({
      target: { tag: "v1", images: ["api=acme/api@sha256:a", "web=acme/web@sha256:c"] },
    });
    expect(reportChanges(reviewed, moved)).to.deep.equal([
      "new image of the target: web=acme/web@sha256:c",
      "image of the target that is no more: web=acme/web@sha256:b",
    ]);
    const other = reportWith({ target: { tag: "v0", images: [] } });
    expect(reportChanges(reviewed, other)).to.deep.equal(["the target was v1, now v0"]);
  });
});
