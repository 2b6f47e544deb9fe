import { inPages, pageSize } from "./pages";
import { GitHubRefusal, type Repository } from "./repository";

const read = "`pull requests: read`";
const write = "`pull requests: write`";

/** The one comment of a stack. */
export interface Comment {
  /** What it begins with. */
  mark: string;
  body: string;
  /** Whether none is to be written where there is none. */
  silent: boolean;
}

/**
 * Writes the one comment that begins with a mark, or changes it: only one of the same account. Anybody can write the mark.
 * @param login who writes here; undefined where that is not known, and then it is always a new one
 */
export async function putComment(
  repository: Repository,
  number: number,
  { mark, body, silent }: Comment,
  login: string | undefined,
): Promise<void> {
  const own = login === undefined ? undefined : await ownComment(repository, number, mark, login);
  if (own === undefined && silent) return;
  await repository.asked("take a comment", write, async (octokit, at) => {
    if (own === undefined) {
      const path = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
      await octokit.request(path, { ...at, issue_number: number, body });
    } else {
      const path = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
      await octokit.request(path, { ...at, comment_id: own, body });
    }
  });
}

/**
 * The account that writes here. An app is not told who it is by its token, as GitHub Actions is not by its GITHUB_TOKEN: its
 * name is on the check that it has written.
 * @param check number of one that was written by the same token
 * @returns undefined where it can't be told
 */
export async function ownLogin(repository: Repository, check: number): Promise<string | undefined> {
  try {
    const { data } = await repository.asked("tell whose token this is", "any right", (octokit) =>
      octokit.request("GET /user"),
    );
    return data.login;
  } catch (error) {
    if (!(error instanceof GitHubRefusal) || error.status === undefined || error.status >= 500) throw error;
  }
  const { data } = await repository.asked("show its own check", "`checks: write`", (octokit, at) =>
    octokit.request("GET /repos/{owner}/{repo}/check-runs/{check_run_id}", { ...at, check_run_id: check }),
  );
  return data.app?.slug ? `${data.app.slug}[bot]` : undefined;
}

async function ownComment(
  repository: Repository,
  number: number,
  mark: string,
  login: string,
): Promise<number | undefined> {
  const comments = inPages(`comments of the pull request ${number}`, async (page) => {
    const { data } = await repository.asked("list comments", read, (octokit, at) =>
      octokit.request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
        ...at,
        ...{ issue_number: number, per_page: pageSize, page },
      }),
    );
    return data;
  });
  for await (const { id, body, user } of comments)
    if (user?.login === login && body?.startsWith(mark)) return Number(id);
  return undefined;
}
