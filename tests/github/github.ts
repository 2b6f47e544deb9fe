import { emulateGitHub } from "./emulator.mjs";
import { withStatuses } from "./statuses";

/** A GitHub of one repository, `acme/shop`, for a test. */
export interface TestGitHub {
  url: string;
  /** May read and write the repository. */
  token: string;
  /** A commit of the repository. */
  commit: string;
  /** Makes a check run of the commit. @param conclusion undefined while it runs */
  run: (name: string, conclusion?: string) => Promise<void>;
  status: (context: string, state: string) => Promise<void>;
  close: () => Promise<void>;
}

export async function startGitHub(): Promise<TestGitHub> {
  const token = "a-token-of-acme";
  const emulator = await emulateGitHub({
    github: {
      users: [{ login: "acme" }],
      repos: [{ owner: "acme", name: "shop", auto_init: true, private: true }],
    },
    tokens: { [token]: { login: "acme", scopes: ["repo"] } },
  });
  const { url, close } = await withStatuses(emulator.url, token);
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/repos/acme/shop/${path}`, {
      headers: { authorization: `token ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const [newest] = (await ask("commits")) as { sha: string }[];
  const commit = newest?.sha ?? "";
  return {
    url,
    token,
    commit,
    run: async (name, conclusion) => {
      const state =
        conclusion === undefined ? { status: "in_progress" } : { status: "completed", conclusion };
      await ask("check-runs", { name, head_sha: commit, ...state });
    },
    status: async (context, state) => {
      await ask(`statuses/${commit}`, { context, state, target_url: `https://ci.example/${context}` });
    },
    close: () => close().then(() => emulator.close()),
  };
}
