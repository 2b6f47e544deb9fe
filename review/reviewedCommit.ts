import { basename, dirname, join, resolve } from "node:path";
import { quoted } from "../components/ownCommand";
import { lastChange } from "./branches";
import { mergedPulls } from "./pullRequests";
import { GitHubRefusal, type Repository } from "./repository";
import { topOf } from "./workingTree";

/** What is deployed, and from where. */
export interface DeployedPlace {
  stack: string;
  /** The commit that is checked out. */
  commit: string;
  branch: string;
  /** The project's folder on this machine, and in the repository with a slash at its end where it is not the top. */
  folder: string;
  place: string;
  /** The stack file, from the repository's top. */
  path: string;
}

/**
 * The commands that deploy what was reviewed last of a stack file, from the commit by which that was merged, where it is not
 * the one that is checked out: a later merge of something else has no review of this stack to go by.
 * @returns with the sentence before them, below the words of a refusal; empty where there is no such commit, or GitHub does
 * not tell
 */
export async function wayToReviewed(repository: Repository, deployed: DeployedPlace): Promise<string> {
  const { branch, path, commit } = deployed;
  try {
    const last = await lastChange(repository, path, branch);
    const pulls = last === undefined ? [] : await mergedPulls(repository, last, branch);
    const merged = pulls.find(({ mergeCommit }) => mergeCommit === last) ?? pulls[0];
    if (!merged?.mergeCommit || merged.mergeCommit === commit) return "";
    return reviewedWords(
      { ...deployed, top: await topOf(deployed.folder), url: merged.url },
      merged.mergeCommit,
    );
  } catch (error) {
    // It is more than was asked for: the refusal has to be told in any case.
    if (error instanceof GitHubRefusal) return "";
    throw error;
  }
}

/** @param deployed with the repository's top on this machine, and the address of the pull request */
export function reviewedWords(
  { stack, path, place, top, url }: DeployedPlace & { top: string; url: string },
  commit: string,
): string {
  const tree = join(dirname(top), `${basename(top)}-${commit.slice(0, 12)}`);
  return [
    "",
    `The last change of ${path} came with ${url}. To deploy that as it was reviewed, from a working tree of its own:`,
    `  git fetch origin ${commit}`,
    `  git worktree add --detach ${quoted(tree)} ${commit}`,
    `  cd ${quoted(resolve(tree, place))} && npm ci && npx knowngood review deploy --stack ${quoted(stack)}`,
  ].join("\n");
}
