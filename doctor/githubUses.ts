import { publicApi } from "../settings/githubSettings";
import type { Settings } from "../settings/settings";

/** What a setting asks of GitHub. */
export interface GitHubUse {
  /** Where it stands, such as `guards.ci`. */
  setting: string;
  api: string;
  repository: string;
  /** Who asks: the token in a secret setting, whoever the environment names, or nobody in particular. */
  as: { secret: string } | "environment" | "nobody";
  needs: GitHubNeed;
}

export type GitHubNeed = "checks" | "issues" | "pull requests";

/** The rights that each needs: as GitHub calls them, and the scope of a classic token that suffices for a public repository. */
export const rights: Readonly<Record<GitHubNeed, { fineGrained: string; public: string | undefined }>> = {
  checks: { fineGrained: "Checks and Commit statuses: read", public: undefined },
  issues: { fineGrained: "Issues: read and write", public: "public_repo" },
  "pull requests": { fineGrained: "Contents and Pull requests: read and write", public: "public_repo" },
};

/** The settings that use GitHub. */
export function usesOf({ guards: { ci }, record: { postmortem }, review }: Settings): GitHubUse[] {
  const uses: GitHubUse[] = [];
  if (ci?.repository !== undefined)
    uses.push({
      setting: "guards.ci",
      api: ci.api,
      repository: ci.repository,
      as: ci.token === undefined ? "nobody" : { secret: ci.token },
      needs: "checks",
    });
  if (postmortem !== undefined) {
    const { api, repository, token } = postmortem;
    uses.push({ setting: "record.postmortem", api, repository, as: { secret: token }, needs: "issues" });
  }
  if (review !== undefined) {
    const { api = publicApi, repository } = review;
    uses.push({ setting: "review", api, repository, as: "environment", needs: "pull requests" });
  }
  return uses;
}
