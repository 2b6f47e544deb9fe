import type { Probe } from "../gates/probes";
import type { Probed } from "./drill";

export interface SteadyProbeOptions {
  /** Milliseconds that an answer may take. */
  timeout: number;
  /** Requests a second. @default 20 */
  rate?: number;
  /** Seconds after which no more are sent. @default 1800 */
  longest?: number;
}

/** One request. Times are milliseconds of a clock that is not set. */
export interface ProbedRequest {
  sentAt: number;
  /** What was found instead of a good answer; undefined of a good one. */
  wrong: string | undefined;
}

/** Different words for what went wrong that are told. */
const mostWords = 5;

/**
 * Asks a service at a steady rate, whatever its answers take, until it is stopped. Requests that this machine was too
 * busy to send in time are left out, and not made up for: a burst would measure itself.
 * @returns what stops it: no more is sent, and it ends once the last answers are there
 */
export function startSteadyProbe(
  probe: Probe,
  { timeout, rate = 20, longest = 1800 }: SteadyProbeOptions,
): () => Promise<Probed> {
  const spacing = 1000 / rate;
  const begin = performance.now();
  const requests: ProbedRequest[] = [];
  const underWay = new Set<Promise<void>>();
  const send = () => {
    const sentAt = performance.now();
    if (sentAt - begin > longest * 1000 || requests.length >= rate * longest) return clearTimeout(timer);
    const request: ProbedRequest = { sentAt, wrong: "no answer" };
    requests.push(request);
    const asked = probe(timeout).then(
      (result) => (request.wrong = wrongOf(result)),
      (error: unknown) => (request.wrong = error instanceof Error ? error.message : String(error)),
    );
    const ended = asked.then(() => void underWay.delete(ended));
    underWay.add(ended);
    const since = performance.now() - begin;
    timer = setTimeout(send, (Math.floor(since / spacing) + 1) * spacing - since);
  };
  let timer = setTimeout(send, 0);
  return async () => {
    clearTimeout(timer);
    const endedAt = performance.now();
    await Promise.all(underWay);
    return probedFrom(requests, endedAt);
  };
}

/**
 * What the requests come to.
 * @param endedAt when the probe was stopped, until which an outage goes on that has no good answer after it
 */
export function probedFrom(requests: readonly ProbedRequest[], endedAt: number): Probed {
  const [first] = requests;
  if (first === undefined) return { seconds: 0, requests: 0, failed: 0, longestOutage: 0, answers: {} };
  let longest = 0;
  let since: number | undefined;
  const words = new Map<string, number>();
  for (const { sentAt, wrong } of requests) {
    if (wrong === undefined) {
      if (since !== undefined) longest = Math.max(longest, sentAt - since);
      since = undefined;
    } else {
      since ??= sentAt;
      words.set(wrong, (words.get(wrong) ?? 0) + 1);
    }
  }
  if (since !== undefined) longest = Math.max(longest, endedAt - since);
  const frequent = [...words].sort(([, one], [, other]) => other - one).slice(0, mostWords);
  return {
    seconds: rounded((endedAt - first.sentAt) / 1000),
    requests: requests.length,
    failed: requests.filter(({ wrong }) => wrong !== undefined).length,
    longestOutage: rounded(longest / 1000),
    answers: Object.fromEntries(frequent),
  };
}

/** Without the body, which can tell more than is to be kept. */
function wrongOf({ outcome, status, detail }: Awaited<ReturnType<Probe>>): string | undefined {
  if (outcome === "ok") return undefined;
  return status === undefined ? (detail ?? outcome) : `status ${status}`;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
