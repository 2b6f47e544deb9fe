import { allOf, inPages, pageSize } from "./pages";
import { orMissing, type Repository } from "./repository";
import type { PullRequest } from "./pullRequests";

/** What somebody has said of a pull request, as GitHub tells of it. */
export interface Review {
  by: string;
  /** Whether an account of a person's; a workflow can approve too. */
  person: boolean;
  /** `APPROVED`, `CHANGES_REQUESTED`, `DISMISSED`, `COMMENTED`… */
  state: string;
  /** The commit that was looked at. */
  commit: string;
  /** ISO 8601. */
  at: string;
}

export interface WantedApproval {
  /** The pull request's last commit. */
  head: string;
  /** ISO 8601: when its check ended, before which nobody could see what is deployed. */
  since: string;
  /** Who made the change, and so can't approve it. */
  own: ReadonlySet<string>;
}

/** Who has approved it, by the last word of each; and of the other approvals why they don't count. */
export function approvalsIn(
  reviews: readonly Review[],
  wanted: WantedApproval,
): { by: string[]; without: string[] } {
  const last = new Map(reviews.filter(({ state }) => isWord(state)).map((review) => [review.by, review]));
  const by: string[] = [];
  const without: string[] = [];
  for (const review of last.values()) {
    const why = whyNot(review, wanted);
    if (why === undefined) by.push(review.by);
    else without.push(`${review.by} ${why}`);
  }
  return { by, without };
}

/** A comment takes back neither an approval nor a wish. */
function isWord(state: string): boolean {
  return state !== "COMMENTED" && state !== "PENDING";
}

function whyNot(
  { by, person, state, commit, at }: Review,
  { head, since, own }: WantedApproval,
): string | undefined {
  if (state === "CHANGES_REQUESTED") return "wants changes";
  if (state !== "APPROVED") return "has approved it no longer";
  if (!person) return "is no person";
  if (own.has(by)) return "has made the change";
  if (commit !== head) return `has approved ${commit.slice(0, 12)}, which is not its last commit`;
  // GitHub's times are of whole seconds.
  if (!(Date.parse(at) >= Date.parse(since)))
    return `has approved it at ${at}, before the check ended at ${since}`;
  return undefined;
}

/**
 * Asks who has approved what a check has shown.
 * @param since ISO 8601, when the check ended
 * @returns `by`: the first who may write to the repository; undefined with what there is instead
 */
export async function approved(
  repository: Repository,
  pull: PullRequest,
  since: string,
): Promise<{ by: string | undefined; without: string[] }> {
  const own = new Set(
    [pull.author, ...(await authorsOf(repository, pull.head))].flatMap((name) => name ?? []),
  );
  const { by, without } = approvalsIn(await reviewsOf(repository, pull.number), {
    ...{ head: pull.head, since, own },
  });
  for (const name of by) {
    if (await mayWrite(repository, name)) return { by: name, without };
    without.push(`${name} may not write to the repository`);
  }
  return { by: undefined, without };
}

/** All that was said of a pull request, the oldest first. */
async function reviewsOf(repository: Repository, number: number): Promise<Review[]> {
  const reviews = await allOf(
    inPages(`reviews of the pull request ${number}`, async (page) => {
      const { data } = await repository.asked(
        `tell of the reviews of the pull request ${number}`,
        "`pull requests: read`",
        (octokit, at) =>
          octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
            ...at,
            ...{ pull_number: number, per_page: pageSize, page },
          }),
      );
      return data;
    }),
  );
  return reviews.flatMap(({ user, state, commit_id: commit, submitted_at: at }) =>
    user === null
      ? []
      : [{ by: user.login, person: user.type === "User", state, commit: commit ?? "", at: at ?? "" }],
  );
}

/** The accounts that a commit names: who wrote it, and who committed it. Who pushed it GitHub's log alone says. */
async function authorsOf(repository: Repository, commit: string): Promise<(string | undefined)[]> {
  const { data } = await repository.asked(
    `tell of the commit ${commit.slice(0, 12)}`,
    "`contents: read`",
    (octokit, at) => octokit.request("GET /repos/{owner}/{repo}/commits/{ref}", { ...at, ref: commit }),
  );
  return [data.author, data.committer].map((who) => (who && "login" in who ? who.login : undefined));
}

/** Whoever can read a repository can approve in it; it is those who may write whose approval counts on GitHub too. */
async function mayWrite(repository: Repository, username: string): Promise<boolean> {
  const found = await orMissing(
    repository.asked(`tell what ${username} may do`, "`metadata: read`", (octokit, at) =>
      octokit.request("GET /repos/{owner}/{repo}/collaborators/{username}/permission", { ...at, username }),
    ),
  );
  return ["admin", "write"].includes(found?.data.permission ?? "none");
}
