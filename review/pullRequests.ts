import { allOf, inPages, pageSize } from "./pages";
import { GitHubRefusal, orMissing, type Repository } from "./repository";

/** A pull request, as far as a review needs it. */
export interface PullRequest {
  number: number;
  url: string;
  title: string;
  /** Markdown; empty where it has none. */
  body: string;
  /** Who opened it; undefined where that account is gone. */
  author: string | undefined;
  /** The branch that it is for. */
  base: string;
  /** The newest commit of its branch. */
  head: string;
  mergedAt: string | null;
  /** The commit by which it came into its base. */
  mergeCommit: string | null;
}

export interface ProposedPullRequest {
  /** Branch of the same repository. */
  branch: string;
  base: string;
  title: string;
  /** @param before that of the open pull request; undefined where there is none */
  body: (before: string | undefined) => string;
}

const read = "`pull requests: read`";
const write = "`pull requests: write`";

interface Told {
  number: number;
  html_url: string;
  title: string;
  body?: string | null;
  user: { login: string } | null;
  base: { ref: string };
  head: { sha: string };
  merged_at?: string | null;
  merge_commit_sha?: string | null;
}

function asPullRequest({ number, html_url: url, title, user, base, head, ...more }: Told): PullRequest {
  const { merged_at: mergedAt = null, merge_commit_sha: mergeCommit = null } = more;
  const [author, body] = [user?.login, more.body ?? ""];
  return { number, url, title, body, author, base: base.ref, head: head.sha, mergedAt, mergeCommit };
}

/** Opens a pull request, or brings the open one of the branch up to date. */
export async function putPullRequest(
  repository: Repository,
  proposed: ProposedPullRequest,
): Promise<PullRequest & { updated: boolean }> {
  const open = await openPullRequest(repository, proposed.branch);
  if (open !== undefined) return updated(repository, open, proposed);
  const { branch: head, base, title, body } = proposed;
  try {
    const { data } = await repository.asked("open the pull request", write, (octokit, at) =>
      octokit.request("POST /repos/{owner}/{repo}/pulls", {
        ...at,
        base,
        title,
        body: body(undefined),
        head,
      }),
    );
    return { ...asPullRequest(data), updated: false };
  } catch (error) {
    // Somebody else has opened one of the same branch a moment ago.
    const other = isUnprocessable(error) ? await openPullRequest(repository, proposed.branch) : undefined;
    if (other === undefined) throw error;
    return updated(repository, other, proposed);
  }
}

async function updated(
  repository: Repository,
  { number, body: before }: PullRequest,
  { base, title, body }: ProposedPullRequest,
): Promise<PullRequest & { updated: boolean }> {
  const { data } = await repository.asked(`change the pull request ${number}`, write, (octokit, at) =>
    octokit.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", {
      ...at,
      pull_number: number,
      ...{ base, title, body: body(before) },
    }),
  );
  return { ...asPullRequest(data), updated: true };
}

/** The open pull request of a branch of the same repository. */
export async function openPullRequest(
  repository: Repository,
  branch: string,
): Promise<PullRequest | undefined> {
  const { data } = await repository.asked("list its pull requests", read, (octokit, at) =>
    octokit.request("GET /repos/{owner}/{repo}/pulls", {
      ...at,
      state: "open",
      head: `${at.owner}:${branch}`,
    }),
  );
  return data.map(asPullRequest)[0];
}

export async function pullRequest(repository: Repository, number: number): Promise<PullRequest | undefined> {
  const found = await orMissing(
    repository.asked(`show the pull request ${number}`, read, (octokit, at) =>
      octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...at, pull_number: number }),
    ),
  );
  return found && asPullRequest(found.data);
}

/** The merged pull request by whose merge a commit came into a branch, squashed or rebased as well. */
export async function mergedWith(
  repository: Repository,
  commit: string,
  branch: string,
): Promise<PullRequest | undefined> {
  const pulls = await mergedPulls(repository, commit, branch);
  return pulls.find(({ mergeCommit }) => mergeCommit === commit);
}

/** The merged pull requests that brought a commit into a branch: by their merge, or among their own commits. */
export async function mergedPulls(
  repository: Repository,
  commit: string,
  branch: string,
): Promise<PullRequest[]> {
  const pulls = inPages(`pull requests of the commit ${commit.slice(0, 12)}`, async (page) => {
    const found = await orMissing(
      repository.asked(`tell of the commit ${commit.slice(0, 12)}`, read, (octokit, at) =>
        octokit.request("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", {
          ...at,
          ...{ commit_sha: commit, per_page: pageSize, page },
        }),
      ),
    );
    return found?.data ?? [];
  });
  const all = (await allOf(pulls)).map(asPullRequest);
  return all.filter(({ base, mergedAt }) => base === branch && mergedAt !== null);
}

/** @returns what GitHub did not take, and why; the pull request stands without it */
export async function decorate(
  repository: Repository,
  number: number,
  wanted: { labels: readonly string[]; reviewers: readonly string[]; teamReviewers: readonly string[] },
): Promise<string[]> {
  const { labels, reviewers, teamReviewers } = wanted;
  const without: string[] = [];
  const attempt = async (items: readonly string[], ask: () => Promise<unknown>) => {
    if (items.length === 0) return;
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof GitHubRefusal)) throw error;
      without.push(error.message);
    }
  };
  await attempt(labels, () =>
    repository.asked(`set the labels ${labels.join(", ")}`, write, (octokit, at) =>
      octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", {
        ...at,
        issue_number: number,
        labels: [...labels],
      }),
    ),
  );
  // Each alone: of several, one that GitHub does not take would take the others with it.
  const asked: [who: string, asked: { reviewers?: string[]; team_reviewers?: string[] }][] = [
    ...reviewers.map((name): [string, object] => [name, { reviewers: [name] }]),
    ...teamReviewers.map((name): [string, object] => [`the team ${name}`, { team_reviewers: [name] }]),
  ];
  for (const [who, one] of asked)
    await attempt([who], () =>
      repository.asked(`ask ${who} for a review`, write, (octokit, at) =>
        octokit.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", {
          ...at,
          pull_number: number,
          ...one,
        }),
      ),
    );
  return without;
}

function isUnprocessable(error: unknown): boolean {
  return error instanceof GitHubRefusal && error.status === 422;
}
