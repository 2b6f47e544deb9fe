import { rmSync } from "node:fs";
import {
  connect,
  createServer,
  type ListenOptions,
  type NetConnectOpts,
  type Server,
  type Socket,
} from "node:net";

/** A way to a server that a test can take away and give back, without stopping the server that others use. */
export interface Proxy {
  /** Refuses new connections and ends those that there are. */
  stop: () => Promise<void>;
  /** Listens again, at the same address; does nothing while it listens. */
  start: () => Promise<void>;
}

/**
 * Passes every connection on, until it is stopped.
 * @param at where it listens: a port of 127.0.0.1 or a Unix socket's path
 * @param to where the server is
 */
export async function startProxy(at: ListenOptions, to: NetConnectOpts): Promise<Proxy> {
  let server: Server | undefined;
  const open = new Set<Socket>();
  const pass = (near: Socket) => {
    const far = connect(to);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  };
  const start = () =>
    new Promise<void>((resolve, reject) => {
      if (server !== undefined) return resolve();
      if (at.path !== undefined) rmSync(at.path, { force: true });
      server = createServer({ allowHalfOpen: true }, pass);
      server.once("error", reject);
      server.listen(at.path === undefined ? { host: "127.0.0.1", ...at } : at, resolve);
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      if (server === undefined) return resolve();
      server.close(() => resolve());
      open.forEach((socket) => socket.destroy());
      server = undefined;
    });
  await start();
  return { start, stop };
}
