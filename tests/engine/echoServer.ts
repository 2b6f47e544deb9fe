import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Prometheus, GitHub and a chat's webhook at once, of the worst manners: it repeats whatever it was shown to sign in
 * with, so that a test sees who passes that on.
 */
export class EchoServer {
  /** Whether Prometheus knows who asks. */
  knowsPrometheusUser = true;
  /** What it was shown: a header's value or a path. */
  readonly shown: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<EchoServer> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const echo = new EchoServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("request", (request, response) => {
      const { status, body } = echo.answer(request);
      request.resume();
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    return echo;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private answer({ url = "/", headers }: IncomingMessage): { status: number; body: unknown } {
    const path = new URL(url, this.url);
    const credential = headers.authorization ?? url;
    this.shown.push(credential);
    if (path.pathname !== "/prometheus/api/v1/query" || !this.knowsPrometheusUser)
      return { status: 403, body: { error: `not for ${credential}`, message: `not for ${credential}` } };
    const count = path.searchParams.get("query")?.includes("errors") === true ? "0" : "1000";
    const result = [{ metric: {}, value: [Date.now() / 1000, count] }];
    return { status: 200, body: { status: "success", data: { resultType: "vector", result } } };
  }
}
