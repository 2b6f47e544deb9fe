import type { GitHubApp } from "../catalog/githubClient";
import type { Settings } from "../settings/settings";
import { InvalidInput, type Violation } from "../settings/violations";

/** Where a change of release is proposed and reviewed, and as whom that is asked of GitHub. */
export interface ReviewPlace {
  api: string;
  /** `owner/name`. */
  repository: string;
  /** Undefined for the repository's default branch. */
  branch: string | undefined;
  token: string | GitHubApp;
}

/**
 * From the stack's settings, or from what GitHub Actions says of itself; who asks, from the environment alone, so that it
 * is in no file and no state.
 * @throws InvalidInput for what is missing
 */
export function reviewPlace(
  review: Settings["review"],
  environment: Readonly<Record<string, string | undefined>>,
): ReviewPlace {
  const { GITHUB_REPOSITORY: repository, GITHUB_API_URL: api } = environment;
  const violations: Violation[] = [];
  if (review === undefined && !repository)
    violations.push({
      where: "review",
      found: "nothing",
      expected:
        "say in which repository it is reviewed: pulumi config set --path review.repository OWNER/NAME",
    });
  const token = identity(environment);
  if ("found" in token) violations.push(token);
  if (violations.length > 0 || "found" in token) throw new InvalidInput("GitHub can't be asked", violations);
  return {
    api: review?.api ?? (api || "https://api.github.com"),
    repository: review?.repository ?? repository ?? "",
    branch: review?.branch,
    token: token.token,
  };
}

/** A token, as `gh` takes it too; else an app, by the names that Pulumi's provider for GitHub has. */
function identity(
  environment: Readonly<Record<string, string | undefined>>,
): { token: string | GitHubApp } | Violation {
  const token = environment.GITHUB_TOKEN || environment.GH_TOKEN;
  if (token) return { token };
  const id = environment.GITHUB_APP_ID;
  const privateKey = environment.GITHUB_APP_PEM_FILE;
  const installation = environment.GITHUB_APP_INSTALLATION_ID;
  if (id && privateKey) {
    if (installation && !/^[1-9]\d{0,15}$/.test(installation))
      return {
        where: "GITHUB_APP_INSTALLATION_ID",
        found: "no number",
        expected: "write the installation's number, or leave it out",
      };
    return { token: { id, privateKey, installation: installation ? Number(installation) : undefined } };
  }
  return {
    where: "the environment",
    found: id ? "GITHUB_APP_ID without its key" : "no token",
    expected: id
      ? "set GITHUB_APP_PEM_FILE to the text of the app's private key"
      : "set GITHUB_TOKEN (or GH_TOKEN), or GITHUB_APP_ID and GITHUB_APP_PEM_FILE of an app",
  };
}

/** What of the environment no text that is shown to others may hold. */
export function environmentSecrets(environment: Readonly<Record<string, string | undefined>>): string[] {
  return [
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GITHUB_APP_PEM_FILE",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_ACCESS_TOKEN",
  ].flatMap((name) => environment[name] || []);
}
