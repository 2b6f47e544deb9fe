import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { repositoryFiles } from "../review/repositoryFiles";
import type { ReviewedStack, ReviewStackSettings } from "../review/reviewStackSettings";
import { previewJobName } from "../review/workflows/previewWorkflow";

export interface ReviewArgs {
  /** What is governed and how; plain values, since the files' texts and the resources' number follow from them. */
  settings: ReviewStackSettings;
}

/** The app whose checks count on github.com, GitHub Actions: a check of the same name that somebody else sets does not. */
const actionsApp = "15368";

/**
 * How a repository's deployments and rollbacks are reviewed: the rules of its branch, an environment for each stack that
 * wants one, code owners of the stack files, labels, and the workflows that preview, deploy and look at night. The
 * provider's owner is the repository's; GitHub's REST API takes the branch's rules for organizations only.
 */
export class Review extends pulumi.ComponentResource {
  /** Paths of the files that are kept in the repository. */
  readonly files: pulumi.Output<string[]>;
  /** Names of the checks that a pull request needs. */
  readonly checks: pulumi.Output<string[]>;
  /** Names of the environments. */
  readonly environments: pulumi.Output<string[]>;
  readonly labels: pulumi.Output<string[]>;

  constructor(name: string, { settings }: ReviewArgs, options?: pulumi.ComponentResourceOptions) {
    super("knowngood:index:Review", name, {}, options);
    const repository = settings.repository.slice(settings.repository.indexOf("/") + 1);
    const at = { name, repository, settings };
    const files = this.keepFiles(at);
    const protection = this.protectBranch(at, files);
    this.limitWorkflows(at);
    this.files = pulumi.all(files.map(({ file }) => file));
    this.checks = protection.requiredStatusChecks.apply((required) => required?.checks ?? []);
    this.environments = pulumi.all(this.makeEnvironments(at).map(({ environment }) => environment));
    this.labels = pulumi.all(
      Object.entries(settings.labels).map(
        ([label, { color, description }]) =>
          new github.IssueLabel(
            `${name}-label-${label}`,
            { repository, name: label, color, description },
            { parent: this },
          ).name,
      ),
    );
    this.registerOutputs({
      files: this.files,
      checks: this.checks,
      environments: this.environments,
      labels: this.labels,
    });
  }

  /** One after the other: each is a commit, and of two at once GitHub refuses one. */
  private keepFiles({ name, repository, settings }: Governed): github.RepositoryFile[] {
    const made: github.RepositoryFile[] = [];
    for (const [key, { path, content }] of Object.entries(repositoryFiles(settings))) {
      const file = new github.RepositoryFile(
        `${name}-file-${key}`,
        {
          repository,
          branch: settings.branch,
          file: path,
          content,
          commitMessage: `Review: ${path}`,
          overwriteOnCreate: settings.overwrite,
        },
        { parent: this, dependsOn: made.slice(-1) },
      );
      made.push(file);
    }
    return made;
  }

  /** After the files, which are committed to the branch itself, and before them when all is taken away. */
  private protectBranch(
    { name, repository, settings }: Governed,
    files: github.RepositoryFile[],
  ): github.BranchProtectionV3 {
    const { branch, stacks, approvals, administrators, api } = settings;
    const app = new URL(api).host === "api.github.com" ? `:${actionsApp}` : "";
    return new github.BranchProtectionV3(
      `${name}-branch`,
      {
        repository,
        branch,
        enforceAdmins: administrators,
        requireConversationResolution: true,
        requiredStatusChecks: {
          // What was previewed is what is merged.
          strict: true,
          checks: Object.keys(stacks).map((stack) => `${previewJobName(stack)}${app}`),
        },
        requiredPullRequestReviews: {
          requiredApprovingReviewCount: approvals,
          requireCodeOwnerReviews: Object.values(stacks).some(({ owners }) => owners.length > 0),
          // Approved must mean what was seen,
          dismissStaleReviews: true,
          // and by somebody else than who pushed it last.
          requireLastPushApproval: true,
        },
      },
      { parent: this, dependsOn: files },
    );
  }

  /** A run's own token is nobody who could approve: whoever may push a workflow has it. */
  private limitWorkflows({ name, repository }: Governed): void {
    new github.WorkflowRepositoryPermissions(
      `${name}-workflows`,
      // GitHub takes both or neither. Every job names what it may do beyond that.
      { repository, defaultWorkflowPermissions: "read", canApprovePullRequestReviews: false },
      { parent: this },
    );
  }

  private makeEnvironments(at: Governed): github.RepositoryEnvironment[] {
    const { name, repository, settings } = at;
    return Object.values(settings.stacks).flatMap((stack) => {
      const { environment, selfReview } = stack;
      if (environment === undefined) return [];
      const made = new github.RepositoryEnvironment(
        `${name}-environment-${environment}`,
        {
          repository,
          environment,
          // GitHub keeps it with the reviewers, and forgets it without.
          preventSelfReview: !selfReview && stack.reviewers.length > 0,
          // A way past the reviewers in an emergency, which GitHub records.
          canAdminsBypass: true,
          deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
          ...(stack.reviewers.length > 0 && { reviewers: [this.reviewers(stack)] }),
        },
        { parent: this },
      );
      // A run of another branch, whose workflow anybody may have changed, gets nothing of the environment.
      new github.RepositoryEnvironmentDeploymentPolicy(
        `${name}-environment-${environment}-branch`,
        { repository, environment: made.environment, branchPattern: settings.branch },
        { parent: this },
      );
      return [made];
    });
  }

  /** GitHub takes reviewers by their numbers. */
  private reviewers({ reviewers }: ReviewedStack) {
    const look = { parent: this };
    const users = reviewers.filter((reviewer) => !reviewer.includes("/"));
    const teams = reviewers.filter((reviewer) => reviewer.includes("/"));
    return {
      users: users.map((username) => github.getUserOutput({ username }, look).id.apply(Number)),
      teams: teams.map((team) =>
        github
          .getTeamOutput({ slug: team.slice(team.indexOf("/") + 1), summaryOnly: true }, look)
          .id.apply(Number),
      ),
    };
  }
}

interface Governed {
  name: string;
  repository: string;
  settings: ReviewStackSettings;
}
