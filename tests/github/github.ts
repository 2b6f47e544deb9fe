import { generateKeyPairSync } from "node:crypto";
import { emulateGitHub } from "./emulator.mjs";
import { actions, type WritingApp } from "./checkApps";
import { withPulls, type Limit } from "./pulls";
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
  /** Anything else of the repository, such as `pulls`, by its owner. @throws Error for an answer that says no */
  ask: (path: string, method?: string, body?: object) => Promise<unknown>;
  /** Says something of a pull request as `anna`, who may write to the repository and has opened none. */
  review: (
    number: number,
    event?: "APPROVE" | "REQUEST_CHANGES" | "COMMENT",
    commit?: string,
  ) => Promise<void>;
  /** As which app checks are written from now on; GitHub Actions without. */
  writeChecksAs: (app?: WritingApp) => void;
  /** From now on every request is refused but for the first ones; undefined ends that. */
  limit: (limit: Limit | undefined) => void;
  /** The private key of every app. */
  key: string;
  close: () => Promise<void>;
}

/** An app that is installed for `acme`. */
export interface TestApp {
  id: number;
  permissions: Record<string, "read" | "write">;
}

/** Made once, as it takes a while. */
let madeKey: string | undefined;
function appKey(): string {
  madeKey ??= generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "pkcs1", format: "pem" },
  }).privateKey;
  return madeKey;
}

export async function startGitHub(apps: readonly TestApp[] = []): Promise<TestGitHub> {
  const token = "a-token-of-acme";
  const annas = "a-token-of-anna";
  const emulator = await emulateGitHub({
    github: {
      users: [{ login: "acme" }, { login: "anna" }],
      apps: apps.map(({ id, permissions }) => ({
        ...{ app_id: id, slug: `app-${id}`, name: `App ${id}`, permissions, private_key: appKey() },
        installations: [{ installation_id: id * 10, account: "acme", permissions }],
      })),
      repos: [{ owner: "acme", name: "shop", auto_init: true, private: true }],
    },
    tokens: {
      [token]: { login: "acme", scopes: ["repo"] },
      [annas]: { login: "anna", scopes: ["repo"] },
    },
  });
  const statuses = await withStatuses(emulator.url, token);
  const { url, limit, apps: checkApps, close } = await withPulls(statuses.url, token);
  const askAs = async (as: string, path: string, method: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/repos/acme/shop${path === "" ? "" : `/${path}`}`, {
      method,
      headers: { authorization: `token ${as}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  const ask = (path: string, method = "GET", body?: object) => askAs(token, path, method, body);
  await ask("collaborators/anna", "PUT", { permission: "push" });
  const [newest] = (await ask("commits")) as { sha: string }[];
  const commit = newest?.sha ?? "";
  return {
    url,
    token,
    commit,
    run: async (name, conclusion) => {
      const state =
        conclusion === undefined ? { status: "in_progress" } : { status: "completed", conclusion };
      await ask("check-runs", "POST", { name, head_sha: commit, ...state });
    },
    status: async (context, state) => {
      await ask(`statuses/${commit}`, "POST", {
        context,
        state,
        target_url: `https://ci.example/${context}`,
      });
    },
    ask,
    review: async (number, event = "APPROVE", commit) => {
      const { head } = (await ask(`pulls/${number}`)) as { head: { sha: string } };
      await askAs(annas, `pulls/${number}/reviews`, "POST", { event, commit_id: commit ?? head.sha });
    },
    writeChecksAs: (app = actions) => (checkApps.writing = app),
    limit,
    get key() {
      return appKey();
    },
    close: () =>
      close()
        .then(() => statuses.close())
        .then(() => emulator.close()),
  };
}
