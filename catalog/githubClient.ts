import type { Octokit } from "@octokit/core";
import type { OctokitOptions } from "@octokit/core/types";
import { request } from "./registryRequest";

/** A repository on GitHub, and as whom it is asked. */
export interface GitHubPlace {
  /** Where its API answers, such as `https://api.github.com`. */
  api: string;
  /** `owner/name`. */
  repository: string;
  /** Undefined to ask as nobody in particular, which a public repository answers. */
  token: string | GitHubApp | undefined;
}

/** An app on GitHub: it proves who it is by its key, and is given a token that is good for an hour. */
export interface GitHubApp {
  id: string;
  /** PEM. */
  privateKey: string;
  /** Undefined to ask which of its installations the repository has. */
  installation: number | undefined;
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
  const options = {
    baseUrl: api,
    userAgent: "knowngood",
    // Its own would say on the terminal what is said here.
    log: { debug: ignored, info: ignored, warn: ignored, error: ignored },
    request: { fetch: (url: string, init: RequestInit) => fetchWithin(url, init, connectWithin, signal) },
  };
  const [owner = "", repo = ""] = repository.split("/");
  if (typeof token === "object")
    return { octokit: await asApp(token, options, { owner, repo }), owner, repo };
  return { octokit: new Octokit({ ...options, ...(token !== undefined && { auth: token }) }), owner, repo };
}

/** As an app's installation, which is asked for by the app itself where nobody has said which. */
async function asApp(
  { id, privateKey, installation }: GitHubApp,
  options: OctokitOptions,
  at: { owner: string; repo: string },
): Promise<Octokit> {
  const [{ Octokit }, { createAppAuth }] = await Promise.all([
    import("@octokit/core"),
    import("@octokit/auth-app"),
  ]);
  const app = { ...options, authStrategy: createAppAuth };
  const installationId =
    installation ??
    (
      await new Octokit({ ...app, auth: { appId: id, privateKey } }).request(
        "GET /repos/{owner}/{repo}/installation",
        at,
      )
    ).data.id;
  return new Octokit({ ...app, auth: { appId: id, privateKey, installationId } });
}

/** Octokit's own fetch knows no time to connect in. */
async function fetchWithin(
  url: string,
  { method, headers, body: told }: RequestInit,
  connectWithin: number,
  signal: AbortSignal,
): Promise<Response> {
  if (method !== "GET" && method !== "POST" && method !== "PATCH")
    throw new Error(`neither asked nor told: ${method}`);
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
  const again = askAgain(error);
  if (again !== undefined) return `HTTP ${String(status)}: too much was asked; ask again ${again}`;
  if (status === 404) return "HTTP 404: no such repository or commit, or no right to read it";
  if (status === 401 || status === 403)
    return `HTTP ${status}: the token is not good for it, or too many were asked`;
  // What it said could be read, and has not the form that was asked for.
  if (error instanceof TypeError) return "its answer is none of GitHub's";
  return error.message;
}

/** When GitHub will answer again; undefined where that is not what it said. */
function askAgain(error: Error): string | undefined {
  const { status, response } = error as {
    status?: unknown;
    response?: { headers?: Record<string, unknown> };
  };
  if (status !== 403 && status !== 429) return undefined;
  const headers = response?.headers ?? {};
  const seconds = Number(headers["retry-after"]);
  if (seconds > 0) return `in ${seconds} s`;
  const reset = Number(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] === "0" && reset > 0 && reset < 1e11)
    return `from ${new Date(reset * 1000).toISOString()} on`;
  return undefined;
}

function ignored(): void {
  // Nothing.
}
