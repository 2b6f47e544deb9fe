import { githubClient, whyNot } from "../catalog/githubClient";
import type { Settings } from "../settings/settings";
import { needed, NotAsked, settingsOf, type Check } from "./check";
import type { Finding } from "./finding";
import type { World } from "./world";

const name = "GitHub";

/** What a setting asks of GitHub. */
export interface GitHubUse {
  /** Where it stands, such as `guards.ci`. */
  setting: string;
  api: string;
  repository: string;
  /** Name of the secret; undefined where nobody in particular asks. */
  token: string | undefined;
  needs: "checks" | "issues";
}

/** Whether GitHub grants what the stack's settings ask of it. */
export const github: Check = {
  name,
  look: async (world) => {
    const uses = usesOf(await settingsOf(world));
    if (uses.length === 0)
      return { check: name, outcome: "not asked", found: "no setting of the stack uses it" };
    return Promise.all(uses.map((use) => ofUse(use, world)));
  },
};

/** The settings that use GitHub. */
export function usesOf({ guards, record }: Settings): GitHubUse[] {
  const { ci } = guards;
  const { postmortem } = record;
  return [
    ...(ci?.repository === undefined
      ? []
      : [
          {
            ...ci,
            repository: ci.repository,
            setting: "guards.ci",
            token: ci.token,
            needs: "checks" as const,
          },
        ]),
    ...(postmortem === undefined
      ? []
      : [{ ...postmortem, setting: "record.postmortem", needs: "issues" as const }]),
  ].map(({ setting, api, repository, token, needs }) => ({ setting, api, repository, token, needs }));
}

async function ofUse(use: GitHubUse, world: World): Promise<Finding> {
  const check = `${name} for ${use.setting}`;
  let token: string | undefined;
  if (use.token !== undefined) {
    try {
      token = (await needed("the secrets are", world.secrets)).get(use.token);
    } catch (error) {
      if (!(error instanceof NotAsked)) throw error;
      return { check, outcome: "not asked", found: error.message };
    }
  }
  return judgeGitHub(use, await ask(use, token, world));
}

/** What GitHub said of the repository to whoever asks. */
export type GitHubAnswer =
  | { problem: string; status?: number }
  | {
      private: boolean;
      issues: boolean;
      /** Of a classic token; undefined of others, whose rights GitHub does not tell. */
      scopes: readonly string[] | undefined;
      /** Why what is needed could not be read, once it was tried. */
      refused: string | undefined;
    };

async function ask(
  { api, repository, needs }: GitHubUse,
  token: string | undefined,
  { connectWithin, limit }: World,
): Promise<GitHubAnswer> {
  const { octokit, owner, repo } = await githubClient(
    { api, repository, token },
    connectWithin,
    limit.signal,
  );
  const at = { owner, repo };
  try {
    const { data, headers } = await octokit.request("GET /repos/{owner}/{repo}", at);
    const scopes = headers["x-oauth-scopes"];
    return {
      private: data.private,
      issues: data.has_issues,
      scopes: typeof scopes === "string" ? scopes.split(/\s*,\s*/).filter((one) => one !== "") : undefined,
      refused: await refusal(() =>
        needs === "issues"
          ? octokit.request("GET /repos/{owner}/{repo}/issues", { ...at, per_page: 1 })
          : octokit.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
              ...at,
              ref: data.default_branch,
              per_page: 1,
            }),
      ),
    };
  } catch (error) {
    const { status } = error as { status?: number };
    return { problem: whyNot(error, limit.left()), ...(status !== undefined && { status }) };
  }
}

/** Only that the right is lacking counts: an empty repository has no checks, either. */
async function refusal(tried: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await tried();
    return undefined;
  } catch (error) {
    const { status } = error as { status?: number };
    return status === 401 || status === 403 || status === 404 ? whyNot(error, 0) : undefined;
  }
}

const rights = {
  checks: { fineGrained: "Checks and Commit statuses: read", public: undefined },
  issues: { fineGrained: "Issues: read and write", public: "public_repo" },
} as const;

export function judgeGitHub(
  { setting, repository, token, needs, api }: GitHubUse,
  answer: GitHubAnswer,
): Finding {
  const check = `${name} for ${setting}`;
  const get =
    `a token with ${rights[needs].fineGrained} for ${repository} (classic: repo); ` +
    (token === undefined
      ? `pulumi config set --path ${setting}.token NAME && pulumi config set --secret NAME`
      : `pulumi config set --secret ${token}`);
  if ("problem" in answer) {
    const lacking = [401, 403, 404].includes(answer.status ?? 0);
    return lacking
      ? { check, outcome: "missing", found: `${repository}: ${answer.problem}`, get }
      : {
          check,
          outcome: "wrong",
          found: `${api}: ${answer.problem}`,
          get: "look whether this machine reaches it",
        };
  }
  if (needs === "issues" && !answer.issues)
    return {
      check,
      outcome: "wrong",
      found: `${repository} has its issues turned off`,
      get: "turn them on in the repository's settings, or name another repository",
    };
  const wanted = answer.private ? "repo" : rights[needs].public;
  const { scopes } = answer;
  if (scopes !== undefined && wanted !== undefined && ![wanted, "repo"].some((one) => scopes.includes(one)))
    return {
      check,
      outcome: "missing",
      found: `the token has ${scopes.length === 0 ? "no scope" : `the scopes ${scopes.join(", ")}`}, and ${wanted} is needed for ${repository}`,
      get,
    };
  if (answer.refused !== undefined)
    return { check, outcome: "missing", found: `${repository}, ${needs}: ${answer.refused}`, get };
  const has =
    scopes === undefined ? `reads ${needs} of ${repository}` : `has ${scopes.join(", ")} for ${repository}`;
  const untold =
    scopes === undefined && needs === "issues" ? "; whether it may open issues, only trying tells" : "";
  return {
    check,
    outcome: "ok",
    found: `${token === undefined ? "nobody in particular" : "the token"} ${has}${untold}`,
  };
}
