import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { connectionProblem } from "./connectionProblem";
import type { HealthRequest } from "./healthRequest";
import type { Probe, ProbeResult } from "./probes";

type HttpProbe = Extract<HealthRequest["probe"], { kind: "http" }>;

/** Bytes of a body that is to be matched; a health answer larger than that is told as such. */
const longestBody = 1024 * 1024;

/**
 * One GET, on a connection of its own, without following redirects: the status is compared, then the body.
 */
export async function httpProbe(probe: HttpProbe): Promise<Probe> {
  const url = new URL(probe.url);
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const options: RequestOptions = { agent: false, headers: probe.headers };

  return (timeoutMs) =>
    new Promise<ProbeResult>((resolve) => {
      let sent: ClientRequest;
      let status: number | undefined;
      const end = (result: ProbeResult) => {
        clearTimeout(timer);
        resolve(result);
        sent?.destroy();
      };
      const timer = setTimeout(() => {
        const missing = status === undefined ? "no answer" : "headers came, but not the whole body";
        end({ outcome: "failed", status, detail: `${missing} within ${timeoutMs / 1000} s` });
      }, timeoutMs);
      try {
        sent = request(url, options, (response) => {
          status = response.statusCode;
          judge(probe, response).then(end, (error: Error) =>
            end({ outcome: "failed", status, detail: connectionProblem(error) }),
          );
        });
        sent.on("error", (error) => end({ outcome: "failed", status, detail: connectionProblem(error) }));
        sent.end();
      } catch (error) {
        // Node names the header in its message, never the value.
        const detail = `the request can't be sent: ${(error as Error).message}`;
        clearTimeout(timer);
        resolve({ outcome: "error", detail, final: true });
      }
    });
}

async function judge(probe: HttpProbe, response: IncomingMessage): Promise<ProbeResult> {
  const status = response.statusCode ?? 0;
  const matched = probe.status.includes(status);
  if (matched && probe.body === undefined && probe.json === undefined) return { outcome: "ok", status };

  const body = await bodyOf(response);
  if (!matched) {
    const to =
      response.headers.location === undefined ? "" : ` to ${response.headers.location}, not followed`;
    return {
      outcome: "failed",
      status,
      detail: `expected ${probe.status.join(" or ")}${to}${excerpt(body ?? "")}`,
    };
  }
  if (body === undefined) return { outcome: "failed", status, detail: "the body is larger than 1 MiB" };
  if (probe.body !== undefined && !body.includes(probe.body)) {
    return { outcome: "failed", status, detail: `the body lacks ${shown(probe.body)}${excerpt(body)}` };
  }
  const mismatch = probe.json === undefined ? undefined : jsonMismatch(probe.json, body);
  return mismatch === undefined ? { outcome: "ok", status } : { outcome: "failed", status, detail: mismatch };
}

/** Where a JSON body differs from what is expected at dotted paths (`checks.0.status`), or undefined. */
export function jsonMismatch(expected: Readonly<Record<string, unknown>>, body: string): string | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return `the body is not JSON${excerpt(body)}`;
  }
  for (const [path, value] of Object.entries(expected)) {
    const found = path.split(".").reduce<unknown>(ownValue, answer);
    if (!isDeepStrictEqual(found, value)) {
      return `json ${path}: expected ${shown(value)}, found ${found === undefined ? "nothing" : shown(found)}`;
    }
  }
  return undefined;
}

function ownValue(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

async function bodyOf(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > longestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function excerpt(body: string): string {
  const text = body.trim();
  return text === "" ? "" : `: ${text}`;
}

function shown(value: unknown): string {
  return JSON.stringify(value);
}
