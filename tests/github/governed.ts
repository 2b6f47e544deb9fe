import { emulateGitHub } from "./emulator.mjs";
import { withGovernance } from "./governance";

/** A GitHub with the organization `acme`, its repository `shop`, a user `anna` and a team `operators`. */
export interface GovernedGitHub {
  url: string;
  /** Of an administrator of the repository. */
  token: string;
  /** Numbers of the user and the team, as reviewers are known by. */
  anna: number;
  operators: number;
  /** What GitHub answers at a path of the repository; the status alone where it has nothing there. */
  of: (path: string) => Promise<unknown>;
  /** The text of a file on the branch `main`, undefined where there is none. */
  file: (path: string) => Promise<string | undefined>;
  /** The checks that a merge into `main` needs. */
  checks: () => Promise<string[]>;
  ask: (method: string, path: string, body?: object) => Promise<Response>;
  close: () => Promise<void>;
}

export async function startGovernedGitHub(): Promise<GovernedGitHub> {
  const token = "a-token-of-the-administrator";
  const emulator = await emulateGitHub({
    github: {
      users: [{ login: "root", site_admin: true }, { login: "anna" }],
      orgs: [{ login: "acme", members: [{ login: "root", role: "admin" }, { login: "anna" }] }],
      repos: [{ owner: "acme", name: "shop", auto_init: true }],
    },
    tokens: { [token]: { login: "root", scopes: ["repo", "admin:org"] } },
  });
  const { url, close } = await withGovernance(emulator.url, token);
  const ask = (method: string, path: string, body?: object) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `token ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const got = async (answer: Promise<Response>) => {
    const { ok, status } = await answer;
    return ok ? ((await (await answer).json()) as Record<string, unknown>) : { status };
  };
  const of = (path: string) => got(ask("GET", `/repos/acme/shop/${path}`));
  return {
    url,
    token,
    anna: (await got(ask("GET", "/users/anna"))).id as number,
    operators: (await got(ask("POST", "/orgs/acme/teams", { name: "operators" }))).id as number,
    of,
    file: async (path) => {
      const found = (await of(`contents/${path}?ref=main`)) as { content?: string };
      return found.content === undefined ? undefined : Buffer.from(found.content, "base64").toString();
    },
    checks: async () => {
      const { required_status_checks: required } = (await of("branches/main/protection")) as {
        required_status_checks?: { checks: { context: string }[] };
      };
      return (required?.checks ?? []).map(({ context }) => context);
    },
    ask,
    close: () => close().then(() => emulator.close()),
  };
}
