import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { AnswerCounts } from "./answerCounts";
import { log, release } from "./log";

export interface Answer {
  status: number;
  /** Text is HTML; anything else is sent as JSON. */
  body: unknown;
  headers?: Record<string, string>;
}

export type Handler = (request: { method: string; path: string; body: string }) => Promise<Answer>;

const longestBody = 100_000;
const secondsToFinish = 0.8;
const metricsPath = "/metrics";
/** What machines ask for is no visitor's request. */
const uncounted: readonly string[] = [metricsPath, "/health"];

/**
 * Serves on PORT (default 8080) of HOST (default every interface) until SIGTERM or SIGINT. Then requests in flight
 * are finished, for 0.8 s at most, `close` is awaited and the process ends. Answers are counted at /metrics, as
 * Prometheus reads them.
 */
export function serve(handler: Handler, close: () => Promise<void> = () => Promise.resolve()): Server {
  const counts = new AnswerCounts();
  const server = createServer((request, response) => {
    void answer(handler, counts, request, response);
  });
  const port = Number(process.env.PORT ?? 8080);
  server.listen(port, process.env.HOST ?? "0.0.0.0", () => log("listening", { port }));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log("stopping", { signal });
      void stop(server, close);
    });
  }
  return server;
}

async function stop(server: Server, close: () => Promise<void>): Promise<void> {
  const finished = new Promise<void>((resolve) => server.close(() => resolve()));
  await Promise.race([finished, sleep(secondsToFinish * 1000)]);
  await Promise.race([close(), sleep(100)]);
  process.exit(0);
}

function metrics(counts: AnswerCounts): Answer {
  return { status: 200, body: counts.text(), headers: { "content-type": "text/plain; version=0.0.4" } };
}

async function answer(
  handler: Handler,
  counts: AnswerCounts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? "/", "http://shop").pathname;
  const method = request.method ?? "GET";
  let result: Answer;
  try {
    result =
      path === metricsPath ? metrics(counts) : await handler({ method, path, body: await read(request) });
  } catch (error) {
    log("request failed", { method, path, error: (error as Error).message });
    result = { status: 500, body: { error: "internal error" } };
  }
  if (!uncounted.includes(path)) counts.count(result.status);
  const html = typeof result.body === "string";
  response.writeHead(result.status, {
    "content-type": html ? "text/html; charset=utf-8" : "application/json",
    "x-release": release(),
    ...result.headers,
  });
  response.end(html ? result.body : `${JSON.stringify(result.body)}\n`);
}

async function read(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request as AsyncIterable<Buffer>) {
    body += chunk.toString("utf8");
    if (body.length > longestBody) throw new Error("request body too long");
  }
  return body;
}
