import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { Client } from "pg";

/**
 * Makes an answer that is no PostgreSQL's an error of the connection. The driver throws while it reads one, out of the
 * socket's own event, where nobody can catch it: it would end the process.
 * @param client not yet connected
 */
export function survivingGarbage(client: Client): Client {
  // Not in the driver's types; the stream is another one once TLS stands.
  const { connection } = client as unknown as { connection: EventEmitter & { stream: Duplex } };
  guard(connection.stream);
  connection.on("sslconnect", () => guard(connection.stream));
  return client;
}

function guard(stream: Duplex): void {
  const emit = stream.emit.bind(stream) as (event: string | symbol, ...args: unknown[]) => boolean;
  stream.emit = (event: string | symbol, ...args: unknown[]) => {
    if (event !== "data") return emit(event, ...args);
    try {
      return emit(event, ...args);
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error(String(error)));
      return true;
    }
  };
}
