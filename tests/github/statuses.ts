import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Status {
  context: string;
}

/**
 * The statuses of commits, which the emulator does not have, in front of it: `POST …/statuses/SHA` sets one, and
 * `GET …/commits/SHA/status` tells of them, both with the token alone. All else is the emulator's to answer.
 */
export async function withStatuses(
  emulator: string,
  token: string,
): Promise<{ url: string; close: () => Promise<void> }> {
  const byCommit = new Map<string, Map<string, Status>>();
  const server = createServer((asked, response) => {
    const [, commit] =
      /\/(?:statuses(?=\/\w+(?:\?|$))|commits(?=\/\w+\/status(?:\?|$)))\/([0-9a-f]{40})/.exec(
        asked.url ?? "",
      ) ?? [];
    if (commit === undefined) return forward(emulator, asked, response);
    const answer = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (!asked.headers.authorization?.endsWith(` ${token}`)) return answer(404, { message: "Not Found" });
    const own = byCommit.get(commit) ?? new Map<string, Status>();
    if (asked.method === "GET") return answer(200, { total_count: own.size, statuses: [...own.values()] });
    const parts: Buffer[] = [];
    asked.on("data", (part: Buffer) => parts.push(part));
    asked.on("end", () => {
      const status = JSON.parse(Buffer.concat(parts).toString()) as Status;
      byCommit.set(commit, own.set(status.context, status));
      answer(201, status);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Hands a request on as it came, and the answer back. */
export function forward(origin: string, asked: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = asked;
  const passed = request(new URL(asked.url ?? "/", origin), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on("error", () => response.destroy());
  asked.pipe(passed);
}
