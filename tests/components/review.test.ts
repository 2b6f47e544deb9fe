import * as github from "@pulumi/github";
import { expect } from "chai";
import { Review } from "../../components/review";
import { repositoryFiles } from "../../review/repositoryFiles";
import type { ReviewStackSettings } from "../../review/reviewStackSettings";
import { goodReview, reviewStackSettings } from "../review/reviewed";
import { World } from "./world";

const own = {
  file: "github:index/repositoryFile:RepositoryFile",
  protection: "github:index/branchProtectionV3:BranchProtectionV3",
  environment: "github:index/repositoryEnvironment:RepositoryEnvironment",
  policy: "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
  label: "github:index/issueLabel:IssueLabel",
  workflows: "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions",
  provider: "pulumi:providers:github",
};
const numbers: Record<string, string> = { anna: "11", operators: "22" };

describe("Review", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.with(Object.fromEntries(Object.values(own).map((type) => [type, () => ({})])), {
      "github:index/getUser:getUser": ({ username }) => ({ id: numbers[String(username)] }),
      "github:index/getTeam:getTeam": ({ slug, summaryOnly }) => ({
        id: summaryOnly === true ? numbers[String(slug)] : undefined,
      }),
    });
  });

  const declare = (settings: ReviewStackSettings) =>
    world.declare(() => {
      const provider = new github.Provider("github", { owner: "acme" });
      return new Review("shop", { settings }, { providers: { github: provider } });
    });

  it("declares files, the branch's rules, an environment with its branch, and labels, all below itself", async () => {
    await declare(reviewStackSettings());
    const review = world.one("knowngood:index:Review", "shop");
    const provider = world.one(own.provider, "github");
    const children = world.registered.filter(({ urn }) => urn !== review.urn && urn !== provider.urn);
    expect(children.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort()).to.deep.equal([
      "BranchProtectionV3 shop-branch",
      "IssueLabel shop-label-rollback",
      "RepositoryEnvironment shop-environment-production",
      "RepositoryEnvironmentDeploymentPolicy shop-environment-production-branch",
      "RepositoryFile shop-file-code-owners",
      "RepositoryFile shop-file-deploy-prod",
      "RepositoryFile shop-file-deploy-test",
      "RepositoryFile shop-file-nightly",
      "RepositoryFile shop-file-preview",
      "WorkflowRepositoryPermissions shop-workflows",
    ]);
    for (const child of children) {
      expect(child.parent, child.name).to.equal(review.urn);
      expect(child.provider, child.name).to.match(new RegExp(`^${provider.urn}::`));
      expect(child.inputs.repository, child.name).to.equal("shop");
    }
  });

  it("commits the files one after the other, and protects the branch when they lie there", async () => {
    const settings = reviewStackSettings({ overwrite: true, branch: "live" });
    await declare(settings);
    const files = world.registered.filter(({ type }) => type === own.file);
    const texts = Object.values(repositoryFiles(settings));
    expect(files.map(({ inputs }) => inputs)).to.deep.equal(
      texts.map(({ path, content }) => ({
        repository: "shop",
        branch: "live",
        file: path,
        content,
        commitMessage: `Review: ${path}`,
        overwriteOnCreate: true,
      })),
    );
    files.slice(1).forEach((file, index) => expect(file.dependencies).to.include(files[index]?.urn));
    const protection = world.one(own.protection, "shop-branch");
    for (const { urn } of files) expect(protection.dependencies).to.include(urn);
  });

  it("asks for approvals and for the check of each stack, by GitHub's own app where there is but one", async () => {
    await declare(reviewStackSettings({ approvals: 2, administrators: true }));
    expect(world.one(own.protection, "shop-branch").inputs).to.deep.equal({
      repository: "shop",
      branch: "main",
      enforceAdmins: true,
      requireConversationResolution: true,
      requiredStatusChecks: { strict: true, checks: ["preview prod:15368", "preview test:15368"] },
      requiredPullRequestReviews: {
        requiredApprovingReviewCount: 2,
        requireCodeOwnerReviews: true,
        dismissStaleReviews: true,
        requireLastPushApproval: true,
      },
    });
  });

  it("asks for the checks by name on another server, and for no code owner where nothing is owned", async () => {
    await declare(reviewStackSettings({ stacks: { test: {} }, api: "https://github.example/api/v3" }));
    expect(world.one(own.protection, "shop-branch").inputs).to.deep.include({
      requiredStatusChecks: { strict: true, checks: ["preview test"] },
      requiredPullRequestReviews: {
        requiredApprovingReviewCount: 1,
        requireCodeOwnerReviews: false,
        dismissStaleReviews: true,
        requireLastPushApproval: true,
      },
    });
    expect(world.names(own.environment)).to.deep.equal([]);
    expect(world.names(own.policy)).to.deep.equal([]);
  });

  it("opens an environment to the branch alone, and to who is named, by number", async () => {
    await declare(reviewStackSettings());
    expect(world.one(own.environment, "shop-environment-production").inputs).to.deep.equal({
      repository: "shop",
      environment: "production",
      preventSelfReview: true,
      canAdminsBypass: true,
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
      reviewers: [{ users: [11], teams: [22] }],
    });
    expect(world.one(own.policy, "shop-environment-production-branch").inputs).to.deep.equal({
      repository: "shop",
      environment: "production",
      branchPattern: "main",
    });
  });

  it("lets who merged approve where a setting says so, and asks nothing where nobody approves", async () => {
    const { prod } = goodReview.stacks;
    const stacks = { prod: { ...prod, selfReview: true }, test: { environment: "testing" } };
    await declare(reviewStackSettings({ stacks }));
    const own = (name: string) =>
      world.one("github:index/repositoryEnvironment:RepositoryEnvironment", name).inputs.preventSelfReview;
    expect(own("shop-environment-production")).to.equal(false);
    expect(own("shop-environment-testing")).to.equal(false);
  });

  it("lets no run of a workflow approve", async () => {
    await declare(reviewStackSettings());
    expect(world.one(own.workflows, "shop-workflows").inputs).to.deep.equal({
      repository: "shop",
      defaultWorkflowPermissions: "read",
      canApprovePullRequestReviews: false,
    });
  });

  it("registers its outputs once", async () => {
    await declare(reviewStackSettings());
    const review = world.one("knowngood:index:Review", "shop");
    expect(review.outputsRegistered).to.equal(1);
    expect(review.outputs).to.deep.equal({
      files: Object.values(repositoryFiles(reviewStackSettings())).map(({ path }) => path),
      checks: ["preview prod:15368", "preview test:15368"],
      environments: ["production"],
      labels: ["rollback"],
    });
  });
});
