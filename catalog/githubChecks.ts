import { checkOfRun, checkOfStatus, type Check } from "./ciAnswer";
import { githubClient, whyNot, type GitHubPlace } from "./githubClient";

export interface GitHubOptions {
  /** Seconds until a connection stands. @default 3 */
  connectWithin?: number;
  /** Seconds for all of it. @default 10 */
  answerWithin?: number;
}

/** As many as GitHub gives at once. */
const pageSize = 100;
/** Pages that are read of each kind; a commit with more checks is not judged by part of them. */
const mostPages = 5;

/**
 * The newest outcome of every check run and every commit status of a commit.
 * @throws Error saying why they can't be had; never with the token
 */
export async function checksOfCommit(
  place: GitHubPlace,
  commit: string,
  { connectWithin = 3, answerWithin = 10 }: GitHubOptions = {},
): Promise<Check[]> {
  const { api, repository } = place;
  const signal = AbortSignal.timeout(answerWithin * 1000);
  const { octokit, owner, repo } = await githubClient(place, connectWithin, signal);
  const at = { owner, repo, ref: commit, per_page: pageSize };
  try {
    const [runs, statuses] = await Promise.all([
      allPages(async (page) => {
        const { data } = await octokit.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
          ...at,
          page,
        });
        return { total: data.total_count, items: data.check_runs.map(checkOfRun) };
      }),
      allPages(async (page) => {
        const { data } = await octokit.request("GET /repos/{owner}/{repo}/commits/{ref}/status", {
          ...at,
          page,
        });
        return { total: data.total_count, items: data.statuses.map(checkOfStatus) };
      }),
    ]);
    return [...runs, ...statuses];
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : error;
    throw new Error(
      `${api} does not tell of ${repository}@${commit.slice(0, 12)}: ${whyNot(reason, answerWithin)}`,
      {
        cause: error,
      },
    );
  }
}

async function allPages(ask: (page: number) => Promise<{ total: number; items: Check[] }>): Promise<Check[]> {
  const found: Check[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const { total, items } = await ask(page);
    found.push(...items);
    if (found.length >= total || items.length === 0) return found;
  }
  throw new Error(`more than ${pageSize * mostPages} checks`);
}
