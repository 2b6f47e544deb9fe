import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { forward } from "./statuses";

interface Protection {
  required_status_checks?: { checks?: { context: string; app_id?: number }[] } | null;
  required_conversation_resolution?: boolean;
  required_pull_request_reviews?: { require_last_push_approval?: boolean } | null;
}
interface Environment {
  wait_timer?: number;
  prevent_self_review?: boolean;
  can_admins_bypass?: boolean;
  reviewers?: { type: string; id: number }[];
  deployment_branch_policy?: object | null;
}
interface Policy {
  id: number;
  name: string;
  type: string;
}

/** What is in front of the emulator keeps, by the path that it answers at. */
interface Kept {
  protections: Map<string, Protection>;
  environments: Map<string, Environment>;
  policies: Map<string, Policy[]>;
  workflows: Map<string, unknown>;
}

interface Asked {
  method: string;
  path: string;
  body: unknown;
}
/** Undefined where there is no such thing. */
type Answer = { status: number; body?: unknown } | undefined;

/**
 * What a repository is governed by and the emulator does not have, in front of it: environments with reviewers and
 * branch policies, checks and conversations of a branch's rules, keys of users. With the token alone, at the paths of
 * GitHub Enterprise Server (`/api/v3`) and without. All else is the emulator's to answer.
 */
export async function withGovernance(
  emulator: string,
  token: string,
): Promise<{ url: string; close: () => Promise<void> }> {
  const kept: Kept = {
    protections: new Map(),
    environments: new Map(),
    policies: new Map(),
    workflows: new Map(),
  };
  const server = createServer((asked, response) => {
    asked.url = (asked.url ?? "/").replace(/^\/api\/v3/, "");
    const { pathname } = new URL(asked.url, emulator);
    const route = routes.find(({ at }) => at.test(pathname));
    if (route === undefined) return forward(emulator, asked, response);
    const allowed = asked.headers.authorization?.endsWith(` ${token}`) ?? false;
    void (async () => {
      const asking = { method: asked.method ?? "GET", path: pathname, body: await bodyOf(asked) };
      const answer = allowed ? await route.answer(asking, kept, emulator, token) : undefined;
      tell(response, answer ?? { status: 404, body: { message: "Not Found" } });
    })().catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const routes: {
  at: RegExp;
  answer: (asked: Asked, kept: Kept, emulator: string, token: string) => Answer | Promise<Answer>;
}[] = [
  { at: /^\/users\/[^/]+\/(gpg_keys|keys)$/, answer: () => ({ status: 200, body: [] }) },
  { at: /\/protection\/required_signatures$/, answer: signatures },
  { at: /\/branches\/[^/]+\/protection$/, answer: protection },
  { at: /\/actions\/permissions\/workflow$/, answer: workflows },
  { at: /\/environments\/[^/]+$/, answer: environment },
  { at: /\/environments\/[^/]+\/deployment-branch-policies(\/\d+)?$/, answer: policies },
];

function signatures({ method }: Asked): Answer {
  return method === "DELETE" ? { status: 204 } : { status: 200, body: { enabled: false } };
}

/** What runs of workflows may do, as a repository has it that somebody opened up by hand. */
function workflows({ method, path, body }: Asked, { workflows: all }: Kept): Answer {
  if (method === "PUT") all.set(path, body);
  const open = { default_workflow_permissions: "write", can_approve_pull_request_reviews: true };
  return method === "PUT" ? { status: 204 } : { status: 200, body: all.get(path) ?? open };
}

/** The emulator enforces a branch's rules, and knows checks as contexts alone: the rest is kept here. */
async function protection(
  { method, path, body }: Asked,
  { protections }: Kept,
  emulator: string,
  token: string,
): Promise<Answer> {
  const asked = body as Protection | undefined;
  const checks = asked?.required_status_checks?.checks ?? [];
  const passed = asked && {
    ...asked,
    required_status_checks: asked.required_status_checks && {
      ...asked.required_status_checks,
      contexts: checks.map(({ context }) => context),
    },
  };
  const answer = await fetch(`${emulator}${path}`, {
    method,
    headers: { authorization: `token ${token}`, "content-type": "application/json" },
    ...(passed !== undefined && { body: JSON.stringify(passed) }),
  });
  if (answer.status === 204) {
    protections.delete(path);
    return { status: 204 };
  }
  const told = (await answer.json()) as {
    required_status_checks: { contexts: string[] } | null;
    required_pull_request_reviews?: object;
  };
  if (!answer.ok) return { status: answer.status, body: told };
  if (asked !== undefined) protections.set(path, asked);
  const own = protections.get(path);
  return {
    status: 200,
    body: {
      ...told,
      required_conversation_resolution: { enabled: own?.required_conversation_resolution ?? false },
      ...(told.required_pull_request_reviews && {
        required_pull_request_reviews: {
          ...told.required_pull_request_reviews,
          require_last_push_approval: own?.required_pull_request_reviews?.require_last_push_approval ?? false,
        },
      }),
      required_status_checks: told.required_status_checks && {
        ...told.required_status_checks,
        checks: (own?.required_status_checks?.checks ?? []).map(({ context, app_id = null }) => ({
          context,
          app_id,
        })),
      },
    },
  };
}

async function environment(
  { method, path, body }: Asked,
  { environments, policies }: Kept,
  emulator: string,
  token: string,
): Promise<Answer> {
  if (method === "PUT") {
    const wanted = (body ?? {}) as Environment;
    // As GitHub does, which takes only who can read the repository.
    for (const { type, id } of wanted.reviewers ?? [])
      if (!(await exists(type, id, emulator, token)))
        return {
          status: 422,
          body: { message: `Failed to create the environment protection rule: ${type} ${id}` },
        };
    environments.set(path, wanted);
  }
  const found = environments.get(path);
  if (found === undefined) return undefined;
  if (method === "DELETE") {
    environments.delete(path);
    policies.delete(path);
    return { status: 204 };
  }
  const { wait_timer, reviewers = [], prevent_self_review = false, can_admins_bypass = true } = found;
  return {
    status: 200,
    body: {
      id: 1,
      name: path.slice(path.lastIndexOf("/") + 1),
      can_admins_bypass,
      deployment_branch_policy: found.deployment_branch_policy ?? null,
      protection_rules: [
        ...(wait_timer === undefined || wait_timer === 0 ? [] : [{ id: 1, type: "wait_timer", wait_timer }]),
        ...(reviewers.length === 0
          ? []
          : [
              {
                id: 2,
                type: "required_reviewers",
                prevent_self_review,
                reviewers: reviewers.map(({ type, id }) => ({ type, reviewer: { id } })),
              },
            ]),
        ...(found.deployment_branch_policy ? [{ id: 3, type: "branch_policy" }] : []),
      ],
    },
  };
}

async function exists(type: string, id: number, emulator: string, token: string): Promise<boolean> {
  const headers = { authorization: `token ${token}` };
  if (type === "Team") return (await fetch(`${emulator}/teams/${id}`, { headers })).ok;
  const users = (await (await fetch(`${emulator}/users?per_page=100`, { headers })).json()) as {
    id: number;
  }[];
  return users.some((user) => user.id === id);
}

function policies({ method, path, body }: Asked, { environments, policies: all }: Kept): Answer {
  const [, of = "", id] = /^(.*)\/deployment-branch-policies(?:\/(\d+))?$/.exec(path) ?? [];
  if (!environments.has(of)) return undefined;
  const own = all.get(of) ?? [];
  if (method === "POST") {
    const made = { type: "branch", ...(body as object), id: (own.at(-1)?.id ?? 0) + 1 } as Policy;
    all.set(of, [...own, made]);
    return { status: 200, body: made };
  }
  if (id === undefined) return { status: 200, body: { total_count: own.length, branch_policies: own } };
  const found = own.find((policy) => policy.id === Number(id));
  if (found === undefined) return undefined;
  const others = own.filter((policy) => policy !== found);
  if (method === "DELETE") {
    all.set(of, others);
    return { status: 204 };
  }
  const now = method === "PUT" ? { ...found, ...(body as object) } : found;
  all.set(of, [...others, now]);
  return { status: 200, body: now };
}

async function bodyOf(asked: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of asked) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text === "" ? undefined : JSON.parse(text);
}

function tell(response: ServerResponse, { status, body }: NonNullable<Answer>): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
