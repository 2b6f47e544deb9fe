import { setTimeout as sleep } from "node:timers/promises";
import { redactor } from "../gates/redaction";
import { oneLine } from "../gates/shownText";

export interface SendOptions {
  /** Seconds for all of it. */
  within: number;
  /** Seconds between attempts, the first ones; the last repeats. */
  pauses: readonly number[];
  /** Ends it before. @default nothing does */
  signal?: AbortSignal;
}

/** While an `up` goes on: it costs no time. */
export const patiently: SendOptions = { within: 12, pauses: [0.5, 2, 4] };
/** At a good end, when all that is waited for is this. */
export const atAGoodEnd: SendOptions = { within: 5, pauses: [0.5, 1] };
/** When the engine ends the program: it waits five seconds for it, and kills it then. */
export const atTheEnd: SendOptions = { within: 2.5, pauses: [0.3, 0.7] };

/** Seconds that one attempt may take. */
const attemptSeconds = 4;

/**
 * Sends a text to a webhook that takes Slack's `{"text": …}`, and tries again where that can help.
 * @returns why it could not be sent, without the address, which is a secret; undefined when it was
 */
export async function send(address: string, text: string, options: SendOptions): Promise<string | undefined> {
  const redact = redactor([address, ...address.split(/(?<=\w)(?=\/)/)]);
  const problem = await attempts(address, JSON.stringify({ text }), options);
  return problem === undefined ? undefined : oneLine(redact(problem), 300);
}

async function attempts(
  address: string,
  body: string,
  { within, pauses, signal }: SendOptions,
): Promise<string | undefined> {
  if (!/^https?:\/\//.test(address) || !URL.canParse(address))
    return "the secret is not an http:// or https:// address";
  const deadline = performance.now() + within * 1000;
  for (let count = 1; ; count++) {
    const left = deadline - performance.now();
    const answer = await attempt(address, body, Math.min(left, attemptSeconds * 1000), signal);
    if (answer === "sent") return undefined;
    const pause = 1000 * (pauses[Math.min(count, pauses.length) - 1] ?? 1);
    const tries = `${count} ${count === 1 ? "attempt" : "attempts"}`;
    if (answer.final || signal?.aborted === true || performance.now() + pause >= deadline)
      return `${answer.problem} (${tries})`;
    await sleep(pause, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  }
}

type Answer = "sent" | { problem: string; final: boolean };

async function attempt(
  address: string,
  body: string,
  milliseconds: number,
  ended: AbortSignal | undefined,
): Promise<Answer> {
  const late = AbortSignal.timeout(Math.max(1, Math.floor(milliseconds)));
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      // Whoever answers elsewhere is not who the secret is for.
      redirect: "manual",
      signal: ended === undefined ? late : AbortSignal.any([late, ended]),
    });
    await response.body?.cancel();
    if (response.ok) return "sent";
    const { status } = response;
    // What is wrong with the address or the text stays wrong.
    const passing = status >= 500 || status === 408 || status === 429;
    return { problem: `the webhook answered ${status}`, final: !passing };
  } catch (error) {
    return { problem: problemOf(error), final: false };
  }
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "the webhook did not answer in time";
  return error.cause instanceof Error ? error.cause.message : error.message;
}
