import { expect } from "chai";
import { redactor } from "../../gates/redaction";
import type { BranchCommit } from "../../review/branches";
import { withTicks } from "../../review/checklist";
import { proposalBody } from "../../review/proposalBody";
import { checkWords, commentWords } from "../../review/checkWords";
import { back, forward } from "../assessment/judgedStack";
import { planOf, type Plan } from "../../assessment/plan";
import { publicationOf, refusedPlan, stackText } from "./proposals";

const file = { branch: "main", commit: "c0", path: "Pulumi.prod.yaml", text: stackText };
const body = (
  more: Parameters<typeof publicationOf>[1] = {},
  others: readonly BranchCommit[] = [],
  oneTime: readonly string[] = [],
  commit = "c1",
) => {
  const { proposal, project, preview, redact, unlike } = publicationOf(file, more);
  const at = { file: file.path, branch: file.branch, commit };
  return proposalBody({ ...proposal, ...at, project, preview, redact, others, oneTime, unlike });
};

describe("the body of a proposal", () => {
  const { fingerprint } = refusedPlan();

  it("has reason, verdict, findings, images, what is refused, the checklist, the fingerprint and the preview", () => {
    const text = body();
    for (const part of [
      "### Why\n```text\norders fail since v3\n```",
      "**Verdict: breaking (the schema is ahead by 1; past the policy: `guards.schema` lets conditional pass at most)**",
      "| breaking | `orders.amount` |",
      `| \`api\` | \`v3 sha256:${"c".repeat(64)}\` | \`v2 sha256:${"b".repeat(64)}\` |`,
      "Not judged: `schema only; data written since v2 last ran not judged`",
      "### Refused, as it is",
      "What v2 would meet in the schema is breaking",
      "- [ ] The check `knowngood/prod` has passed on the newest commit",
      `Fingerprint: \`${fingerprint}\``,
      "<details><summary>The preview</summary>\n\n````text\nPreviewing update (prod):",
    ])
      expect(text).to.contain(part);
    expect(text)
      .not.to.contain("Commits by others")
      .and.not.to.contain("Not as it is on")
      .and.not.to.contain("onfirmed");
  });

  it("says what the branch has not as it was previewed", () => {
    expect(body({ unlike: ["main has no releases/v2.yaml"] })).to.contain(
      "### Not as it is on `main`\n- `main has no releases/v2.yaml`\n\n### What it means",
    );
  });

  it("keeps what was ticked, where that is said of the same still", () => {
    const ticked = (text: string) =>
      text.split("\n").flatMap((line) => /^- \[x\] (.*?) <!-- [0-9a-f]{12} -->$/.exec(line)?.[1] ?? []);
    // As GitHub's page writes a body back.
    const all = body().replaceAll("- [ ]", "- [x]").replaceAll("\n", "\r\n");
    const items = ticked(all.replaceAll("\r", ""));
    expect(items).to.have.length(5);
    expect(ticked(body())).to.deep.equal([]);
    expect(ticked(withTicks(body(), undefined))).to.deep.equal([]);
    expect(ticked(withTicks(body(), all))).to.deep.equal(items);
    const one = body().replace("- [ ] Who looks", "- [X] Who looks");
    expect(ticked(withTicks(body(), one))).to.deep.equal(["Who looks at the stack after the merge is named"]);
    const moved = withTicks(body({}, [], [], "c2"), all);
    const check = "The check `knowngood/prod` has passed on the newest commit";
    expect(ticked(moved)).to.deep.equal(items.filter((item) => item !== check));
    const { proposal } = publicationOf(file);
    const other = withTicks(
      body({ proposal: { ...proposal, plan: { ...proposal.plan, fingerprint: "0".repeat(12) } } }),
      all,
    );
    expect(ticked(other)).to.deep.equal(items.filter((item) => !/findings|refused/.test(item)));
    const warned = (text: string) =>
      body({ proposal: { ...proposal, plan: { ...proposal.plan, warnings: [text] } } });
    const read = warned("Slow").replaceAll("- [ ]", "- [x]");
    const warning = "The warnings in the preview were read";
    expect(ticked(withTicks(warned("Slow"), read))).to.include(warning);
    expect(ticked(withTicks(warned("Slower"), read))).not.to.include(warning);
  });

  it("names the line that a reviewer accepts it by, and only where one would", () => {
    const line = `\`\`\`yaml\n  knowngood:acknowledge: "${fingerprint}"\n\`\`\``;
    expect(body()).to.contain(line);
    const accepted = refusedPlan({ acknowledge: fingerprint });
    const text = body({ proposal: { ...publicationOf(file).proposal, plan: accepted } });
    expect(text).not.to.contain("acknowledge:");
    expect(text).not.to.contain("### Refused");
    const held = { ...accepted, refusals: [{ guard: "hold" as const, text: "The stack is on hold." }] };
    const other = body({ proposal: { ...publicationOf(file).proposal, plan: held } });
    expect(other).to.contain("The stack is on hold.").and.not.to.contain("acknowledge:");
  });

  it("has the warnings, the ways back that it closes, and the whole announcement", () => {
    const plan = planOf("shop/prod", forward(), { protected: false, guards: { schema: "breaking" } });
    const { proposal } = publicationOf(file);
    const text = body({
      proposal: { ...proposal, plan: { ...plan, warnings: ["No @anna: `slow`", "Two"] } },
    });
    expect(text).to.contain("**Warnings**\n\n```text\nNo @anna: `slow`\nTwo\n```");
    expect(plan.schema?.report?.closed).not.to.deep.equal([]);
    expect(text).to.contain(
      `**Ways back that it closes**\n\n\`\`\`text\n${plan.schema?.report?.closed.join("\n")}\n\`\`\``,
    );
    expect(text).to.contain(`**In the words of the \`up\`**\n\n\`\`\`text\n${plan.text}\n\`\`\``);
  });

  it("keeps of what is too long the start and the end", () => {
    const text = body({ preview: `first\n${"x".repeat(60_000)}\nerror: last` });
    expect(text)
      .to.contain("first\nxxx")
      .and.contain("xxx\nerror: last")
      .and.contain("… (35018 characters are left out)");
  });

  it("tells which settings hold for this change too", () => {
    expect(body({}, [], ["knowngood:retry"])).to.contain(
      "### Still in the stack file\n`Pulumi.prod.yaml` has `knowngood:retry`, which holds for this change too.\n",
    );
    expect(body()).not.to.contain("Still in the stack file");
  });

  it("lists what others have put on the branch", () => {
    const others = [{ sha: "d".repeat(40), parents: [], title: "Take `it`, @anna" }];
    expect(body({}, others)).to.contain(
      "### Commits by others on this branch\nThey change `Pulumi.prod.yaml` too, and are merged with it:\n" +
        `- \`${"d".repeat(12)}\` \`\`Take \`it\`, @anna\`\`\n`,
    );
    const many = Array.from({ length: 25 }, () => others).flat();
    expect(body({}, many)).to.contain("\n- and 5 more\n");
  });

  it("shows no secret, however it got there, calls nobody, and is no markup of somebody else's", () => {
    const secret = "pw/of the shop+1";
    const reason = `@anna: ${secret} <!-- x`;
    const redact = redactor([secret]);
    const text = body({ reason, preview: `url postgres://u:${encodeURIComponent(secret)}@db #1`, redact });
    expect(text).not.to.contain(secret);
    expect(text).not.to.contain(encodeURIComponent(secret));
    expect(text).to.contain("```text\n@anna: [secret] <!-- x\n```");
  });

  it("shows of the preview what counts", () => {
    const preview = [
      "Previewing update (prod):",
      " ~  docker:index:Container release-api-container refreshing ",
      " ~  docker:index:Container release-api-container refresh ",
      "@ previewing update.......",
      "    pulumi:pulumi:Stack shop-prod running knowngood/prod: rollback",
      " +- docker:index:Container release-api-container replace [diff: ~image]",
      "    pulumi:pulumi:Stack shop-prod  1 message",
    ];
    expect(body({ preview: preview.join("\n") })).to.contain(
      `\`\`\`text\n${[preview[0], preview[5], preview[6]].join("\n")}\n\`\`\``,
    );
  });

  it("is not longer than GitHub takes, and neither is a check", () => {
    const plan = refusedPlan();
    const long = "ä".repeat(2_000);
    const [finding] = plan.schema?.report?.findings ?? [];
    const findings = Array.from({ length: 500 }, () => ({ ...finding, object: long, migration: long }));
    const many = Array.from({ length: 100 }, () => long);
    const report = { ...plan.schema?.report, findings, closed: many };
    const most = {
      ...plan,
      ...{ warnings: many, text: many.join("\n") },
      schema: { ...plan.schema, report },
      refusals: Array.from({ length: 100 }, () => ({ guard: "schema", text: long })),
    } as unknown as Plan;
    const preview = "x".repeat(200_000);
    const { proposal } = publicationOf(file);
    expect(body({ preview, proposal: { ...proposal, plan: most } }).length).to.be.below(65_536);
    const { summary, text } = checkWords({
      ...{ stack: "shop/prod", project: "knowngood", file: file.path, head: "c0", passed: false, before: [] },
      preview: { plan: most, exitCode: 1, changes: false, text: preview, seconds: 1 },
      redact: (words) => words,
    });
    expect(Buffer.byteLength(summary)).to.be.below(65_535);
    expect(text).to.equal(undefined);
  });

  it("tells what a step-down would lose", () => {
    const stepDown = {
      ...{
        version: "3",
        name: "m3",
        verdict: "lossy" as const,
        stays: [],
        reason: "Rows go.",
        confirmed: true,
      },
      losses: [{ object: "orders.note", values: 3, estimated: false }],
    };
    const settings = { protected: false, guards: { schema: "conditional" as const } };
    const plan = planOf("shop/prod", back({ stepDown }), settings);
    expect(body({ proposal: { ...publicationOf(file).proposal, plan } })).to.contain(
      "Step-down of `3_m3`: lossy, loses `orders.note (3 values)`. `Rows go.`",
    );
  });
});

describe("an assessment that is not confirmed", () => {
  const unproved = (reasons: readonly string[]): Plan => {
    const plan = refusedPlan();
    const report = plan.schema?.report && { ...plan.schema.report, confirmed: false, unconfirmed: reasons };
    return { ...plan, ...(plan.schema && { schema: { ...plan.schema, ...(report && { report }) } }) };
  };
  const words = (plan: Plan) => ({
    ...{ stack: "shop/prod", project: "knowngood", file: file.path, head: "c0", passed: false, before: [] },
    preview: { plan, exitCode: 1, changes: false, text: "", seconds: 1 },
    redact: redactor(["pw"]),
  });

  it("is told as that, with the reasons, in the proposal, the check and the comment", () => {
    const plan = unproved(["the database could not be asked: pw", "its SQL is not known"]);
    const { proposal, redact } = { ...publicationOf(file), redact: redactor(["pw"]) };
    for (const text of [
      body({ proposal: { ...proposal, plan }, redact }),
      checkWords(words(plan)).summary,
      commentWords(words(plan)),
    ])
      expect(text).to.contain(
        `**Not confirmed.** What is accepted by \`${plan.fingerprint}\` is accepted unproved, since:\n` +
          "- `the database could not be asked: [secret]`\n- `its SQL is not known`\n",
      );
    expect(checkWords(words(refusedPlan())).summary).not.to.contain("onfirmed");
    const many = Array.from({ length: 7 }, (_, index) => `reason ${index}`);
    expect(checkWords(words(unproved(many))).summary).to.contain("- `reason 4`\n- and 2 more reasons\n");
  });
});
