import { githubClient, whyNot, type GitHubPlace } from "../catalog/githubClient";
import { reviewPlace } from "../review/place";
import { InvalidInput } from "../settings/violations";
import { needed, NotAsked, settingsOf, type Check } from "./check";
import type { Finding } from "./finding";
import { rights, usesOf, type GitHubNeed, type GitHubUse } from "./githubUses";
import type { World } from "./world";

const name = "GitHub";

/** Whether GitHub grants what the stack's settings ask of it. */
export const github: Check = {
  name,
  look: async (world) => {
    const settings = await settingsOf(world);
    const uses = usesOf(settings);
    if (uses.length === 0)
      return { check: name, outcome: "not asked", found: "no setting of the stack uses it" };
    return Promise.all(
      uses.map(async (use): Promise<Finding> => {
        const check = `${name} for ${use.setting}`;
        try {
          if (use.as === "environment") {
            const { api, token } = reviewPlace(settings.review, world.environment);
            return judgeGitHub({ ...use, api }, await ask({ ...use, api }, token, world));
          }
          return judgeGitHub(use, await ask(use, await tokenOf(use, world), world));
        } catch (error) {
          if (error instanceof NotAsked) return { check, outcome: "not asked", found: error.message };
          const [violation] = error instanceof InvalidInput ? error.violations : [];
          if (violation === undefined) throw error;
          return { check, outcome: "missing", found: violation.found, get: violation.expected };
        }
      }),
    );
  },
};

async function tokenOf({ as }: GitHubUse, { secrets }: World): Promise<string | undefined> {
  if (typeof as === "string") return undefined;
  return (await needed("the secrets are", secrets)).get(as.secret);
}

/** What GitHub said of the repository to whoever asks. */
export type GitHubAnswer =
  | { problem: string; status?: number }
  | {
      private: boolean;
      /** Whether the repository has issues at all. */
      issues: boolean;
      /** Whether who asks may write to it; undefined where GitHub does not say. */
      push: boolean | undefined;
      /** Of a classic token; undefined of others, whose rights GitHub does not tell. */
      scopes: readonly string[] | undefined;
      /** Why what is needed could not be read, once it was tried. */
      refused: string | undefined;
    };

const routes = {
  checks: "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
  issues: "GET /repos/{owner}/{repo}/issues",
  "pull requests": "GET /repos/{owner}/{repo}/pulls",
} as const satisfies Record<GitHubNeed, string>;

async function ask(
  { api, repository, needs }: GitHubUse,
  token: GitHubPlace["token"],
  { connectWithin, limit }: World,
): Promise<GitHubAnswer> {
  try {
    const place = { api, repository, token };
    const { octokit, owner, repo } = await githubClient(place, connectWithin, limit.signal);
    const { data, headers } = await octokit.request("GET /repos/{owner}/{repo}", { owner, repo });
    const scopes = headers["x-oauth-scopes"];
    const tried = octokit.request(routes[needs], { owner, repo, ref: data.default_branch, per_page: 1 });
    return {
      private: data.private,
      issues: data.has_issues,
      push: data.permissions?.push,
      scopes: typeof scopes === "string" ? scopes.split(/\s*,\s*/).filter((one) => one !== "") : undefined,
      refused: await tried.then(() => undefined, refusal),
    };
  } catch (error) {
    const status = statusOf(error);
    return { problem: whyNot(error, limit.left()), ...(status !== undefined && { status }) };
  }
}

/** Only that the right is lacking counts: an empty repository has no checks, either. */
function refusal(error: unknown): string | undefined {
  return isRefusal(statusOf(error)) ? whyNot(error, 0) : undefined;
}

function statusOf(error: unknown): number | undefined {
  const { status } = error as { status?: unknown };
  return typeof status === "number" ? status : undefined;
}

/** GitHub says of what somebody may not see that it is not there. */
function isRefusal(status: number | undefined): boolean {
  return status === 401 || status === 403 || status === 404;
}

export function judgeGitHub(use: GitHubUse, answer: GitHubAnswer): Finding {
  const { setting, repository, as, needs, api } = use;
  const check = `${name} for ${setting}`;
  const missing = (found: string): Finding => ({ check, outcome: "missing", found, get: wayTo(use) });
  const wrong = (found: string, get: string): Finding => ({ check, outcome: "wrong", found, get });
  if ("problem" in answer)
    return isRefusal(answer.status)
      ? missing(`${repository}: ${answer.problem}`)
      : wrong(`${api}: ${answer.problem}`, "look whether this machine reaches it");
  if (needs === "issues" && !answer.issues)
    return wrong(
      `${repository} has its issues turned off`,
      "turn them on in the repository's settings, or name another repository",
    );
  const { scopes, refused, push } = answer;
  const wanted = answer.private ? "repo" : rights[needs].public;
  if (scopes !== undefined && wanted !== undefined && ![wanted, "repo"].some((one) => scopes.includes(one))) {
    const has = scopes.length === 0 ? "no scope" : `the scopes ${scopes.join(", ")}`;
    return missing(`the token has ${has}, and ${wanted} is needed for ${repository}`);
  }
  if (refused !== undefined) return missing(`${repository}, ${needs}: ${refused}`);
  if (needs === "pull requests" && push === false)
    return missing(`${repository} can be read, and not written to`);
  const who = as === "nobody" ? "nobody in particular" : "the token";
  const has = scopes === undefined ? `reads ${needs} of` : `has ${scopes.join(", ") || "no scope"} for`;
  const untold =
    scopes === undefined && needs !== "checks" ? "; whether it may open one, only trying tells" : "";
  return { check, outcome: "ok", found: `${who} ${has} ${repository}${untold}` };
}

function wayTo({ setting, repository, as, needs }: GitHubUse): string {
  const token = `a token with ${rights[needs].fineGrained} for ${repository} (classic: repo)`;
  if (as === "environment") return `${token} in GITHUB_TOKEN`;
  const set = `pulumi config set --secret ${as === "nobody" ? "NAME" : as.secret}`;
  return as === "nobody"
    ? `${token}; pulumi config set --path ${setting}.token NAME && ${set}`
    : `${token}; ${set}`;
}
