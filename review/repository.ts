import { setTimeout } from "node:timers/promises";
import { githubClient, whyNot, type GitHubClient } from "../catalog/githubClient";
import { BrokenEnvironment } from "../stack/endings";
import type { ReviewPlace } from "./place";

/** A GitHub that does not do what it was asked; the message says what that was, why not, and what it takes. */
export class GitHubRefusal extends BrokenEnvironment {
  constructor(
    message: string,
    /** The answer's HTTP status; undefined where there was none. */
    readonly status: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message);
    this.cause = options?.cause;
  }
}

/** Seconds until a connection stands, and for each thing that is asked where nobody says otherwise. */
const connectWithin = 5;
const answerWithin = 30;
/** Seconds after which what only reads is asked again where GitHub is away for a moment. */
const retryAfter = [0.5, 1];

/** What an app's token may do, by GitHub's names. */
type Rights = Readonly<Record<string, "read" | "write">>;

/** What each command needs: the token of an app is asked for no more, and for its repository alone. */
export const rights = {
  propose: { contents: "write", pull_requests: "write" },
  check: { contents: "read", pull_requests: "write", checks: "write" },
  deploy: { contents: "read", pull_requests: "read", checks: "read" },
} as const satisfies Record<string, Rights>;

type Octokit = GitHubClient["octokit"];

/** A repository on GitHub; each thing that is asked of it has its own time. */
export class Repository {
  /** Of an app, which is asked for it once: it is good for an hour. */
  private token: Promise<string> | undefined;

  /** Seconds for each thing that is asked. */
  private readonly within: number;
  /** Undefined for all that the app has. */
  private readonly rights: Rights | undefined;

  constructor(
    readonly place: ReviewPlace,
    { within = answerWithin, rights: own }: { within?: number; rights?: Rights } = {},
  ) {
    this.within = within;
    this.rights = own;
  }

  /**
   * @param what for a refusal, such as `make the branch x`
   * @param right that it takes, such as `contents: write`
   * @throws GitHubRefusal
   */
  async asked<Value>(
    what: string,
    right: string,
    ask: (octokit: Octokit, at: { owner: string; repo: string }) => Promise<Value>,
  ): Promise<Value> {
    const token = await this.signedIn();
    return this.tried(what, right, async (signal) => {
      const { octokit, owner, repo } = await githubClient({ ...this.place, token }, connectWithin, signal);
      octokit.hook.wrap("request", async (request, options) => {
        for (const wait of options.method === "GET" ? retryAfter : [])
          try {
            return await request(options);
          } catch (error) {
            if (![502, 503, 504].includes(Number((error as { status?: unknown }).status))) throw error;
            await setTimeout(wait * 1000, undefined, { signal });
          }
        return request(options);
      });
      octokit.hook.after("request", ({ data }) => {
        if (typeof data !== "object" || data === null) throw new TypeError("no JSON");
      });
      return ask(octokit, { owner, repo });
    });
  }

  private async tried<Value>(
    what: string,
    right: string,
    ask: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const { api, repository } = this.place;
    const signal = AbortSignal.timeout(this.within * 1000);
    try {
      return await ask(signal);
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error;
      const { status } = reason as { status?: unknown };
      const known = typeof status === "number" ? status : undefined;
      const takes = known !== undefined && [401, 403, 404].includes(known) ? `. It takes ${right}` : "";
      const why = whyNot(reason, this.within);
      throw new GitHubRefusal(`GitHub (${api}) did not ${what} (${repository}): ${why}${takes}`, known, {
        cause: error,
      });
    }
  }

  private signedIn(): Promise<string> | string {
    const { token } = this.place;
    if (typeof token === "string") return token;
    this.token ??= this.tried("let the app in", "an app that is installed for it", async (signal) => {
      const { octokit, repo } = await githubClient(this.place, connectWithin, signal);
      const { rights: permissions } = this;
      const asked = { type: "installation", repositoryNames: [repo], ...(permissions && { permissions }) };
      return ((await octokit.auth(asked)) as { token: string }).token;
    });
    return this.token;
  }
}

/** What an answer of 404 means where a thing may be missing: that it is. @throws what else was wrong */
export async function orMissing<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof GitHubRefusal && error.status === 404) return undefined;
    throw error;
  }
}
