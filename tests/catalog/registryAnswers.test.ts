import { expect } from "chai";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import net from "node:net";
import { manifestExists, resolveTag } from "../../catalog/registry";
import { request } from "../../catalog/registryRequest";
import { parseChallenge } from "../../catalog/registryAuthorization";
import { testFolder, type TestFolder } from "./catalogFolder";
import { digestOf } from "./localRegistry";
import { errorOf } from "./registryErrorOf";

const manifest = JSON.stringify({ schemaVersion: 2, manifests: [] });
const indexType = "application/vnd.oci.image.index.v1+json";
const path = "/v2/shop/api/manifests/v1";

/** A server of one test on a free loopback port. */
async function listen<T extends net.Server>(server: T, sockets: Set<Socket>): Promise<string> {
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a registry's answers", () => {
  let folder: TestFolder;
  let sockets: Set<Socket>;
  let servers: net.Server[];
  beforeEach(() => {
    folder = testFolder();
    sockets = new Set();
    servers = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    folder.remove();
  });

  type Handler = (request: http.IncomingMessage & { body: string }, response: http.ServerResponse) => void;
  async function serve(handler: Handler): Promise<string> {
    const server = http.createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => handler(Object.assign(request, { body }), response));
    });
    servers.push(server);
    return listen(server, sockets);
  }

  const options = () => ({ environment: { ...process.env, DOCKER_CONFIG: folder.path } });
  const ask = (address: string) => resolveTag(`${address}/shop/api:v1`, options());
  const answerManifest = (response: http.ServerResponse) =>
    response
      .writeHead(200, { "Docker-Content-Digest": digestOf(manifest), "Content-Type": indexType })
      .end(manifest);

  it("are asked for by HEAD, with every kind of manifest accepted", async () => {
    const asked: unknown[] = [];
    const address = await serve((request, response) => {
      asked.push([request.method, request.url, request.headers.accept]);
      answerManifest(response);
    });
    expect(await ask(address)).to.equal(digestOf(manifest));
    expect(asked).to.deep.equal([
      [
        "HEAD",
        path,
        "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json",
      ],
    ]);
  });

  for (const [title, status] of [
    ["gives no digest", 200],
    ["is not allowed", 405],
  ] as const) {
    it(`are computed from the manifest where HEAD ${title}`, async () => {
      const address = await serve((request, response) =>
        response
          .writeHead(request.method === "HEAD" ? status : 200)
          .end(request.method === "HEAD" ? "" : manifest),
      );
      expect(await ask(address)).to.equal(digestOf(manifest));
      expect(await manifestExists(`${address}/shop/api`, digestOf(manifest), options())).to.equal(true);
    });
  }

  it("are followed when redirected, without the password on another host", async () => {
    const sent: (string | undefined)[] = [];
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      answerManifest(response);
    });
    const address = await serve((request, response) => {
      sent.push(request.headers.authorization);
      if (!request.headers.authorization) {
        response.writeHead(401, { "WWW-Authenticate": 'Basic realm="x"' }).end();
      } else response.writeHead(307, { Location: `http://${other}${request.url}` }).end();
    });
    const auth = Buffer.from("shop:pass:word").toString("base64");
    folder.write("config.json", JSON.stringify({ auths: { [`http://${address}/v1/`]: { auth } } }));
    expect(await ask(address)).to.equal(digestOf(manifest));
    expect(sent).to.deep.equal([undefined, `Basic ${auth}`]);
    expect(seen).to.deep.equal([undefined]);
  });

  describe("with a token", () => {
    /** A registry with a token server: 401 with a challenge, a token for who may, the manifest for the token. */
    async function serveWithToken(
      grant: (request: http.IncomingMessage & { body: string }) => object | number,
    ) {
      const address: string = await serve((request, response) => {
        const { pathname } = new URL(request.url ?? "", "http://x");
        if (pathname === "/token") {
          const granted = grant(request);
          if (typeof granted === "number") response.writeHead(granted).end("{}");
          else response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(granted));
        } else if (request.headers.authorization === "Bearer good") answerManifest(response);
        else {
          const challenge = `Bearer realm="http://${address}/token",service="shop registry",scope="repository:shop/api:pull"`;
          response.writeHead(401, { "WWW-Authenticate": challenge }).end();
        }
      });
      return address;
    }

    it("are given to nobody in particular where the registry is public", async () => {
      const asked: string[] = [];
      const address = await serveWithToken((request) => {
        asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
        return { token: "good" };
      });
      expect(await ask(address)).to.equal(digestOf(manifest));
      expect(asked).to.deep.equal([
        "GET /token?service=shop+registry&scope=repository%3Ashop%2Fapi%3Apull undefined",
      ]);
    });

    it("are given to the user of Docker's config", async () => {
      const address = await serveWithToken((request) =>
        request.headers.authorization === `Basic ${Buffer.from("shop:pass").toString("base64")}`
          ? { access_token: "good" }
          : 401,
      );
      expect((await errorOf(ask(address))).kind).to.equal("unauthorized");
      folder.write(
        "config.json",
        JSON.stringify({ auths: { [address]: { username: "shop", password: "pass" } } }),
      );
      expect(await ask(address)).to.equal(digestOf(manifest));
    });

    it("are given for an identity token, which is posted", async () => {
      const address = await serveWithToken((request) => {
        const form = new URLSearchParams(request.body);
        const good =
          request.method === "POST" &&
          form.get("refresh_token") === "identity" &&
          form.get("grant_type") === "refresh_token";
        return good ? { access_token: "good" } : 401;
      });
      folder.write("config.json", JSON.stringify({ auths: { [address]: { identitytoken: "identity" } } }));
      expect(await ask(address)).to.equal(digestOf(manifest));
    });

    it("are refused where the token is not good enough", async () => {
      const address = await serveWithToken(() => ({ token: "weak" }));
      const error = await errorOf(ask(address));
      expect(error.kind).to.equal("unauthorized");
      expect(error.message).to.contain("HTTP 401").and.to.contain(`docker login ${address}`);
    });

    it("are bad where the token server gives none", async () => {
      expect((await errorOf(ask(await serveWithToken(() => ({ tokens: [] }))))).kind).to.equal("bad-answer");
      expect((await errorOf(ask(await serveWithToken(() => 500)))).kind).to.equal("bad-answer");
    });
  });

  const bad: [title: string, handler: Handler, fragment: string][] = [
    [
      "a web page",
      (_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<html>"),
      "something that is no manifest",
    ],
    [
      "JSON that is no manifest",
      (_, response) => response.writeHead(200).end('["v1"]'),
      "something that is no manifest",
    ],
    [
      "a digest that is none",
      (_, response) => response.writeHead(200, { "Docker-Content-Digest": "md5:1" }).end(),
      "gives no SHA-256 digest for",
    ],
    [
      "a digest of something else",
      (request, response) =>
        request.method === "HEAD"
          ? response.writeHead(405).end()
          : response.writeHead(200, { "Docker-Content-Digest": digestOf("other") }).end(manifest),
      `says that`,
    ],
    ["a broken server", (_, response) => response.writeHead(503).end(), "with HTTP 503"],
    [
      "too many questions",
      (_, response) => response.writeHead(429).end(),
      "limits its answers now (HTTP 429)",
    ],
    [
      "401 without a way in",
      (_, response) => response.writeHead(401).end(),
      "without saying how to authorize",
    ],
    [
      "a token from nowhere",
      (_, response) => response.writeHead(401, { "WWW-Authenticate": 'Bearer realm="x"' }).end(),
      "names no address to get a token from",
    ],
    [
      "redirects without end",
      (request, response) => response.writeHead(302, { Location: request.url }).end(),
      "redirects without end",
    ],
    [
      "a manifest without end",
      (request, response) =>
        request.method === "HEAD"
          ? response.writeHead(200).end()
          : response.writeHead(200).end("x".repeat(5_000_000)),
      "more than 4 MiB",
    ],
  ];
  for (const [title, handler, fragment] of bad) {
    it(`are bad: ${title}`, async () => {
      const error = await errorOf(ask(await serve(handler)));
      expect(error.kind).to.equal("bad-answer");
      expect(error.message).to.contain(fragment);
    });
  }

  it("are bad where they are no HTTP", async () => {
    const server = net.createServer((socket) =>
      socket.on("error", () => undefined).end("SSH-2.0-OpenSSH_9.2\r\n"),
    );
    servers.push(server);
    expect((await errorOf(ask(await listen(server, sockets)))).kind).to.equal("bad-answer");
  });

  it("never come where nothing listens", async () => {
    const server = net.createServer();
    const address = await listen(server, sockets);
    await new Promise((resolve) => server.close(resolve));
    for (const question of [ask(address), manifestExists(`${address}/shop/api`, digestOf("x"))]) {
      const error = await errorOf(question);
      expect(error.kind).to.equal("unreachable");
      expect(error.message).to.contain(`http://${address} can't be reached`).and.to.contain("ECONNREFUSED");
    }
  });

  it("come too late", async () => {
    const address = await serve(() => undefined);
    const start = performance.now();
    const error = await errorOf(resolveTag(`${address}/shop/api:v1`, { answerWithin: 0.1 }));
    expect(error.kind).to.equal("unreachable");
    expect(error.message).to.contain("no full answer within 0.1 s");
    expect(performance.now() - start).to.be.within(90, 10_000);
  });

  it("never come where a connection doesn't stand in time, TLS included", async () => {
    const server = net.createServer((socket) => socket.on("error", () => undefined));
    servers.push(server);
    const url = `https://${await listen(server, sockets)}/v2/`;
    const asked = { method: "GET", url, connectWithin: 0.1, signal: AbortSignal.timeout(5000) } as const;
    const error = await errorOf(request(asked));
    expect(error.kind).to.equal("unreachable");
    expect(error.message).to.contain("no connection within 0.1 s");
  });

  it("come too late in the middle", async () => {
    const address = await serve((request, response) => {
      response.writeHead(200);
      if (request.method === "HEAD") response.end();
      else response.write("{");
    });
    const error = await errorOf(resolveTag(`${address}/shop/api:v1`, { answerWithin: 0.1 }));
    expect(error.message).to.contain("no full answer within 0.1 s");
    expect(error.kind).to.equal("unreachable");
  });

  it("can be given up from outside, also before the question", async () => {
    const address = await serve(() => undefined);
    const signal = AbortSignal.timeout(50);
    expect((await errorOf(resolveTag(`${address}/shop/api:v1`, { signal }))).kind).to.equal("unreachable");
    expect((await errorOf(resolveTag(`${address}/shop/api:v1`, { signal }))).kind).to.equal("unreachable");
  });

  it("are not asked for what is no reference", async () => {
    expect((await errorOf(resolveTag("No Reference"))).message).to.equal(
      "No Reference is no reference to an image",
    );
  });

  it("challenge in ways that are taken apart", () => {
    expect(
      parseChallenge('Bearer realm="https://a/t",service="b, c",scope="repository:x:pull,push"'),
    ).to.deep.equal({
      scheme: "bearer",
      parameters: { realm: "https://a/t", service: "b, c", scope: "repository:x:pull,push" },
    });
    expect(parseChallenge("Basic realm=x")).to.deep.equal({ scheme: "basic", parameters: { realm: "x" } });
    expect(parseChallenge("")).to.equal(undefined);
  });
});
