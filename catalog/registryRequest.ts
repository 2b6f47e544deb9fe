import http from "node:http";
import https from "node:https";
import { RegistryError } from "./registryError";

export interface RegistryRequest {
  method: "GET" | "HEAD" | "POST" | "PATCH";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Seconds until the connection stands, TLS included. */
  connectWithin: number;
  /** Ends the request from outside. */
  signal: AbortSignal;
}

export interface RegistryAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** Registries refuse manifests beyond 4 MiB; what is longer is none. */
const largestBody = 4 * 1024 * 1024;
const mostRedirects = 5;

/**
 * One request with its redirects. The Authorization header goes to the first host only, and so does a body, which can
 * hold a secret too.
 * @throws RegistryError `unreachable` without an answer in time, `bad-answer` for one that is no HTTP or too long
 */
export async function request(asked: RegistryRequest): Promise<RegistryAnswer> {
  let current = asked;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const answer = await send(current);
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
    const next = URL.canParse(location, current.url) ? new URL(location, current.url) : undefined;
    if (next === undefined || !/^https?:$/.test(next.protocol)) break;
    const elsewhere = next.origin !== new URL(current.url).origin;
    if (elsewhere && current.body !== undefined) {
      const { origin } = next;
      throw new RegistryError(
        "bad-answer",
        `${hostOf(current.url)} sends on to ${origin}, which is told nothing`,
      );
    }
    current = { ...current, url: next.href, ...(elsewhere && { headers: withoutAuthorization(current) }) };
  }
  throw new RegistryError("bad-answer", `${hostOf(asked.url)} redirects without end or to no address`);
}

/** Header names are the same in any case, and who asks writes them as they like. */
function withoutAuthorization({ headers = {} }: RegistryRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"),
  );
}

/** Scheme, host and port of a URL, for messages. */
export function hostOf(url: string): string {
  return new URL(url).origin;
}

async function send(asked: RegistryRequest): Promise<RegistryAnswer> {
  const secure = asked.url.startsWith("https:");
  return new Promise((resolve, reject) => {
    const sent = (secure ? https : http).request(asked.url, {
      method: asked.method,
      headers: asked.headers,
      signal: asked.signal,
      agent: false,
    });
    const connecting = setTimeout(
      () => sent.destroy(new Error(`no connection within ${asked.connectWithin} s`)),
      asked.connectWithin * 1000,
    );
    sent.on("socket", (socket) =>
      socket.once(secure ? "secureConnect" : "connect", () => clearTimeout(connecting)),
    );
    const fail = (error: unknown) => {
      clearTimeout(connecting);
      reject(asRegistryError(asked, error));
    };
    sent.on("error", fail);
    sent.on("response", (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on("data", (part: Buffer) => {
        size += part.length;
        parts.push(part);
        if (size > largestBody) {
          reject(new RegistryError("bad-answer", `${hostOf(asked.url)} answers with more than 4 MiB`));
          sent.destroy();
        }
      });
      response.on("error", fail);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
      });
    });
    sent.end(asked.body);
  });
}

function asRegistryError(asked: RegistryRequest, error: unknown): RegistryError {
  const { code, message } = error as NodeJS.ErrnoException;
  const host = hostOf(asked.url);
  if (code?.startsWith("HPE_") || code === "ERR_SSL_WRONG_VERSION_NUMBER") {
    return new RegistryError("bad-answer", `${host} does not answer by HTTP as expected (${code})`, {
      cause: error,
    });
  }
  const reason: unknown = asked.signal.aborted ? asked.signal.reason : undefined;
  const why = reason instanceof Error ? reason.message : message || code;
  return new RegistryError("unreachable", `${host} can't be reached: ${why}`, { cause: error });
}
