import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CheckApps } from "./checkApps";

interface Pull {
  number: number;
  state: string;
  head: { ref: string; sha: string };
  base: { ref: string; sha: string };
  merged?: boolean;
  merged_at: string | null;
  merge_commit_sha: string | null;
}

interface Compared {
  merge_base_commit: { sha: string };
  files: { filename: string; sha: string; status: string }[];
}

/** What GitHub says when too much was asked. */
export interface Limit {
  /** Requests that are answered before it. */
  after: number;
  status: number;
  headers: Record<string, string>;
}

export interface Pulls {
  url: string;
  /** From now on every request is refused but for the first ones; undefined ends that. */
  limit: (limit: Limit | undefined) => void;
  apps: CheckApps;
  close: () => Promise<void>;
}

/**
 * What the emulator does not have of pull requests, in front of it: their heads follow their branches, a merge puts the
 * changes of both sides together or is a conflict, a commit tells of the pull request that it came with, and a check of the
 * app that wrote it.
 * @param token of an account that may do anything
 */
export async function withPulls(emulator: string, token: string): Promise<Pulls> {
  const merged = new Map<string, Partial<Pull>>();
  const apps = new CheckApps();
  let limit: Limit | undefined;

  const ask = async (path: string, method = "GET", body?: object): Promise<unknown> => {
    const answer = await fetch(new URL(path, emulator), {
      method,
      headers: { authorization: `token ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const tipOf = async (repo: string, branch: string) =>
    ((await ask(`${repo}/git/ref/heads/${branch}`)) as { object: { sha: string } }).object.sha;
  const asItIs = async (repo: string, pull: Pull): Promise<Pull> => {
    const end = merged.get(`${repo} ${pull.number}`);
    if (end !== undefined) return { ...pull, ...end };
    if (pull.state !== "open") return pull;
    const [head, base] = await Promise.all(
      // A branch that was renamed or removed leaves the pull request as it was.
      [pull.head, pull.base].map(({ ref, sha }) => tipOf(repo, ref).catch(() => sha)),
    );
    return {
      ...pull,
      head: { ...pull.head, sha: head ?? pull.head.sha },
      base: { ...pull.base, sha: base ?? pull.base.sha },
    };
  };
  const merge = async (repo: string, number: string, method: string): Promise<[number, object]> => {
    const pull = await asItIs(repo, (await ask(`${repo}/pulls/${number}`)) as Pull);
    const { head, base } = pull;
    const theirs = (await ask(`${repo}/compare/${base.sha}...${head.sha}`)) as Compared;
    const ours = (await ask(`${repo}/compare/${theirs.merge_base_commit.sha}...${base.sha}`)) as Compared;
    const conflict = theirs.files.some(({ filename, sha }) =>
      ours.files.some((other) => other.filename === filename && other.sha !== sha),
    );
    if (pull.state !== "open" || conflict) return [405, { message: "Pull Request is not mergeable" }];
    const { tree } = (await ask(`${repo}/git/commits/${base.sha}`)) as { tree: { sha: string } };
    const joined = (await ask(`${repo}/git/trees`, "POST", {
      base_tree: tree.sha,
      tree: theirs.files.map(({ filename, sha, status }) => ({
        ...{ path: filename, mode: "100644", type: "blob" },
        sha: status === "removed" ? null : sha,
      })),
    })) as { sha: string };
    const commit = (await ask(`${repo}/git/commits`, "POST", {
      message: `Merge pull request #${number}`,
      tree: joined.sha,
      parents: method === "squash" ? [base.sha] : [base.sha, head.sha],
    })) as { sha: string };
    await ask(`${repo}/git/refs/heads/${base.ref}`, "PATCH", { sha: commit.sha });
    await ask(`${repo}/pulls/${number}`, "PATCH", { state: "closed" });
    const end = {
      head,
      base,
      merged: true,
      merged_at: new Date().toISOString(),
      merge_commit_sha: commit.sha,
    };
    merged.set(`${repo} ${number}`, end);
    return [200, { merged: true, sha: commit.sha }];
  };

  const answer = async (asked: IncomingMessage, body: Buffer): Promise<[number, string, Headers?]> => {
    if (limit !== undefined && limit.after-- <= 0)
      return [limit.status, '{"message":"API rate limit exceeded"}', new Headers(limit.headers)];
    const { method = "GET" } = asked;
    const url = new URL(asked.url ?? "/", emulator);
    const [, merging, number = ""] =
      /^(\/repos\/[^/]+\/[^/]+)\/pulls\/(\d+)\/merge$/.exec(url.pathname) ?? [];
    if (merging !== undefined && method === "PUT") {
      const told = JSON.parse(body.toString() || "{}") as { merge_method?: string };
      const [status, result] = await merge(merging, number, told.merge_method ?? "merge");
      return [status, JSON.stringify(result)];
    }
    const [, opening] = /^(\/repos\/[^/]+\/[^/]+)\/pulls$/.exec(url.pathname) ?? [];
    if (opening !== undefined && method === "POST") {
      const { head } = JSON.parse(body.toString()) as { head: string };
      const open = (await ask(`${opening}/pulls?state=open&per_page=100`)) as Pull[];
      if (open.some((pull) => pull.head.ref === head))
        return [422, `{"message":"A pull request already exists for ${head}."}`];
    }
    const [, of, commit] =
      /^(\/repos\/[^/]+\/[^/]+)\/commits\/([0-9a-f]{40})\/pulls$/.exec(url.pathname) ?? [];
    const passed = of === undefined ? url : new URL(`${of}/pulls?state=all&per_page=100`, emulator);
    const response = await fetch(passed, {
      method,
      headers: Object.fromEntries(
        Object.entries(asked.headers).flatMap(([name, value]): [string, string][] =>
          typeof value === "string" && !["host", "connection", "content-length"].includes(name)
            ? [[name, value]]
            : [],
        ),
      ),
      ...(body.length > 0 && { body: new Uint8Array(body) }),
      redirect: "manual",
    });
    const text = await response.text();
    const [, repo] = /^(\/repos\/[^/]+\/[^/]+)\/pulls(?:\/\d+)?$/.exec(passed.pathname) ?? [];
    if (!response.ok) return [response.status, text, response.headers];
    // GitHub tells of them by other words than it is told them by.
    if (/\/collaborators\/[^/]+\/permission$/.test(url.pathname))
      return [
        response.status,
        text
          .replace('"permission":"push"', '"permission":"write"')
          .replace('"permission":"pull"', '"permission":"read"'),
        response.headers,
      ];
    if (repo === undefined) return [response.status, apps.told(method, url, text), response.headers];
    const given = JSON.parse(text) as Pull | Pull[];
    if (!Array.isArray(given)) return [response.status, JSON.stringify(await asItIs(repo, given))];
    const pulls = await Promise.all(given.map((pull) => asItIs(repo, pull)));
    const own = pulls.filter(
      ({ merge_commit_sha, head }) => of === undefined || merge_commit_sha === commit || head.sha === commit,
    );
    return [response.status, JSON.stringify(own)];
  };

  // One after the other, so that of two that open the same one is the second.
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = (asked: IncomingMessage, body: Buffer) => {
    const own = before.then(() => answer(asked, body));
    before = own.catch(() => undefined);
    return own;
  };

  const server = createServer((asked, response: ServerResponse) => {
    const parts: Buffer[] = [];
    asked.on("data", (part: Buffer) => parts.push(part));
    asked.on("end", () => {
      inTurn(asked, Buffer.concat(parts)).then(
        ([status, text, headers]) => {
          const type = headers?.get("content-type") ?? "application/json";
          const kept = ["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"].flatMap((name) => {
            const value = headers?.get(name);
            return value === undefined || value === null ? [] : [[name, value] as const];
          });
          response.writeHead(status, { ...Object.fromEntries(kept), "content-type": type });
          response.end(status === 204 ? undefined : text);
        },
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    limit: (next) => (limit = next),
    apps,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
