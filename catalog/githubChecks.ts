import { checkOfRun, checkOfStatus, type Check } from "./ciAnswer";
import { request } from "./registryRequest";

/** Where a commit's checks are asked for. */
export interface GitHubPlace {
  /** Where its API answers, such as `https://api.github.com`. */
  api: string;
  /** `owner/name`. */
  repository: string;
  /** Undefined to ask as nobody in particular, which a public repository answers. */
  token: string | undefined;
}

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
  { api, repository, token }: GitHubPlace,
  commit: string,
  { connectWithin = 3, answerWithin = 10 }: GitHubOptions = {},
): Promise<Check[]> {
  const { Octokit } = await import("@octokit/core");
  const signal = AbortSignal.timeout(answerWithin * 1000);
  const octokit = new Octokit({
    baseUrl: api,
    userAgent: "knowngood",
    ...(token !== undefined && { auth: token }),
    // Its own would say on the terminal what is said here.
    log: { debug: ignored, info: ignored, warn: ignored, error: ignored },
    request: { fetch: (url: string, init: RequestInit) => fetchWithin(url, init, connectWithin, signal) },
  });
  const [owner = "", repo = ""] = repository.split("/");
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

/** Octokit's own fetch knows no time to connect in. */
async function fetchWithin(
  url: string,
  { method, headers }: RequestInit,
  connectWithin: number,
  signal: AbortSignal,
): Promise<Response> {
  if (method !== "GET") throw new Error(`only asked, never told: ${method}`);
  const answer = await request({
    method,
    url,
    headers: Object.fromEntries(new Headers(headers)),
    connectWithin,
    signal,
  });
  const given = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  // A status without content takes no body, not even an empty one.
  const body = [204, 304].includes(answer.status) ? null : new Uint8Array(answer.body);
  return new Response(body, { status: answer.status, headers: given });
}

function whyNot(error: unknown, answerWithin: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no full answer within ${answerWithin} s`;
  const status = (error as { status?: unknown }).status;
  if (status === 404) return "HTTP 404: no such repository or commit, or no right to read it";
  if (status === 401 || status === 403)
    return `HTTP ${status}: the token is not good for it, or too many were asked`;
  // What it said could be read, and has not the form that was asked for.
  if (error instanceof TypeError) return "its answer is none of GitHub's";
  return error.message;
}

function ignored(): void {
  // Nothing.
}
