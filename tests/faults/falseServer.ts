import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** What stands at an address in place of a PostgreSQL, and what it answers to whoever begins to talk. */
export const noPostgres: Readonly<Record<string, Buffer>> = {
  "a web server's page": Buffer.from("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
  "a way to sign in that nobody knows": Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 99]),
  "a message that is shorter than none": Buffer.from([0x52, 0, 0, 0, 0, 0, 0]),
  zeros: Buffer.alloc(64),
};

const page = (status: string, body: string) =>
  Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);

/** The same in place of a Docker engine. */
export const noEngine: Readonly<Record<string, Buffer>> = {
  "a web page": page("200 OK", "<html>welcome</html>"),
  "a web server that knows no such page": page("404 Not Found", "404 page not found"),
  "a proxy with nobody behind it": page("503 Service Unavailable", "no upstream"),
  "JSON of something else": page("200 OK", '[{"hello": "world"}]'),
  zeros: Buffer.alloc(64),
};

/** A server that says one thing and closes, or takes connections and stays silent. */
export class FalseServer {
  private readonly open = new Set<Socket>();
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on("connection", (socket) => {
      this.open.add(socket);
      socket.on("close", () => this.open.delete(socket));
    });
  }

  /** @param answer undefined: it stays silent */
  static async start(answer?: Buffer): Promise<FalseServer> {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => answer && socket.end(answer));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return new FalseServer(server, (server.address() as AddressInfo).port);
  }

  async stop(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await new Promise((closed) => this.server.close(closed));
  }
}
