import { expect } from "chai";
import type { RequestListener, Server as HttpServer } from "node:http";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { HealthRequest } from "../../gates/healthRequest";
import { httpProbe, jsonMismatch } from "../../gates/httpProbe";
import type { ProbeResult } from "../../gates/probes";
import { headerSecrets } from "../../gates/probes";
import { tcpProbe } from "../../gates/tcpProbe";

type HttpSettings = Extract<HealthRequest["probe"], { kind: "http" }>;

describe("gates: probes against real servers", () => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  async function listening(server: Server | HttpServer): Promise<number> {
    servers.push(server);
    server.on("connection", (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  async function ask(
    answer: RequestListener,
    settings: Partial<HttpSettings> = {},
    timeoutMs = 2_000,
  ): Promise<ProbeResult> {
    const port = await listening(createHttpServer(answer));
    const url = `http://127.0.0.1:${port}/health?deep=1`;
    return (await httpProbe({ kind: "http", url, status: [200], ...settings }))(timeoutMs);
  }

  const says =
    (status: number, body = "", headers = {}): RequestListener =>
    (_request, response) => {
      response.writeHead(status, headers).end(body);
    };

  describe("http", () => {
    it("takes a status that is asked for", async () => {
      expect(await ask(says(200, "ok"))).to.deep.equal({ outcome: "ok", status: 200 });
      expect(await ask(says(204), { status: [200, 204] })).to.deep.equal({ outcome: "ok", status: 204 });
    });

    it("refuses another, and shows what the service says", async () => {
      expect(await ask(says(500, "no database"))).to.deep.equal({
        outcome: "failed",
        status: 500,
        detail: "expected 200: no database",
      });
    });

    it("does not follow a redirect", async () => {
      const asked: string[] = [];
      const answer: RequestListener = (request, response) => {
        asked.push(request.url ?? "");
        response.writeHead(302, { location: "/login" }).end();
      };
      expect(await ask(answer)).to.deep.equal({
        outcome: "failed",
        status: 302,
        detail: "expected 200 to /login, not followed",
      });
      expect(asked).to.deep.equal(["/health?deep=1"]);
    });

    it("sends its headers with GET", async () => {
      let seen: unknown;
      const answer: RequestListener = (request, response) => {
        seen = [request.method, request.headers["x-key"], request.headers.host];
        response.end();
      };
      await ask(answer, { headers: { "X-Key": "abc", Host: "shop.test" } });
      expect(seen).to.deep.equal(["GET", "abc", "shop.test"]);
    });

    it("compares the body", async () => {
      expect(await ask(says(200, "all ready now"), { body: "ready" })).to.deep.equal({
        outcome: "ok",
        status: 200,
      });
      expect(await ask(says(200, "starting"), { body: "ready" })).to.deep.equal({
        outcome: "failed",
        status: 200,
        detail: 'the body lacks "ready": starting',
      });
    });

    it("compares JSON at dotted paths", async () => {
      const body = JSON.stringify({ status: "ok", checks: [{ name: "db", up: true }] });
      const json = { status: "ok", "checks.0.up": true };
      expect(await ask(says(200, body), { json })).to.deep.equal({ outcome: "ok", status: 200 });
      expect(await ask(says(200, body), { json: { "checks.0.up": false } })).to.deep.equal({
        outcome: "failed",
        status: 200,
        detail: "json checks.0.up: expected false, found true",
      });
    });

    it("says that a body is no JSON", () => {
      expect(jsonMismatch({ a: 1 }, "<html>")).to.equal("the body is not JSON: <html>");
    });

    it("finds only what the body itself holds, and compares whole values", () => {
      expect(jsonMismatch({ constructor: 1 }, "{}")).to.equal("json constructor: expected 1, found nothing");
      expect(jsonMismatch({ a: { b: [1] } }, '{"a":{"b":[1]}}')).to.be.undefined;
      expect(jsonMismatch({ a: "1" }, '{"a":1}')).to.equal('json a: expected "1", found 1');
    });

    it("takes a body of 1 MiB, and no larger one", async () => {
      const size = 1024 * 1024;
      expect(await ask(says(200, `ok${"x".repeat(size - 2)}`), { body: "ok" })).to.include({ outcome: "ok" });
      expect(await ask(says(200, `ok${"x".repeat(size - 1)}`), { body: "ok" })).to.deep.equal({
        outcome: "failed",
        status: 200,
        detail: "the body is larger than 1 MiB",
      });
    });

    it("ends at the timeout when nothing is answered, or no whole body", async () => {
      const silent = await ask(() => undefined, {}, 100);
      expect(silent).to.deep.equal({
        outcome: "failed",
        status: undefined,
        detail: "no answer within 0.1 s",
      });
      const half: RequestListener = (_request, response) => void response.writeHead(200).write("rea");
      expect(await ask(half, { body: "ready" }, 1_000)).to.deep.equal({
        outcome: "failed",
        status: 200,
        detail: "headers came, but not the whole body within 1 s",
      });
    });

    it("takes an answer on this side of the timeout, and none on the other", async () => {
      const after =
        (wait: number): RequestListener =>
        (_request, response) =>
          void setTimeout(() => response.end("ok"), wait);
      expect(await ask(after(50), {}, 5_000)).to.include({ outcome: "ok" });
      expect(await ask(after(400), {}, 100)).to.include({ outcome: "failed" });
    });

    it("tells a refused and a broken connection", async () => {
      const port = await listening(createServer((socket) => socket.destroy()));
      const probe = await httpProbe({ kind: "http", url: `http://127.0.0.1:${port}/`, status: [200] });
      expect(await probe(1_000)).to.include({
        outcome: "failed",
        detail: "connection closed without an answer",
      });
      await new Promise((resolve) => servers.pop()?.close(resolve));
      expect(await probe(1_000)).to.include({ outcome: "failed", detail: "connection refused" });
    });

    it("is an error when the request can't be sent at all, without the header's value", async () => {
      const result = await ask(says(200), { headers: { "X-Key": "hush\nhush" } });
      expect(result).to.deep.include({ outcome: "error", final: true });
      expect(result.detail).to.contain("X-Key").and.not.contain("hush");
    });

    it("knows what of a request a service may echo", () => {
      const probe: HttpSettings = {
        kind: "http",
        url: "http://user:p%40ss@127.0.0.1/",
        status: [200],
        headers: { Authorization: "Bearer abcdef", "X-Level": "1" },
      };
      const secrets = headerSecrets({ probe });
      expect(secrets).to.have.members(["Bearer abcdef", "abcdef", "user", "p@ss"]);
    });
  });

  describe("tcp", () => {
    const at = (port: number, timeoutMs = 1_000) => tcpProbe({ host: "127.0.0.1", port })(timeoutMs);

    it("takes a connection that stays open", async () => {
      expect(await at(await listening(createServer(() => undefined)))).to.include({ outcome: "ok" });
    });
    it("takes a service that speaks first and closes", async () => {
      expect(await at(await listening(createServer((socket) => socket.end("220 hello"))))).to.include({
        outcome: "ok",
      });
    });
    it("refuses a connection that is closed at once, as Docker's proxy does", async () => {
      const closing = await listening(createServer((socket) => void setTimeout(() => socket.end(), 20)));
      expect(await at(closing)).to.deep.equal({ outcome: "failed", detail: "connected, and closed at once" });
    });
    it("tells a refused connection", async () => {
      const port = await listening(createServer());
      await new Promise((resolve) => servers.pop()?.close(resolve));
      expect(await at(port)).to.deep.equal({ outcome: "failed", detail: "connection refused" });
    });
  });
});
