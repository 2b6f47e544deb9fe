import { expect } from "chai";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { send } from "../../records/webhook";

const secret = "/services/T0/B0/s3cr3t-path";
const options = { within: 20, pauses: [0.01] };

describe("send", () => {
  let server: Server | undefined;
  const open = new Set<{ destroy(): void }>();
  afterEach(stop);

  /** Also the connections that the client keeps for its next question. */
  async function stop(): Promise<void> {
    for (const socket of open) socket.destroy();
    open.clear();
    const ended = server;
    server = undefined;
    if (ended?.listening === true) await new Promise((closed) => ended.close(closed));
  }

  async function listening(made: Server): Promise<string> {
    server = made;
    made.on("connection", (socket) => open.add(socket));
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}${secret}`;
  }
  const answering = (listener: RequestListener) => listening(createHttpServer(listener));

  it("posts the text as Slack takes it", async () => {
    const seen: unknown[] = [];
    const address = await answering((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (part: string) => (body += part));
      request.on("end", () => {
        seen.push(request.method, request.url, request.headers["content-type"], JSON.parse(body));
        response.end("ok");
      });
    });
    expect(await send(address, "rollback “started” ü", options)).to.equal(undefined);
    expect(seen).to.deep.equal(["POST", secret, "application/json", { text: "rollback “started” ü" }]);
  });

  it("tries again after 500 and after an answer that is no HTTP, until it is taken", async () => {
    let count = 0;
    const address = await answering((request, response) => {
      count += 1;
      request.resume();
      if (count === 1) response.writeHead(500).end("oops");
      else if (count === 2) response.socket?.end("SSH-2.0-not what you think\r\n");
      else response.end();
    });
    expect(await send(address, "text", options)).to.equal(undefined);
    expect(count).to.equal(3);
  });

  it("does not try again what stays wrong, and follows nobody elsewhere", async () => {
    for (const status of [400, 403, 404, 302]) {
      let count = 0;
      const address = await answering((request, response) => {
        count += 1;
        request.resume();
        response.writeHead(status, { location: "http://127.0.0.1:1/" }).end();
      });
      expect(await send(address, "text", options)).to.equal(`the webhook answered ${status} (1 attempt)`);
      expect(count).to.equal(1);
      await stop();
    }
  });

  it("gives up in its time when nobody is there, nobody answers, or what answers is garbage, and never shows the address", async () => {
    const short = { within: 5, pauses: [10] };
    const told = async (address: string) => {
      const problem = await send(address, "text", short);
      expect(problem).to.be.a("string");
      expect(problem).not.to.contain("s3cr3t-path");
      return problem;
    };
    const down = await listening(createServer());
    await stop();
    expect(await told(down)).to.match(/^connect ECONNREFUSED .* attempts?\)$/);
    expect(await told(await listening(createServer()))).to.match(/^the webhook did not answer in time \(/);
    await stop();
    const garbage = await listening(createServer((socket) => socket.end("\0\x01garbage\n\n")));
    expect(await told(garbage)).to.match(/attempts?\)$/);
  });

  it("says of a secret that is no address only that", async () => {
    for (const wrong of ["s3cr3t", "ftp://example.test/s3cr3t", "http://[s3cr3t"]) {
      expect(await send(wrong, "text", options)).to.equal("the secret is not an http:// or https:// address");
    }
  });
});
