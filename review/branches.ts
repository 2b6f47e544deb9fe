import { InvalidInput } from "../settings/violations";
import { GitHubRefusal, orMissing, type Repository } from "./repository";

/** A file as it is in a commit. */
export interface FileAt {
  commit: string;
  text: string;
}

const read = "`contents: read`";
const write = "`contents: write`";

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

/** What a branch has that another has not, and the other way round. */
export async function compared(
  repository: Repository,
  base: string,
  head: string,
): Promise<{ fork: string; own: readonly string[] }> {
  const { data } = await repository.asked(`compare ${head} with ${base}`, read, (octokit, at) =>
    octokit.request("GET /repos/{owner}/{repo}/compare/{basehead}", { ...at, basehead: `${base}...${head}` }),
  );
  return { fork: data.merge_base_commit.sha, own: data.commits.map(({ sha }) => sha) };
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

/** Makes a branch, or lets it begin anew at a commit, whatever it had. */
export async function setBranch(repository: Repository, branch: string, commit: string): Promise<void> {
  const move = () =>
    repository.asked(`move the branch ${branch}`, write, (octokit, at) =>
      octokit.request("PATCH /repos/{owner}/{repo}/git/refs/{ref}", {
        ...at,
        ref: `heads/${branch}`,
        sha: commit,
        force: true,
      }),
    );
  try {
    await repository.asked(`make the branch ${branch}`, write, (octokit, at) =>
      octokit.request("POST /repos/{owner}/{repo}/git/refs", {
        ...at,
        ref: `refs/heads/${branch}`,
        sha: commit,
      }),
    );
  } catch (error) {
    // It is there already, perhaps since a moment ago.
    if (!(error instanceof GitHubRefusal) || error.status !== 422) throw error;
    await move();
  }
}
