import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { redactor } from "../../gates/redaction";
import { keepEvidence } from "../../records/keptEvidence";
import { incidentsIn } from "../../records/postmortem/incidents";
import { commentText, issueText } from "../../records/postmortem/issueText";
import { block, cell, code, link } from "../../records/postmortem/markdown";
import { seenBefore, type SeenBefore } from "../../records/postmortem/seenBefore";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { record } from "./rollbackRecords";

describe("somebody else's text in Markdown", () => {
  it("is code, which none of it ends", () => {
    expect(code("payments fail, @anna: see #1 <b>")).to.equal("`payments fail, @anna: see #1 <b>`");
    expect(code("a ` b `` c")).to.equal("```a ` b `` c```");
    expect(code("`edge`")).to.equal("`` `edge` ``");
    expect(code(" \u001b[31mred\u001b[0m\n## Heading ")).to.equal("`red ## Heading`");
    expect(code("\n")).to.equal("(empty)");
    expect(code("x".repeat(2_000))).to.have.length(1_002);
    expect(cell("a|b")).to.equal("`a¦b`");
  });

  it("is a block with a longer fence than any in it", () => {
    expect(block(["one", "```", "@anna"])).to.equal("````text\none\n```\n@anna\n````");
    expect(block(["a\r\nb"])).to.equal("```text\na b\n```");
  });

  it("is a link where it is an address, and nothing else", () => {
    expect(link("https://ci.example/1?a=b")).to.equal("<https://ci.example/1?a=b>");
    for (const none of ["javascript:alert(1)", "https://a.example/>@anna", "https://a b", "[secret]"])
      expect(link(none)).to.equal(`\`${none}\``);
  });
});

const gate = { startedAt: "2026-03-01T09:01:00.000Z", endedAt: "2026-03-01T09:01:20.000Z" };
const brought = record("f1", ["forward", "v1", "v2"], 1, {
  outcome: "failed",
  stoppedAt: { step: "health gates", open: ["api health"] },
  gates: [
    { name: "api health", outcome: "failed", ...gate, attemptsMade: 9, record: ".kg/api.json" },
    { name: "web health", outcome: "passed", ...gate },
  ],
  ci: { verdict: "passed", url: "https://ci.example/v2" },
});
const back = record("r1", ["rollback", "v2", "v1"], 5, {
  reason: "payments fail for @anna with hunter2",
  detected: "alert `high` #7",
  owner: "@carol",
  by: { name: "bo", host: "secret-host", run: "https://ci.example/run/hunter2" },
  schema: { verdict: "conditional", leftAhead: ["20260301090000"], toApply: [] },
  evidence: ".kg/evidence/1",
});
const textOf = (records: readonly ReleaseRecord[], seen?: SeenBefore) => {
  const [incident] = incidentsIn(records);
  if (incident === undefined) throw new Error("no incident");
  return issueText({ incident, seen, file: ".kg/records.jsonl", redact: redactor(["hunter2"]) });
};
const sectionOf = (body: string, heading: string) =>
  (body.split(`## ${heading}\n\n`)[1] ?? "").split("\n\n## ")[0];

describe("the issue of an incident", () => {
  const { title, body } = textOf([brought, back]);

  it("says when what happened, what ran, what broke and what is in the schema", () => {
    expect(title).to.equal("Postmortem: shop/prod, rollback from v2 to v1");
    expect(sectionOf(body, "Timeline (UTC)")?.split("\n")).to.deep.equal([
      "- `2026-03-01T09:01:00.000Z` deployed: `v2`, by the `forward from v1 to v2`, which failed after 30 s at health gates: `api health`",
      "- `2026-03-01T09:01:20.000Z` detected by the gate `api health`, which did not pass: failed",
      "- `2026-03-01T09:05:00.000Z` started: `rollback from v2 to v1`, run by `bo`",
      "- `2026-03-01T09:05:30.000Z` ended: it passed after 30 s",
    ]);
    expect(sectionOf(body, "What was running")?.split("\n").at(-1)).to.equal(
      `| \`api\` | \`v2\` \`sha256:${"2".repeat(64)}\` | \`v1\` \`sha256:${"1".repeat(64)}\` |`,
    );
    expect(sectionOf(body, "What broke")?.split("\n")).to.deep.equal([
      "- Reason: `payments fail for @anna with [secret]`",
      "- Gate `api health` of the `forward from v1 to v2`: failed at `2026-03-01T09:01:20.000Z`, attempts: 9; its record: `.kg/api.json`",
    ]);
    expect(sectionOf(body, "How it was detected")).to.equal("``alert `high` #7``");
    expect(sectionOf(body, "Owner")).to.equal("`@carol`");
    expect(sectionOf(body, "Schema")).to.equal(
      "- Schema, by the `rollback from v2 to v1`: `left ahead by 1 (20260301090000): conditional`",
    );
    expect(sectionOf(body, "Evidence")?.split("\n")).to.deep.equal([
      "- Record: `r1` in `.kg/records.jsonl`, on the machine that ran the rollback",
      "- Logs, container states and gate reports from before it: `.kg/evidence/1`",
      "- Pipeline's run: `https://ci.example/run/[secret]`".replace(/`(.*)`/, "<$1>"),
      "- CI of `v2`: `passed`, <https://ci.example/v2>",
    ]);
  });

  it("has a heading for what people write, their checklist, and its mark", () => {
    for (const heading of ["Root cause", "Resolution", "Remediation", "Prevention"])
      expect(sectionOf(body, heading)).to.equal("_To be written._");
    const yours = sectionOf(body, "What stays a person's job") ?? "";
    expect(yours.match(/^- \[ \] /gm)).to.have.length(8);
    expect(yours).to.contain("- [ ] Decide what becomes of the migrations left applied: 20260301090000\n");
    const glass = { reason: "CI is down", guards: ["ci", "commands"] as const };
    const broken = sectionOf(
      textOf([brought, { ...back, breakGlass: glass }]).body,
      "What stays a person's job",
    );
    expect(broken).to.contain(
      "- [ ] Have the proper run pass, without breakGlass: this one went on without ci, commands\n",
    );
    expect(body.endsWith("\n\n<!-- knowngood r1 -->")).to.equal(true);
  });

  it("calls nobody, and shows no secret and no machine's name", () => {
    const outside = body.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, "").replace(/<https:[^>]*>/g, "");
    expect(outside).not.to.match(/@|#\d/);
    expect(body).not.to.contain("hunter2").and.not.to.contain("secret-host");
  });

  it("tells an absolute path by its name alone", () => {
    const home = "/home/bo/knowngood";
    const gates = brought.gates.map((one) => ({ ...one, record: `${home}/api.json` }));
    const [incident] = incidentsIn([
      { ...brought, gates },
      { ...back, evidence: `${home}/evidence/1` },
    ]);
    if (incident === undefined) throw new Error("no incident");
    const facts = { incident, seen: undefined, file: `${home}/records.jsonl`, redact: redactor([]) };
    const { body: text } = issueText(facts);
    expect(text).not.to.contain(home);
    for (const name of ["its record: `api.json`", "before it: `1`", "in `records.jsonl`, on"])
      expect(text).to.contain(name);
  });

  it("says what nobody knows", () => {
    const silent = textOf([record("r1", ["rollback", "v2", "v1"], 5, { outcome: "unfinished" })]).body;
    expect(sectionOf(silent, "Timeline (UTC)")?.split("\n")).to.deep.equal([
      "- time unknown deployed: `v2`: no record here tells of it",
      "- time unknown detected: write here when it was noticed",
      "- `2026-03-01T09:05:00.000Z` started: `rollback from v2 to v1`, run by `bo`",
      "- time unknown: it did not come to its end; found at `2026-03-01T09:05:30.000Z`",
    ]);
    expect(sectionOf(silent, "What broke")).to.contain("- Reason: _not said (`record.reason`)_\n- No gate");
    expect(sectionOf(silent, "Schema")).to.contain("no database");
    expect(sectionOf(silent, "Evidence")).to.contain("none were kept\n- CI: the catalog has no word of it");
  });

  it("tells of every up until one passed, and a comment of a later one", () => {
    const failed = { ...back, outcome: "failed" as const };
    const more = record("r2", ["same", "v1", "v1"], 7, {
      reason: "again ```",
      gates: [{ name: "api health", outcome: "error", ...gate }],
    });
    const { body: both } = textOf([failed, more]);
    expect(both).to.contain("ended: it failed after 30 s\n").and.to.contain("`update of v1`, run by `bo`\n");
    expect(both.endsWith("<!-- knowngood r1 -->\n<!-- knowngood r2 -->")).to.equal(true);
    expect(commentText(more, redactor([])).split("\n")).to.deep.equal([
      "`2026-03-01T09:07:00.000Z` to `2026-03-01T09:07:30.000Z`: `update of v1` passed after 30 s.",
      "",
      "- Reason: ```` again ``` ````",
      "- Gate `api health` of the `update of v1`: error at `2026-03-01T09:01:20.000Z`",
      "- Schema, by the `update of v1`: `no database`",
      "- Record: `r2`",
      "",
      "<!-- knowngood r2 -->",
    ]);
  });
});

describe("the evidence, in an issue", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "knowngood-seen-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const kept = (log: readonly string[]) =>
    keepEvidence(
      folder,
      {
        stack: "shop/prod",
        takenAt: "2026-03-01T09:00:00.000Z",
        services: [
          {
            service: "api",
            release: "v2",
            digest: "sha256:2",
            containerId: "c",
            container: { status: "running", instance: "i", restarts: 0, startedAt: "2026-02-28T08:00:00Z" },
            log,
            problems: [],
          },
        ],
        gates: { "release-api-health": { outcome: "passed", passedAt: "2026-02-28T08:00:09Z" } },
        ci: { v2: { verdict: "failed" } },
      },
      5,
    );

  it("tells when the containers had started, of gates and CI, and no log line without the setting", () => {
    const { body } = textOf([back], seenBefore(kept(["one"]), 0));
    expect(body).to.contain(
      "- time unknown deployed: `v2`: no record here tells of it; its containers had started last: `api` at `2026-02-28T08:00:00Z`\n",
    );
    expect(body).to.contain("- CI of `v2`: `failed`\n");
    expect(body).to.contain("- Gate `release-api-health`: passed last at `2026-02-28T08:00:09Z`\n");
    expect(body).not.to.contain("Last log lines");
  });

  it("gives the last log lines where they are asked for, without secrets, in a block that they do not end", () => {
    const { body } = textOf([back], seenBefore(kept(["one", "```", "@two hunter2"]), 2));
    expect(body).to.contain("Last log lines of `api`:\n\n````text\n```\n@two [secret]\n````\n\n## Owner");
    expect(body).not.to.contain("one\n```");
  });

  it("leaves out the older lines that an issue has no room for", () => {
    const lines = Array.from({ length: 100 }, (_line, index) => `${index} ${"x".repeat(600)}`);
    const { body } = textOf([back], seenBefore(kept(lines), 100));
    const given = body.match(/^\d+ x+…$/gm) ?? [];
    expect(given).to.have.length(39);
    expect(given.at(-1)).to.match(/^99 /);
    expect(body.length).to.be.below(65_536);
  });

  it("may be gone, or be something else", () => {
    expect(seenBefore(join(folder, "gone"), 5)).to.equal(undefined);
    writeFileSync(
      join(folder, "evidence.json"),
      '{"services":[5,{"service":"api","log":"gone.log"}],"ci":[]}',
    );
    expect([...(seenBefore(folder, 5)?.logs ?? [])]).to.deep.equal([["api", []]]);
  });
});
