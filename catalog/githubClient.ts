import type { Octokit } from "@octokit/core";
import { request } from "./registryRequest";

/** A repository on GitHub, and as whom it is asked. */
export interface GitHubPlace {
  /** Where its API answers, such as `https://api.github.com`. */
  api: string;
  /** `owner/name`. */
  repository: string;
  /** Undefined to ask as nobody in particular, which a public repository answers. */
  token: string | undefined;
}

export interface GitHubClient {
  octokit: Octokit;
  owner: string;
  repo: string;
}

/**
 * Asks GitHub by its own library. The token does not follow a redirect to another host.
 * @param connectWithin seconds until each connection stands
 * @param signal ends whatever is asked
 */
export async function githubClient(
  { api, repository, token }: GitHubPlace,
  connectWithin: number,
  signal: AbortSignal,
): Promise<GitHubClient> {
  const { Octokit } = await import("@octokit/core");
  const octokit = new Octokit({
    baseUrl: api,
    userAgent: "knowngood",
    ...(token !== undefined && { auth: token }),
    // Its own would say on the terminal what is said here.
    log: { debug: ignored, info: ignored, warn: ignored, error: ignored },
    request: { fetch: (url: string, init: RequestInit) => fetchWithin(url, init, connectWithin, signal) },
  });
  const [owner = "", repo = ""] = repository.split("/");
  return { octokit, owner, repo };
}

/** Octokit's own fetch knows no time to connect in. */
async function fetchWithin(
  url: string,
  { method, headers, body: told }: RequestInit,
  connectWithin: number,
  signal: AbortSignal,
): Promise<Response> {
  if (method !== "GET" && method !== "POST") throw new Error(`neither asked nor told: ${method}`);
  const answer = await request({
    method,
    url,
    headers: Object.fromEntries(new Headers(headers)),
    ...(typeof told === "string" && { body: told }),
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

/**
 * Why GitHub did not tell, or do, what it was asked.
 * @param answerWithin seconds that there were for it
 */
export function whyNot(error: unknown, answerWithin: number): string {
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
