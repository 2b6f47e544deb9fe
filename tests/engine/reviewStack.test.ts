import { expect } from "chai";
import { repositoryFiles } from "../../review/repositoryFiles";
import { startGovernedGitHub, type GovernedGitHub } from "../github/governed";
import { goodReview, reviewStackSettings } from "../review/reviewed";
import { ReviewStack } from "./reviewStack";

describe("the stack that governs a repository", () => {
  let github: GovernedGitHub;
  let stack: ReviewStack;
  before(async () => {
    github = await startGovernedGitHub();
    stack = new ReviewStack(github);
    const made = await stack.pulumi("stack", "init", "acme");
    expect(made.exitCode, made.text).to.equal(0);
    stack.settings(goodReview);
  });
  after(async () => {
    stack.dispose();
    await github.close();
  });

  const up = async (...words: string[]) => {
    const ended = await stack.pulumi("up", "--yes", "--skip-preview", ...words);
    expect(ended.exitCode, ended.text).to.equal(0);
    return ended.text;
  };
  const paths = Object.values(repositoryFiles(reviewStackSettings()));

  const ask = async (method: string, path: string, body?: object) => {
    const answer = await github.ask(method, `/repos/acme/shop/${path}`, body);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it("tells what is wrong with its settings in words, and asks nobody", async () => {
    stack.settings({ ...goodReview, approvals: 0 });
    const refused = await stack.pulumi("preview");
    stack.settings(goodReview);
    expect(refused.exitCode).not.to.equal(0);
    expect(refused.text).to.match(
      /Pulumi\.acme\.yaml: knowngood-review:approvals\n +found 0; write a number of approvals from 1 to 6/,
    );
    expect(refused.text).not.to.match(/^\s+at /m);
  });

  it("makes files, rules, environment and labels, and keeps no token", async () => {
    await up();
    for (const { path, content } of paths) expect(await github.file(path), path).to.equal(content);
    expect(await github.of("branches/main/protection")).to.nested.include({
      "enforce_admins.enabled": false,
      "required_conversation_resolution.enabled": true,
      "required_pull_request_reviews.dismiss_stale_reviews": true,
      "required_pull_request_reviews.require_last_push_approval": true,
      "required_pull_request_reviews.require_code_owner_reviews": true,
      "required_pull_request_reviews.required_approving_review_count": 1,
      "required_status_checks.strict": true,
    });
    expect(await github.checks()).to.have.members(["preview prod", "preview test"]);
    expect(await github.of("environments/production")).to.deep.include({
      can_admins_bypass: true,
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
      protection_rules: [
        {
          id: 2,
          type: "required_reviewers",
          prevent_self_review: true,
          reviewers: [
            { type: "Team", reviewer: { id: github.operators } },
            { type: "User", reviewer: { id: github.anna } },
          ],
        },
        { id: 3, type: "branch_policy" },
      ],
    });
    expect(await github.of("environments/production/deployment-branch-policies")).to.deep.equal({
      total_count: 1,
      branch_policies: [{ id: 1, name: "main", type: "branch" }],
    });
    expect(await github.of("actions/permissions/workflow")).to.deep.equal({
      default_workflow_permissions: "read",
      can_approve_pull_request_reviews: false,
    });
    expect(await github.of("labels/rollback")).to.include({ color: "b60205" });
    expect((await stack.pulumi("stack", "export")).stdout).not.to.contain(github.token);
  });

  it("changes nothing the second time", async () => {
    await up("--expect-no-changes");
  });

  it("lets nothing be merged that nobody approved, or whose preview did not pass", async () => {
    const content = Buffer.from("config: {}\n").toString("base64");
    const { body: main } = await ask("GET", "git/ref/heads/main");
    const { sha } = main.object as { sha: string };
    await ask("POST", "git/refs", { ref: "refs/heads/rollback", sha });
    const change = { message: "Back to v1", branch: "rollback", content };
    const commit = (await ask("PUT", "contents/Pulumi.prod.yaml", change)).body.commit as { sha: string };
    await ask("POST", "pulls", { title: "Back to v1", head: "rollback", base: "main" });
    const merge = () => ask("PUT", "pulls/1/merge", {});
    const pass = (name: string) =>
      ask("POST", "check-runs", { name, head_sha: commit.sha, status: "completed", conclusion: "success" });
    await pass("preview prod");
    expect((await merge()).body.message).to.equal("Required status checks have not succeeded.");
    await pass("preview test");
    expect((await merge()).body.message).to.equal("Required approving review count not met.");
    await ask("POST", "pulls/1/reviews", { event: "APPROVE" });
    expect((await merge()).status).to.equal(200);
  });

  it("puts right what was changed by hand, and follows its settings", async () => {
    await github.ask("DELETE", "/repos/acme/shop/branches/main/protection");
    stack.settings({ ...goodReview, stacks: { prod: goodReview.stacks.prod } });
    await up();
    expect(await github.checks()).to.deep.equal(["preview prod"]);
    expect(await github.file(".github/workflows/knowngood-deploy-test.yml")).to.equal(undefined);
    expect(await github.file(".github/workflows/knowngood-preview.yml")).not.to.contain("preview test");
  });

  it("takes away what it made, and nothing else", async () => {
    const gone = await stack.pulumi("destroy", "--yes", "--skip-preview");
    expect(gone.exitCode, gone.text).to.equal(0);
    for (const path of ["branches/main/protection", "environments/production", "labels/rollback"])
      expect(await github.of(path), path).to.deep.equal({ status: 404 });
    for (const { path } of paths) expect(await github.file(path), path).to.equal(undefined);
    expect(await github.file("README.md")).to.be.a("string");
    expect(await github.file("Pulumi.prod.yaml")).to.equal("config: {}\n");
  });
});
