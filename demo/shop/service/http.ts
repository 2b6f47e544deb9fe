import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
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

/**
 * Serves on PORT (default 8080) of HOST (default every interface) until SIGTERM or SIGINT. Then requests in flight
 * are finished, for 0.8 s at most, `close` is awaited and the process ends.
 */
export function serve(handler: Handler, close: () => Promise<void> = () => Promise.resolve()): Server {
  const server = createServer((request, response) => {
    void answer(handler, request, response);
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

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? "/", "http://shop").pathname;
  const method = request.method ?? "GET";
  let result: Answer;
  try {
    result = await handler({ method, path, body: await read(request) });
  } catch (error) {
    log("request failed", { method, path, error: (error as Error).message });
    result = { status: 500, body: { error: "internal error" } };
  }
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
