import { bringCommit } from "./checkout";
import { git } from "./checkoutAction";
import type { TestGitHub } from "./github";

/** Brings a commit of the emulated GitHub, with all that it stands on, into a git repository of this machine. */
export async function mirror(github: TestGitHub, sha: string, repository: string): Promise<void> {
  const wanted = [sha];
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    const there = await git(repository, "cat-file", "-e", next).catch(() => undefined);
    if (there === undefined) wanted.push(...(await bringCommit(github, next, repository)));
  }
  await handOut(repository, sha);
}

/** The commit that GitHub makes of a pull request before it is merged, `refs/pull/N/merge`. */
export async function mergeOf(repository: string, base: string, head: string): Promise<string> {
  const tree = await git(repository, "merge-tree", "--write-tree", base, head);
  const merge = await git(repository, "commit-tree", tree, "-p", base, "-p", head, "-m", "Merge");
  await handOut(repository, merge);
  return merge;
}

/** What no branch leads to is not fetched. */
async function handOut(repository: string, sha: string): Promise<void> {
  await git(repository, "update-ref", `refs/heads/mirrored-${sha}`, sha);
}
