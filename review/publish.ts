import type { Redact } from "../gates/redaction";
import { InvalidInput } from "../settings/violations";
import { commitOn, compared, fileIn, setBranch, tipOf } from "./branches";
import { proposalTitle, proposedBranch, proposedText, saysAlready, type Proposal } from "./proposal";
import { proposalBody } from "./proposalBody";
import { decorate, putPullRequest, type PullRequest } from "./pullRequests";
import type { Repository } from "./repository";

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
  const { proposal, project, file, preview, redact } = publication;
  const branch = proposedBranch(proposal.stack, proposal.tag);
  const { commit, warnings } = await push(repository, publication, branch);
  const { updated, ...pull } = await putPullRequest(repository, {
    ...{ branch, base: file.branch, title: proposalTitle(proposal) },
    body: proposalBody({ ...proposal, project, file: file.path, preview, redact }),
  });
  const without = await decorate(repository, pull.number, publication);
  return { pull, branch, commit, updated, warnings: [...warnings, ...without] };
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
 * The branch as it has to be. One that says the same, on the same stack file, stays with what reviewers committed to it;
 * any other begins anew with one commit, which tells what it leaves behind.
 */
async function push(
  repository: Repository,
  publication: Publication,
  branch: string,
): Promise<{ commit: string; warnings: string[] }> {
  const { proposal, project, file: deployed } = publication;
  const { commit: base, path, text } = deployed;
  const tip = await tipOf(repository, branch);
  const { own, fork } = tip === undefined ? { own: [] } : await compared(repository, base, tip);
  if (tip !== undefined && own.length > 0 && (await stillStands(repository, publication, { fork, tip })))
    return { commit: tip, warnings: [] };
  const wanted = proposedText(text, project, proposal, path);
  const message = `${proposalTitle(proposal)}\n\n${proposal.reason}`;
  // Where the file says it already and the stack does not run it, what is to be reviewed is the deployment itself.
  const file = wanted === text ? undefined : { path, text: wanted };
  const commit = await commitOn(repository, base, message, file);
  await setBranch(repository, branch, commit);
  const left = own.slice(1);
  return {
    commit,
    warnings:
      left.length === 0
        ? []
        : [
            `The branch ${branch} began anew, as the stack file has changed since. Left behind are the commits ` +
              `${left.map((sha) => sha.slice(0, 12)).join(", ")}; an acknowledgement among them has to be given anew`,
          ],
  };
}

async function stillStands(
  repository: Repository,
  { proposal, project, file: { path, text } }: Publication,
  { fork, tip }: { fork: string | undefined; tip: string },
): Promise<boolean> {
  const [before, now] = await Promise.all([
    fork === undefined ? undefined : fileIn(repository, path, fork),
    fileIn(repository, path, tip),
  ]);
  return before === text && now !== undefined && saysAlready(now, project, proposal, path);
}
