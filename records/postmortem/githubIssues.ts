import { githubClient, whyNot, type GitHubPlace } from "../../catalog/githubClient";

/** An issue as it is told of. */
export interface Issue {
  number: number;
  url: string;
}

/** What an issue is opened with. */
export interface NewIssue {
  title: string;
  body: string;
  labels: readonly string[];
  assignees: readonly string[];
}

/** Issues of a repository, as far as a postmortem needs them. Every call throws IssueError. */
export interface Issues {
  /**
   * The first issue, open or closed, whose body holds a text.
   * @param since ISO 8601, UTC; what was opened earlier is not looked at
   */
  find(text: string, since: string): Promise<(Issue & { body: string }) | undefined>;
  /** @returns what GitHub did not take, where the issue had to be opened without labels and assignees */
  open(issue: NewIssue): Promise<Issue & { without?: string }>;
  /** The texts of an issue's comments. */
  comments(issue: number): Promise<string[]>;
  comment(issue: number, body: string): Promise<void>;
}

/** GitHub did not do it; the message says why, and can hold what GitHub said. */
export class IssueError extends Error {
  override readonly name = "IssueError";

  constructor(
    message: string,
    /** Asking again does not help. */
    readonly final: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A body has 64 KiB at most, and an answer of more than 4 MiB is not read. */
const pageSize = 50;
const mostPages = 10;
const connectWithin = 3;

/**
 * @param within seconds for everything that is asked
 * @param ended ends it before
 */
export async function githubIssues(place: GitHubPlace, within: number, ended?: AbortSignal): Promise<Issues> {
  const late = AbortSignal.timeout(Math.max(1, Math.round(within * 1000)));
  const signal = ended === undefined ? late : AbortSignal.any([late, ended]);
  const { octokit, owner, repo } = await githubClient(place, connectWithin, signal);
  const at = { owner, repo };

  async function asked<Value>(ask: () => Promise<Value>): Promise<Value> {
    try {
      return await ask();
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error;
      throw new IssueError(reasonOf(reason, within), isFinal(reason), { cause: error });
    }
  }

  const opened = async (issue: Pick<NewIssue, "title" | "body"> & Partial<NewIssue>): Promise<Issue> => {
    const { labels, assignees, ...text } = issue;
    const { data } = await octokit.request("POST /repos/{owner}/{repo}/issues", {
      ...at,
      ...text,
      ...(labels !== undefined && labels.length > 0 && { labels: [...labels] }),
      ...(assignees !== undefined && assignees.length > 0 && { assignees: [...assignees] }),
    });
    return issueIn(data);
  };

  return {
    find: (text, since) =>
      asked(async () => {
        let found: (Issue & { body: string }) | undefined;
        for (let page = 1; page <= mostPages; page++) {
          const { data } = await octokit.request("GET /repos/{owner}/{repo}/issues", {
            ...at,
            state: "all",
            sort: "created",
            direction: "desc",
            per_page: pageSize,
            page,
          });
          if (!Array.isArray(data)) throw new TypeError("no list");
          for (const item of data) {
            const { body } = item;
            if (typeof body === "string" && body.includes(text)) found = { ...issueIn(item), body };
          }
          const oldest = data.at(-1)?.created_at;
          if (data.length < pageSize || oldest === undefined || oldest < since) return found;
        }
        if (found !== undefined) return found;
        throw new IssueError(`more than ${pageSize * mostPages} issues since ${since}`, true);
      }),
    open: (issue) =>
      asked(async () => {
        try {
          return await opened(issue);
        } catch (error) {
          // Of a label or an account that it does not take, GitHub says no more than that.
          if (![403, 404, 422].includes(statusOf(error) ?? 0)) throw error;
          if (issue.labels.length + issue.assignees.length === 0) throw error;
          const { title, body } = issue;
          return { ...(await opened({ title, body })), without: whyNot(error, within) };
        }
      }),
    comments: (issue) =>
      asked(async () => {
        const bodies: string[] = [];
        for (let page = 1; page <= mostPages; page++) {
          const { data } = await octokit.request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
            ...at,
            issue_number: issue,
            per_page: pageSize,
            page,
          });
          if (!Array.isArray(data)) throw new TypeError("no list");
          bodies.push(...data.map(({ body }) => body ?? ""));
          if (data.length < pageSize) break;
        }
        return bodies;
      }),
    comment: (issue, body) =>
      asked(async () => {
        await octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
          ...at,
          issue_number: issue,
          body,
        });
      }),
  };
}

/** @throws TypeError for what is no issue */
function issueIn({ number, html_url: url }: { number?: unknown; html_url?: unknown }): Issue {
  if (typeof number !== "number" || typeof url !== "string" || !/^https?:\/\/[\x21-\x7e]+$/.test(url))
    throw new TypeError("no issue");
  return { number, url };
}

function reasonOf(error: unknown, within: number): string {
  const status = statusOf(error);
  if (status === 404) return "HTTP 404: no such repository, or no right to its issues";
  if (status === 410) return "HTTP 410: the repository's issues are turned off";
  return whyNot(error, Math.round(within * 10) / 10);
}

function isFinal(error: unknown): boolean {
  if (error instanceof IssueError) return error.final;
  const status = statusOf(error);
  return status !== undefined && status < 500 && status !== 408 && status !== 429;
}

function statusOf(error: unknown): number | undefined {
  const { status } = error as { status?: unknown };
  return typeof status === "number" ? status : undefined;
}
