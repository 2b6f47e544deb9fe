import type { Redact } from "../gates/redaction";
import { InvalidInput } from "../settings/violations";
import { BrokenEnvironment } from "../stack/endings";
import { commitOn, fileIn, setBranch, tipOf, type BranchCommit } from "./branches";
import { harmlessReason } from "./commitMessage";
import { oneTimeSettings, proposalTitle, proposedBranch, proposedText, type Proposal } from "./proposal";
import { withTicks } from "./checklist";
import { proposalBody } from "./proposalBody";
import { decorate, openPullRequest, putPullRequest, type PullRequest } from "./pullRequests";
import type { Repository } from "./repository";
import { standingBranch, type Standing } from "./standingBranch";

/** A stack file on the branch that is deployed from. */
export interface DeployedFile {
  branch: string;
  /** Newest commit of the branch. */
  commit: string;
  /** From the repository's top. */
  path: string;
  text: string;
}

/** A proposal with all that is shown of it. */
export interface Publication {
  proposal: Proposal;
  /** The project's name, which is the namespace of its settings. */
  project: string;
  file: DeployedFile;
  /** What `pulumi preview` printed. */
  preview: string;
  redact: Redact;
  /** What the branch that is deployed from has not, or otherwise than what was previewed: sentences without full stop. */
  unlike: readonly string[];
  labels: readonly string[];
  reviewers: readonly string[];
  teamReviewers: readonly string[];
}

/** A pull request that stands. */
export interface Published {
  pull: PullRequest;
  branch: string;
  commit: string;
  /** Whether it was there already, and is up to date now. */
  updated: boolean;
  /** What did not go as it should; the pull request stands all the same. */
  warnings: readonly string[];
}

/** Makes the branch with its commit and the pull request, or brings both up to date. */
export async function publish(repository: Repository, publication: Publication): Promise<Published> {
  const { proposal, project, file, preview, redact, unlike } = publication;
  const branch = proposedBranch(proposal.stack, proposal.tag);
  const { commit, others, warnings } = await push(repository, publication, branch);
  const oneTime = oneTimeSettings(proposedText(file.text, project, proposal, file.path), project);
  const { updated, ...pull } = await putPullRequest(repository, {
    ...{ branch, base: file.branch, title: proposalTitle(proposal) },
    body: (before) =>
      withTicks(
        proposalBody({
          ...{ ...proposal, project, file: file.path, branch: file.branch, commit },
          ...{ preview, redact, others, oneTime, unlike },
        }),
        before,
      ),
  });
  const without = await decorate(repository, pull.number, publication);
  return {
    pull,
    branch,
    commit,
    updated,
    warnings: [...unlike, ...warnings, ...oneTimeWarnings(file, oneTime), ...without],
  };
}

/** The stack file where it is deployed from: the working copy may be behind, or ahead. */
export async function deployedFile(
  repository: Repository,
  branch: string,
  path: string,
): Promise<DeployedFile> {
  const commit = await tipOf(repository, branch);
  const text = commit === undefined ? undefined : await fileIn(repository, path, commit);
  if (commit !== undefined && text !== undefined) return { branch, commit, path, text };
  throw new InvalidInput("The stack file is not where it is deployed from", [
    {
      where: `${repository.place.repository}, branch ${branch}`,
      found: commit === undefined ? "no commit" : `no ${path}`,
      expected:
        "commit the stack file there, or name the branch: pulumi config set --path review.branch BRANCH",
    },
  ]);
}

/**
 * The branch as it has to be. One that is this proposal still stays, with what reviewers committed to it; any other begins
 * anew with one commit. Both tell what others have put on it.
 */
async function push(repository: Repository, publication: Publication, branch: string): Promise<Pushed> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const pushed = await attempted(repository, publication, branch);
    if (pushed !== undefined) return pushed;
  }
  throw new BrokenEnvironment(
    `The branch ${branch} of ${repository.place.repository} was changed by somebody else meanwhile, ${mostAttempts} times. ` +
      "Nothing of theirs was overwritten; propose again once they are done",
  );
}

const mostAttempts = 3;

interface Pushed {
  commit: string;
  /** By others, and on the branch. */
  others: readonly BranchCommit[];
  warnings: string[];
}

/** @returns undefined where somebody else has changed the branch meanwhile */
async function attempted(
  repository: Repository,
  { proposal, project, file: deployed }: Publication,
  branch: string,
): Promise<Pushed | undefined> {
  const { commit: base, path, text } = deployed;
  const tip = await tipOf(repository, branch);
  const open = (await openPullRequest(repository, branch)) !== undefined;
  const standing =
    tip === undefined
      ? undefined
      : await standingBranch(repository, { change: proposal, project, deployed }, tip, open);
  if (tip !== undefined && standing !== undefined && standing.anew === undefined)
    return { commit: tip, others: standing.others, warnings: keptWarnings(branch, standing) };
  const wanted = proposedText(text, project, proposal, path);
  const message = `${proposalTitle(proposal)}\n\n${harmlessReason(proposal.reason)}`;
  // Where the file says it already and the stack does not run it, what is to be reviewed is the deployment itself.
  const file = wanted === text ? undefined : { path, text: wanted };
  const commit = await commitOn(repository, base, message, file);
  if (!(await setBranch(repository, branch, commit, tip))) return undefined;
  return { commit, others: [], warnings: standing === undefined ? [] : leftWarnings(branch, standing) };
}

function oneTimeWarnings({ path, branch }: DeployedFile, oneTime: readonly string[]): string[] {
  if (oneTime.length === 0) return [];
  return [
    `${path} on ${branch} has ${oneTime.join(", ")} still, which holds for this change too: take it out there where that ` +
      "is not meant",
  ];
}

function keptWarnings(branch: string, { others }: Standing): string[] {
  if (others.length === 0) return [];
  return [`The branch ${branch} has commits by others, which are merged with it: ${named(others)}`];
}

function leftWarnings(branch: string, { anew = "", others }: Standing): string[] {
  if (others.length === 0) return [];
  return [
    `The branch ${branch} began anew, ${anew}. Left behind are the commits ${named(others)}; ` +
      "an acknowledgement among them has to be given anew",
  ];
}

function named(commits: readonly BranchCommit[]): string {
  return commits.map(({ sha }) => sha.slice(0, 12)).join(", ");
}
