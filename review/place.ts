import type { GitHubApp } from "../catalog/githubClient";
import { publicApi } from "../settings/githubSettings";
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
 * is in no file and no state. Within GitHub Actions, a pull request's own stack file must not say where its token goes.
 * @throws InvalidInput for what is missing, and for what speaks against GitHub Actions' own word
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
  else if (environment.GITHUB_ACTIONS === "true") violations.push(...againstActions(review, environment));
  const address = review?.api ?? (api || publicApi);
  if (!isPrivate(address))
    violations.push({
      where: "review.api",
      found: address,
      expected: "write an address that begins with https://, since the token goes there",
    });
  const token = identity(environment);
  if ("found" in token) violations.push(token);
  if (violations.length > 0 || "found" in token) throw new InvalidInput("GitHub can't be asked", violations);
  return {
    api: address,
    repository: review?.repository ?? repository ?? "",
    branch: review?.branch,
    token: token.token,
  };
}

function againstActions(
  review: Settings["review"],
  { GITHUB_REPOSITORY: repository, GITHUB_API_URL: api }: Readonly<Record<string, string | undefined>>,
): Violation[] {
  const words = [
    { where: "review.api", own: review?.api, said: api, form: (text: string) => new URL(text).href },
    { where: "review.repository", own: review?.repository, said: repository, form: lowerCase },
  ];
  return words.flatMap(({ where, own, said, form }) => {
    if (own === undefined || !said || form(own) === form(said)) return [];
    const expected = `write ${said}, where GitHub Actions runs this, or run it somewhere else`;
    return [{ where, found: own, expected }];
  });
}

function lowerCase(text: string): string {
  return text.toLowerCase();
}

/** Whether nobody on the way reads what is told there. */
function isPrivate(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
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

/** Who asks GitHub, in the environment. */
const identityVariables = [
  "GITHUB_TOKEN",
  "GH_TOKEN",
  "GITHUB_APP_ID",
  "GITHUB_APP_PEM_FILE",
  "GITHUB_APP_INSTALLATION_ID",
];

/** The environment of a Pulumi that is run for a review: the program, as a pull request has it, is not to ask in our name. */
export const withoutIdentity: Readonly<Record<string, undefined>> = Object.fromEntries(
  identityVariables.map((name) => [name, undefined]),
);
