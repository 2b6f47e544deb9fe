import { InvalidInput } from "../settings/violations";
import { GitHubRefusal, orMissing, type Repository } from "./repository";

/** A file as it is in a commit. */
export interface FileAt {
  commit: string;
  text: string;
}

const read = "`contents: read`";
const write = "`contents: write`";
/** As many as a comparison tells of. */
const mostFiles = 300;

/**
 * The branch that is deployed from: the one that the settings name, else the repository's default branch as it is called
 * now.
 * @throws InvalidInput where the settings name one that is not there
 */
export async function deployedBranch(repository: Repository): Promise<string> {
  const { branch } = repository.place;
  const { data } = await repository.asked("tell its default branch", "`metadata: read`", (octokit, at) =>
    octokit.request("GET /repos/{owner}/{repo}", at),
  );
  if (branch === undefined || branch === data.default_branch) return data.default_branch;
  if ((await tipOf(repository, branch)) !== undefined) return branch;
  throw new InvalidInput(`There is no such branch in ${repository.place.repository}`, [
    {
      where: "review.branch",
      found: branch,
      expected: `the default branch is ${data.default_branch}, which is taken without this setting: pulumi config rm --path review.branch`,
    },
  ]);
}

/** The newest commit of a branch; undefined where there is no such branch. */
export async function tipOf(repository: Repository, branch: string): Promise<string | undefined> {
  const found = await orMissing(
    repository.asked(`tell of the branch ${branch}`, read, (octokit, at) =>
      octokit.request("GET /repos/{owner}/{repo}/git/ref/{ref}", { ...at, ref: `heads/${branch}` }),
    ),
  );
  return found?.data.object.sha;
}

/** The text of a file in a commit; undefined where it has none of that name. */
export async function fileIn(
  repository: Repository,
  path: string,
  commit: string,
): Promise<string | undefined> {
  const found = await orMissing(
    repository.asked(`show ${path}`, read, (octokit, at) =>
      octokit.request("GET /repos/{owner}/{repo}/contents/{path}", { ...at, path, ref: commit }),
    ),
  );
  const { data } = found ?? {};
  if (data === undefined || Array.isArray(data) || data.type !== "file" || !("content" in data))
    return undefined;
  return Buffer.from(data.content, "base64").toString("utf8");
}

/** The newest commit of a branch that changed a file; undefined where none did. */
export async function lastChange(
  repository: Repository,
  path: string,
  branch: string,
): Promise<string | undefined> {
  const { data } = await repository.asked(`tell who changed ${path}`, read, (octokit, at) =>
    octokit.request("GET /repos/{owner}/{repo}/commits", { ...at, path, sha: branch, per_page: 1 }),
  );
  return data[0]?.sha;
}

/** A commit as a branch has it. */
export interface BranchCommit {
  sha: string;
  parents: readonly string[];
  /** First line of its message. */
  title: string;
}

/** What a branch has that another has not. */
export interface Compared {
  /** Newest commit that both have. */
  fork: string;
  /** Oldest first. */
  own: readonly BranchCommit[];
  /** Paths of all files that are otherwise than in `fork`. */
  files: readonly string[];
  /** Whether all of `own` and `files` is told. GitHub tells of 250 commits and 300 files. */
  whole: boolean;
}

export async function compared(repository: Repository, base: string, head: string): Promise<Compared> {
  const { data } = await repository.asked(`compare ${head} with ${base}`, read, (octokit, at) =>
    octokit.request("GET /repos/{owner}/{repo}/compare/{basehead}", { ...at, basehead: `${base}...${head}` }),
  );
  const { merge_base_commit: fork, commits, files = [], total_commits: count } = data;
  return {
    fork: fork.sha,
    own: commits.map(({ sha, parents, commit: { message } }) => ({
      sha,
      parents: parents.map((parent) => parent.sha),
      title: message.split("\n")[0] ?? "",
    })),
    files: files.flatMap(({ filename, previous_filename: before }) => [
      filename,
      ...(before ? [before] : []),
    ]),
    whole: commits.length === count && files.length < mostFiles,
  };
}

/**
 * Makes a commit that stands on no branch yet.
 * @param file what it changes; undefined for nothing
 */
export async function commitOn(
  repository: Repository,
  parent: string,
  message: string,
  file: { path: string; text: string } | undefined,
): Promise<string> {
  return repository.asked("take a commit", write, async (octokit, at) => {
    const { data: before } = await octokit.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", {
      ...at,
      commit_sha: parent,
    });
    let tree = before.tree.sha;
    if (file !== undefined) {
      const { path, text: content } = file;
      const { data } = await octokit.request("POST /repos/{owner}/{repo}/git/trees", {
        ...at,
        base_tree: tree,
        tree: [{ path, content, mode: "100644", type: "blob" }],
      });
      tree = data.sha;
    }
    const { data } = await octokit.request("POST /repos/{owner}/{repo}/git/commits", {
      ...at,
      message,
      tree,
      parents: [parent],
    });
    return data.sha;
  });
}

/**
 * Makes a branch, or lets it begin anew at a commit. What somebody has put on it in the meantime is left alone.
 * @param seen its newest commit when it was looked at; undefined where there was no such branch
 * @returns false where it is another one by now
 */
export async function setBranch(
  repository: Repository,
  branch: string,
  commit: string,
  seen: string | undefined,
): Promise<boolean> {
  if (seen === undefined) return makeBranch(repository, branch, commit);
  // GitHub has no way to move it only from there: what comes in this very moment is not seen.
  if ((await tipOf(repository, branch)) !== seen) return false;
  await repository.asked(`move the branch ${branch}`, write, (octokit, at) =>
    octokit.request("PATCH /repos/{owner}/{repo}/git/refs/{ref}", {
      ...at,
      ref: `heads/${branch}`,
      sha: commit,
      force: true,
    }),
  );
  return true;
}

async function makeBranch(repository: Repository, branch: string, commit: string): Promise<boolean> {
  try {
    await repository.asked(`make the branch ${branch}`, write, (octokit, at) =>
      octokit.request("POST /repos/{owner}/{repo}/git/refs", {
        ...at,
        ref: `refs/heads/${branch}`,
        sha: commit,
      }),
    );
    return true;
  } catch (error) {
    if (!(error instanceof GitHubRefusal) || error.status !== 422) throw error;
    // It is there already, since a moment ago; anything else that is wrong with it would be wrong again.
    if ((await tipOf(repository, branch)) === undefined) throw error;
    return false;
  }
}
