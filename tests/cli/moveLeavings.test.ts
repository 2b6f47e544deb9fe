import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { childEnvironment } from "../../settings/childEnvironment";
import type { Ended } from "./commandLine";
import { runWith } from "./runWith";
import { StallingPulumi } from "./stallingPulumi";

describe("what a move leaves in the stack file", () => {
  let project: StallingPulumi;
  beforeEach(() => (project = new StallingPulumi()));
  afterEach(() => project.dispose());

  const knowngood = (...words: string[]): Promise<Ended> =>
    runWith(project.folder, words, { env: project.environment });
  const stackText = () => readFileSync(project.stackFile, "utf8");
  const forward = { direction: "forward", from: "v2", to: "v3" };
  const retried = [
    "deploy",
    "v3",
    "--stack",
    "prod",
    "--yes",
    "--reason",
    "why",
    "--retry",
    "the disk was full",
  ];

  it("is no retry that it has put there, once it has passed, and the one that stood there before", async () => {
    project.plan("preview", forward);
    const plain = await knowngood(...retried);
    expect(plain.code, plain.stderr).to.equal(0);
    expect(project.configOfUp()).to.contain("knowngood:retry:\n    tag: v3\n    reason: the disk was full\n");
    const reason = "  knowngood:record:\n    reason: why\n";
    expect(stackText()).to.equal(project.stackText.replace("v2", "v3") + reason);
    const own = `${project.stackText}  knowngood:retry: { tag: v9, reason: once } # anna's\n`;
    writeFileSync(project.stackFile, own);
    const beside = await knowngood(...retried);
    expect(beside.code, beside.stderr).to.equal(0);
    expect(project.configOfUp()).to.contain("reason: the disk was full").and.not.to.contain("v9");
    expect(stackText()).to.equal(own.replace("v2", "v3") + reason);
  });

  it("is its retry where it has not passed, so that a plain up can end it", async () => {
    project.plan("preview", forward);
    project.record({ stoppedAt: { step: "services", open: ["api"] } });
    project.answer("up.fails", "");
    const { code, stderr } = await knowngood(...retried);
    expect(code, stderr).to.equal(1);
    expect(stackText()).to.contain("knowngood:retry:\n    tag: v3\n");
  });

  it("is the break-glass that stood there, which counts beside that of the move", async () => {
    const until = new Date(Date.now() + 24 * 3600_000).toISOString();
    const glass = { reason: "the registry is slow", guards: ["ci"], until };
    const text = `${project.stackText}  knowngood:breakGlass: ${JSON.stringify(glass)} # anna's\n`;
    writeFileSync(project.stackFile, text);
    project.answer("config.out", {
      "knowngood:imageTag": { value: "v2", secret: false },
      "knowngood:services": { value: '{"api":{"kind":"worker"}}', secret: false },
      "knowngood:breakGlass": { value: JSON.stringify(glass), secret: false },
    });
    project.plan("preview", { refusals: [{ guard: "hold", text: "on hold" }] });
    project.plan("preview@2", {});
    const words = ["rollback", "v1", "--stack", "prod", "--yes", "--break-glass", "the shop is down"];
    const { code, stderr } = await knowngood(...words);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain(
      "The breakGlass of Pulumi.prod.yaml counts beside this one, and stays there: the registry is slow",
    );
    expect(stderr).to.contain("break-glass goes on without ci, hold,");
    expect(project.configOfUp()).to.contain(
      "reason: the shop is down; and, by the stack file, the registry is slow\n    guards:\n      - ci\n      - hold\n",
    );
    expect(stackText()).to.equal(text.replace("v2", "v1"));
  });

  describe("with autoRollback, after a failed deployment", () => {
    beforeEach(() => {
      project.answer("config.out", {
        "knowngood:imageTag": { value: "v2", secret: false },
        "knowngood:services": { value: '{"api":{"kind":"worker"}}', secret: false },
        "knowngood:record": { value: '{"file":"records.jsonl"}', secret: false },
        "knowngood:autoRollback": { value: "true", secret: false },
      });
      project.plan("preview", forward);
      project.plan("up", { ...forward, lastKnownGood: { tag: "v2", passedAt: "2026-01-02T00:00:00.000Z" } });
      const gate = { name: "api health", outcome: "failed", startedAt: "", endedAt: "", record: "none.json" };
      project.record({ gates: [gate] });
      project.answer("up.fails", "");
      project.plan("preview@2", { direction: "rollback", from: "v3", to: "v2" });
      project.plan("up@2", { direction: "rollback", from: "v3", to: "v2" });
      project.record({ outcome: "passed" }, "up@2");
      project.answer("up@2.fails", "no more");
    });

    it("is the tag gone back to, with both moves in one document, and no retry", async () => {
      const { code, stdout, stderr } = await knowngood(...retried, "--json");
      expect(code, stderr).to.equal(1);
      const said = JSON.parse(stdout) as Record<string, unknown>;
      expect(said).to.deep.include({ to: "v3", end: "gateFailed", stackFile: "v2" });
      expect(said.wentBack).to.deep.include({
        to: "v2",
        direction: "rollback",
        end: "passed",
        stackFile: "v2",
      });
      expect(stderr)
        .to.contain("v3 did not pass its gates on prod.")
        .and.to.contain("autoRollback has gone back");
      expect(stderr).to.contain("Going back to v2: nothing").and.not.to.contain("To go back:");
      expect(stackText()).to.contain("imageTag: v2 # what runs").and.not.to.contain("retry");
    });

    it("is committed as what the stack ended at", async () => {
      const git = (...words: string[]) =>
        execFileSync("git", ["-C", project.folder, ...words], { env: childEnvironment(), encoding: "utf8" });
      git("init", "--quiet");
      git("config", "user.name", "a");
      git("config", "user.email", "a@b");
      git("add", "Pulumi.yaml", "Pulumi.prod.yaml");
      git("commit", "--quiet", "--message", "begin");
      const { code, stderr } = await knowngood("deploy", "v3", "--stack", "prod", "--yes", "--commit");
      expect(code, stderr).to.equal(1);
      expect(git("show", "--format=%s", "--stat")).to.match(
        /^prod: v2: the gates of v3 failed, and autoRollback is set\n/,
      );
      expect(git("show", "HEAD:Pulumi.prod.yaml")).to.equal(stackText());
    });
  });
});
