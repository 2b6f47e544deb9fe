import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a flag service was asked. */
export interface FlagCalled {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A flag service on this machine, which answers as it is told to. */
export class FlagServer {
  readonly calls: FlagCalled[] = [];
  private server: Server | undefined;
  private port = 0;

  /** @param answer ends the response, or leaves it open; by default 200 */
  constructor(
    private readonly answer: (
      called: FlagCalled,
      response: ServerResponse,
      count: number,
    ) => void | Promise<void> = (_called, response) => void response.end("{}"),
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens, again at the port that it had before. */
  async start(): Promise<void> {
    if (this.server !== undefined) return;
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (part: string) => (body += part));
      request.on("end", () => {
        const { method = "", url: path = "", headers } = request;
        const called = { method, path, headers, body };
        this.calls.push(called);
        void this.answer(called, response, this.calls.length);
      });
    });
    this.server = server;
    await new Promise<void>((listening) => server.listen(this.port, "127.0.0.1", listening));
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((closed) => (this.server ? this.server.close(closed) : closed(undefined)));
    this.server = undefined;
  }
}
