import type { ClientRequest, RequestOptions } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { connectionProblem } from "./connectionProblem";
import { counted } from "./shownText";

/** One request, as it is sent. */
export interface FlagCall {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
  /** Statuses that say that the flag is off. @default 200 to 299 */
  expect?: readonly number[] | undefined;
}

export interface CallOptions {
  /** Seconds for all attempts. */
  within: number;
  /** Milliseconds for a connection to come about. @default 3000 */
  connect?: number;
  /** Milliseconds between attempts; one more attempt than there are pauses is made. @default 500, 1500 */
  pauses?: readonly number[];
  /** Ends what is under way. */
  signal: AbortSignal;
}

type Answer = "off" | { problem: string; final: boolean };

/**
 * Calls a flag service, and again where that can help.
 * @returns why the flag is not off; undefined where it is
 */
export async function callFlagService(call: FlagCall, options: CallOptions): Promise<string | undefined> {
  const { within, connect = 3000, pauses = [500, 1500], signal } = options;
  const deadline = performance.now() + within * 1000;
  for (let attempts = 1; ; attempts++) {
    const left = Math.max(1, deadline - performance.now());
    const answer = await attempt(call, { answer: left, within, connect: Math.min(left, connect), signal });
    if (answer === "off") return undefined;
    const pause = pauses[attempts - 1];
    if (answer.final || pause === undefined || signal.aborted || performance.now() + pause >= deadline)
      return `${answer.problem} (${counted(attempts, "attempt")})`;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

interface Limits {
  /** Milliseconds. */
  answer: number;
  connect: number;
  /** Seconds that all attempts together have, as a person set them. */
  within: number;
  signal: AbortSignal;
}

/** One request on a connection of its own, without following redirects: whoever answers elsewhere gets no secrets. */
async function attempt(call: FlagCall, limits: Limits): Promise<Answer> {
  const { request } = call.url.startsWith("https:") ? await import("node:https") : await import("node:http");
  return new Promise((resolve) => {
    const timers: NodeJS.Timeout[] = [];
    let sent: ClientRequest | undefined;
    const end = (answer: Answer) => {
      timers.forEach(clearTimeout);
      resolve(answer);
      sent?.destroy();
    };
    const fails = (milliseconds: number, problem: string) => {
      const timer = setTimeout(() => end({ problem, final: false }), milliseconds);
      timers.push(timer);
      return timer;
    };
    fails(limits.answer, `no answer within ${limits.within} s`);
    const options: RequestOptions = {
      agent: false,
      method: call.method,
      headers: headersOf(call),
      signal: limits.signal,
    };
    try {
      sent = request(call.url, options, (response) => end(judged(call, response.statusCode ?? 0)));
      const connecting = fails(limits.connect, `no connection within ${limits.connect / 1000} s`);
      sent.on("socket", (socket) => socket.once("connect", () => clearTimeout(connecting)));
      sent.on("error", (error) => end({ problem: connectionProblem(error), final: false }));
      sent.end(call.body);
    } catch (error) {
      // Node names the header in its message, never the value.
      end({ problem: `the request can't be sent: ${(error as Error).message}`, final: true });
    }
  });
}

function headersOf({ headers, body }: FlagCall): Record<string, string> {
  const named = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  return {
    ...(body !== undefined && !named && { "content-type": "application/json" }),
    ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
    ...headers,
  };
}

/** The status alone says it: what a service writes beside it has no form that all of them share. */
function judged({ expect }: FlagCall, status: number): Answer {
  const good = expect === undefined ? status >= 200 && status < 300 : expect.includes(status);
  if (good) return "off";
  const passing = status >= 500 || status === 408 || status === 429;
  const unknown = status === 404 ? ", which says that it does not know the flag" : "";
  return { problem: `the flag service answered ${status}${unknown}`, final: !passing };
}
