import { expect } from "chai";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beginCheck, endCheck } from "../../review/checks";
import { Repository } from "../../review/repository";
import { reviewedText } from "../../review/reviewedCheck";
import { checkOut, git } from "../github/checkout";
import { startGitHub, type TestGitHub } from "../github/github";
import { placeOf, TestRepository } from "../review/proposals";
import { runWith } from "./runWith";
import { StallingPulumi } from "./stallingPulumi";

describe("a reviewed change on the command line", () => {
  let github: TestGitHub;
  let repository: Repository;
  let project: StallingPulumi;
  let pull: { number: number; head: string };
  beforeEach(async () => {
    github = await startGitHub();
    project = new StallingPulumi();
    repository = new Repository(placeOf(github));
    const there = new TestRepository(github);
    const main = await there.defaultBranch();
    await there.write("Pulumi.prod.yaml", main, project.stackText);
    const [tip] = await there.commits(main);
    await github.ask("git/refs", "POST", { ref: "refs/heads/change", sha: tip?.sha });
    const head = await there.write("Pulumi.prod.yaml", "change", project.stackText.replace("v2", "v3"));
    const { number } = (await github.ask("pulls", "POST", {
      ...{ title: "Change", head: "change", base: main },
    })) as { number: number };
    pull = { number, head };
    git(project.folder, ["init", "--quiet"]);
    mkdirSync(join(project.folder, ".git", "info"), { recursive: true });
    writeFileSync(join(project.folder, ".git", "info", "exclude"), "*\n");
  });
  afterEach(async () => {
    project.dispose();
    await github.close();
  });

  const run = (...words: string[]) =>
    runWith(project.folder, ["review", ...words, "--stack", "prod"], {
      env: {
        ...project.environment,
        ...{ GITHUB_TOKEN: github.token, GITHUB_API_URL: github.url, GITHUB_REPOSITORY: "acme/shop" },
        GITHUB_ACTIONS: "",
      },
    });
  const deploy = async () => {
    const check = await beginCheck(repository, "knowngood/prod", pull.head);
    const reviewed = reviewedText({ stack: "knowngood/prod", tag: "v3", fingerprint: "17648dd272af" });
    await endCheck(repository, check, true, { title: "x", summary: "x", text: undefined }, reviewed);
    await github.review(pull.number);
    const { sha } = (await github.ask(`pulls/${pull.number}/merge`, "PUT", { merge_method: "merge" })) as {
      sha: string;
    };
    await checkOut(github, sha, project.folder);
    return run("deploy");
  };

  it("shows no secret of Pulumi's words, and tells of gates that failed what goes back", async () => {
    project.answer("config.out", {
      "knowngood:imageTag": { value: "v3", secret: false },
      "knowngood:services": { value: '{"api":{"kind":"worker"}}', secret: false },
      "knowngood:record": { value: '{"file":"records.jsonl"}', secret: false },
      "knowngood:databaseUrl": { value: "pw/of the shop+1", secret: true },
    });
    project.answer("up.out", `Updating (prod): ${encodeURIComponent("pw/of the shop+1")}\n`);
    project.answer("up.fails", "");
    project.plan("up", { direction: "forward", to: "v3", lastKnownGood: { tag: "v1" } });
    writeFileSync(
      join(project.folder, "gate.json"),
      JSON.stringify({ why: "status 404", logs: ["no column"] }),
    );
    const at = new Date().toISOString();
    const gate = { name: "api health", outcome: "failed", record: "gate.json", startedAt: at, endedAt: at };
    project.record({ direction: "forward", gates: [gate] });
    const { code, stdout, stderr } = await deploy();
    expect(code, stderr).to.equal(1);
    expect(stdout).to.contain("Updating (prod): [secret]");
    expect(stderr).to.contain(
      "error: v3 is deployed, and did not pass its gates on prod.\nGate api health failed: status 404\nLast lines:\n  no column\n",
    );
    expect(stderr).to.contain("To go back: npx knowngood rollback v1 --stack prod\n");
    expect(stderr).to.contain("As a pull request: npx knowngood propose v1 --stack prod --reason WHY\n");
  });

  it("that is locked by another update is exit 1, as the commands that move have it", async () => {
    const lock = "file:///l.json: created by anna@lap.top (pid 30960) at 2026-11-21T20:42:24Z";
    project.answer("up.locked", `error: the stack is currently locked by 1 lock(s).\n  ${lock}\n`);
    const { code, stderr } = await deploy();
    expect(code, stderr).to.equal(1);
    expect(stderr).to.contain("error: Another update holds the stack prod, so nothing was touched.");
  });

  it("is told in its check where what is checked out is not as it was committed", async () => {
    await checkOut(github, pull.head, project.folder);
    writeFileSync(project.stackFile, project.stackText);
    const { code, stderr } = await run("check", "--pull-request", String(pull.number));
    expect(code, stderr).to.equal(3);
    const { check_runs: checks } = (await github.ask(
      `commits/${pull.head}/check-runs?check_name=knowngood%2Fprod`,
    )) as {
      check_runs: { status: string; conclusion: string; output: { title: string; summary: string } }[];
    };
    expect(checks.map(({ status, conclusion }) => [status, conclusion])).to.deep.equal([
      ["completed", "failure"],
    ]);
    expect(checks[0]?.output.title).to.equal("Not looked at: not as it was committed");
    expect(checks[0]?.output.summary).to.contain("(Pulumi.prod.yaml)");
    expect(project.calls()).not.to.contain("preview");
  });
});
