import { connectionProblem } from "./connectionProblem";

/** Where Prometheus is, and how to sign in. */
export interface PrometheusAccess {
  /** Such as `http://127.0.0.1:9090`, with a path where it has one. */
  url: string;
  /** Sent as `Authorization: Bearer …`. @default nothing */
  bearer?: string | undefined;
  /** Signed in with, beside `password`. @default nobody */
  user?: string | undefined;
  password?: string | undefined;
  /** @default none */
  headers?: Readonly<Record<string, string>>;
  /** Seconds for an answer. */
  timeout: number;
}

/** What is asked: errors and requests, or the share of errors at once. `$window` stands for the time looked at. */
export type ErrorRateQueries = { errors: string; requests: string } | { ratio: string };

/** What was counted in a window. */
export interface Measured {
  /** Undefined where nothing was counted. */
  ratio?: number;
  /** Undefined where only the share is asked for. */
  requests?: number;
}

/** Prometheus could not be asked, or did not say a number. */
export class PrometheusError extends Error {
  override readonly name = "PrometheusError";

  constructor(
    message: string,
    /** No waiting mends it. */
    readonly final = false,
  ) {
    super(message);
  }
}

/**
 * Asks for the share of errors in the last seconds.
 * @param window seconds, at least 1
 * @throws PrometheusError
 */
export async function measure(
  access: PrometheusAccess,
  queries: ErrorRateQueries,
  window: number,
): Promise<Measured> {
  const ask = (query: string, time?: number) => numberFor(access, inWindow(query, window), time);
  if ("ratio" in queries) {
    const ratio = (await ask(queries.ratio))?.number;
    return ratio === undefined ? {} : { ratio };
  }
  const requests = await ask(queries.requests);
  if (requests === undefined || requests.number === 0) return { requests: 0 };
  // Both at one moment, or what was counted between them would shift the share.
  const errors = await ask(queries.errors, requests.time);
  return { requests: requests.number, ratio: (errors?.number ?? 0) / requests.number };
}

export function inWindow(query: string, window: number): string {
  return query.replaceAll("$window", `${Math.max(1, Math.floor(window))}s`);
}

/** @param time seconds since 1970, by Prometheus's own clock. @default now */
async function numberFor(
  access: PrometheusAccess,
  query: string,
  time: number | undefined,
): Promise<Counted | undefined> {
  const parameters = new URLSearchParams({ query, ...(time !== undefined && { time: String(time) }) });
  const url = `${access.url.replace(/\/+$/, "")}/api/v1/query?${parameters.toString()}`;
  let status: number;
  let text: string;
  try {
    const answer = await fetch(url, {
      headers: { ...access.headers, ...authorization(access) },
      redirect: "manual",
      signal: AbortSignal.timeout(access.timeout * 1000),
    });
    status = answer.status;
    text = await answer.text();
  } catch (error) {
    throw new PrometheusError(asked(access, problemOf(error as Error, access.timeout)));
  }
  const body = parsed(text);
  if (status !== 200) {
    const said = typeof body?.error === "string" ? `: ${body.error}` : "";
    // A proxy that is busy or starts again; anything else is the same the next time.
    const passing = status === 429 || status >= 500;
    throw new PrometheusError(asked(access, `status ${status}${said}`), !passing);
  }
  if (body === undefined)
    throw new PrometheusError(asked(access, "the answer is not JSON: is it a Prometheus?"));
  return numberIn(body, query);
}

/** A number, and the moment that it is of: seconds since 1970. */
interface Counted {
  number: number;
  time: number;
}

interface Answer {
  error?: unknown;
  data?: { resultType?: unknown; result?: unknown };
}

/**
 * The one number of an answer; undefined where it has none, or one that is none.
 * @throws PrometheusError where there are several, or it is of another kind
 */
export function numberIn({ data }: Answer, query: string): Counted | undefined {
  const { resultType, result } = data ?? {};
  const list = Array.isArray(result) ? (result as unknown[]) : [];
  if (resultType === "vector" && list.length === 0) return undefined;
  if (resultType === "vector" && list.length > 1) {
    throw new PrometheusError(
      `the query answers ${list.length} series and must answer one: wrap it in sum(…): ${query}`,
      true,
    );
  }
  const pair = resultType === "scalar" ? list : (list[0] as { value?: unknown[] } | undefined)?.value;
  const [time, text] = resultType === "vector" || resultType === "scalar" ? (pair ?? []) : [];
  if (typeof text !== "string" || typeof time !== "number")
    throw new PrometheusError(`the query does not answer a number now: ${query}`, true);
  const number = Number(text);
  // Nothing divided by nothing, or something by nothing: there were no requests.
  if (!Number.isFinite(number)) return undefined;
  if (number < 0)
    throw new PrometheusError(`the query answers ${text}, and no share is below 0: ${query}`, true);
  return { number, time };
}

function parsed(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function authorization({ bearer, user, password = "" }: PrometheusAccess): Record<string, string> {
  if (bearer !== undefined) return { authorization: `Bearer ${bearer}` };
  if (user === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

function asked({ url }: PrometheusAccess, problem: string): string {
  return `Prometheus at ${url}: ${problem}`;
}

function problemOf(error: Error, timeout: number): string {
  if (error.name === "TimeoutError") return `no answer within ${timeout} s`;
  return connectionProblem(error.cause instanceof Error ? error.cause : error);
}
