import { z } from "zod";
import type { ImageName } from "./imageName";
import { findCredential, type FoundCredential, type RegistryCredential } from "./registryCredentials";
import { RegistryError } from "./registryError";
import { hostOf, request, type RegistryAnswer } from "./registryRequest";

export interface Asking {
  name: ImageName;
  reference: string;
  connectWithin: number;
  signal: AbortSignal;
  environment?: NodeJS.ProcessEnv;
}

const tokenSchema = z
  .object({ token: z.string().optional(), access_token: z.string().optional() })
  .transform(({ token, access_token }) => token || access_token)
  .pipe(z.string());

/**
 * The Authorization header that a registry's 401 asks for.
 * @throws RegistryError `unauthorized` where there is nothing to answer with, or the token server refuses
 */
export async function authorize(answer: RegistryAnswer, asking: Asking): Promise<string> {
  const challenge = parseChallenge(answer.headers["www-authenticate"] ?? "");
  const found = await findCredential(asking.name.registry.name, asking.signal, asking.environment);
  switch (challenge?.scheme) {
    case "basic":
      if (found.credential && "user" in found.credential) return basic(found.credential);
      throw unauthorized(asking, found, "wants a user and a password");
    case "bearer":
      return `Bearer ${await fetchToken(challenge.parameters, found, asking)}`;
    default:
      throw new RegistryError(
        "bad-answer",
        `${asking.name.registry.name} refuses ${asking.reference} without saying how to authorize`,
      );
  }
}

export interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

/** A WWW-Authenticate header taken apart: `Bearer realm="…",service="…",scope="…"`. */
export function parseChallenge(header: string): Challenge | undefined {
  const [, scheme, rest = ""] = /^\s*([A-Za-z]+)(?:\s+(.*))?$/s.exec(header) ?? [];
  if (scheme === undefined) return undefined;
  const parameters: Record<string, string> = {};
  for (const [, key = "", quoted, plain] of rest.matchAll(/([A-Za-z_]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/g)) {
    parameters[key.toLowerCase()] = quoted ?? plain ?? "";
  }
  return { scheme: scheme.toLowerCase(), parameters };
}

async function fetchToken(
  { realm = "", service, scope }: Record<string, string>,
  found: FoundCredential,
  asking: Asking,
): Promise<string> {
  const { registry } = asking.name;
  if (!URL.canParse(realm) || !/^https?:/.test(realm)) {
    throw new RegistryError("bad-answer", `${registry.name} names no address to get a token from`);
  }
  // Whoever can forge a plain-text realm must not be sent a password.
  if (found.credential && registry.url.startsWith("https:") && realm.startsWith("http:")) {
    throw new RegistryError(
      "bad-answer",
      `${registry.name} wants a password sent in clear to ${hostOf(realm)}`,
    );
  }
  const wanted = { service, scope: scope ?? `repository:${registry.path}:pull` };
  const answer = await request({ ...asking, ...tokenQuestion(realm, wanted, found.credential) });
  if (answer.status === 401 || answer.status === 403) {
    throw unauthorized(asking, found, `gives no token (HTTP ${answer.status})`);
  }
  const token = answer.status === 200 ? tokenSchema.safeParse(parseJson(answer.body)) : undefined;
  if (token?.success) return token.data;
  throw new RegistryError(
    "bad-answer",
    `${hostOf(realm)} gives no token for ${asking.reference} (HTTP ${answer.status})`,
  );
}

function tokenQuestion(
  realm: string,
  wanted: { service: string | undefined; scope: string },
  credential: RegistryCredential | undefined,
): { method: "GET" | "POST"; url: string; headers: Record<string, string>; body?: string } {
  const parameters = {
    ...(wanted.service !== undefined && { service: wanted.service }),
    scope: wanted.scope,
  };
  if (credential && "identityToken" in credential) {
    const form = {
      grant_type: "refresh_token",
      refresh_token: credential.identityToken,
      client_id: "knowngood",
    };
    return {
      method: "POST",
      url: realm,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...form, ...parameters }).toString(),
    };
  }
  const url = new URL(realm);
  for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value);
  return { method: "GET", url: url.href, headers: credential ? { Authorization: basic(credential) } : {} };
}

function basic({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

function unauthorized(
  { name: { registry }, reference }: Asking,
  found: FoundCredential,
  why: string,
): RegistryError {
  const login = `docker login${registry.name === "docker.io" ? "" : ` ${registry.name}`}`;
  const problem =
    found.problem ??
    (found.credential ? "what Docker's config holds was refused" : "Docker's config has none");
  return new RegistryError(
    "unauthorized",
    `${registry.name} ${why} for ${reference}; ${problem}; try: ${login}`,
  );
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
