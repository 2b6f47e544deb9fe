import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A registry that knows its manifests and has lost what they are made of: an image that is found and can't be pulled. */
export interface HalfRegistry {
  /** `localhost:PORT` */
  address: string;
  stop: () => Promise<void>;
}

/** @param whole `localhost:PORT` of the registry whose manifests it has */
export async function startHalfRegistry(whole: string): Promise<HalfRegistry> {
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (path.includes("/blobs/")) {
      // Late, so that whatever does not wait for the image has the time to show it.
      const body = JSON.stringify({
        errors: [{ code: "BLOB_UNKNOWN", message: "blob unknown to registry" }],
      });
      setTimeout(() => response.writeHead(404, { "content-type": "application/json" }).end(body), 3000);
      return;
    }
    const headers = { accept: request.headers.accept ?? "*/*" };
    fetch(`http://${whole}${path}`, { method: request.method, headers }).then(
      async (answer) => {
        const body = Buffer.from(await answer.arrayBuffer());
        const told = [
          "content-type",
          "docker-content-digest",
          "content-length",
          "docker-distribution-api-version",
        ];
        const kept = told.flatMap((name) => {
          const value = answer.headers.get(name);
          return value === null ? [] : [[name, value] as const];
        });
        response.writeHead(answer.status, Object.fromEntries(kept)).end(body);
      },
      () => response.writeHead(502).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    address: `localhost:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
