import { expect } from "chai";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { checksOfCommit, type GitHubOptions } from "../../catalog/githubChecks";
import { startGitHub, type TestGitHub } from "../github/github";

describe("a commit's checks on GitHub", () => {
  let github: TestGitHub;
  before(async () => (github = await startGitHub()));
  after(() => github.close());

  const place = (token: string | undefined) => ({ api: github.url, repository: "acme/shop", token });

  it("are its check runs and its statuses, each as it is now", async () => {
    await github.run("build", "failure");
    await github.run("build", "success");
    await github.run("test");
    await github.status("deploy", "pending");
    await github.status("deploy", "failure");
    const checks = await checksOfCommit(place(github.token), github.commit);
    const outcomes = checks.map(({ name, outcome }) => `${name} ${outcome}`).sort();
    expect(outcomes).to.deep.equal(["build passed", "deploy failed", "test pending"]);
    expect(checks.find(({ name }) => name === "deploy")?.url).to.equal("https://ci.example/deploy");
    expect(checks.find(({ name }) => name === "build")?.url).to.match(/^http.*\/acme\/shop\//);
  });

  it("can't be had of a repository that is not there, or with a token that is none", async () => {
    for (const place of [
      { api: github.url, repository: "acme/other", token: github.token },
      { api: github.url, repository: "acme/shop", token: "no-token-of-theirs" },
    ]) {
      const problem = await problemOf(checksOfCommit(place, github.commit));
      expect(problem).to.match(/does not tell of acme\/\w+@[0-9a-f]{12}: HTTP (401|403|404): /);
      expect(problem).not.to.contain(place.token);
    }
  });
});

describe("a GitHub that sends to another host", () => {
  const started: Server[] = [];
  afterEach(() => started.splice(0).forEach((server) => server.close()));
  const answering = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    started.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it("does not have the token shown there, and is followed", async () => {
    const told = new Map<string, string | undefined>();
    const other = await answering((request, response) => {
      told.set(`other ${request.url}`, request.headers.authorization);
      const none = '{"total_count":0,"check_runs":[],"statuses":[]}';
      response.writeHead(200, { "content-type": "application/json" }).end(none);
    });
    const api = await answering((request, response) => {
      told.set(`api ${request.url}`, request.headers.authorization);
      const inside = request.url?.startsWith("/repos/acme/shop/") === true;
      const path = (request.url ?? "").replace("/repos/acme/shop/", "/repos/acme/moved/");
      response.writeHead(307, { location: inside ? path : `${other}${path}` }).end();
    });
    const place = { api, repository: "acme/shop", token: "hunter2" };
    expect(await checksOfCommit(place, "abc")).to.deep.equal([]);
    const given = [...told].filter(([url]) => url.includes("/status"));
    const rest = "/commits/abc/status?per_page=100&page=1";
    expect(given).to.deep.equal([
      [`api /repos/acme/shop${rest}`, "token hunter2"],
      [`api /repos/acme/moved${rest}`, "token hunter2"],
      [`other /repos/acme/moved${rest}`, undefined],
    ]);
    expect(told.size).to.equal(6);
  });
});

describe("a GitHub that is down", () => {
  const asked = (api: string, options?: GitHubOptions) =>
    problemOf(checksOfCommit({ api, repository: "acme/shop", token: "hunter2" }, "a".repeat(40), options));
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });
  const answering = async (listener: RequestListener): Promise<string> => {
    const started = createServer(listener);
    server = started;
    await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  };

  it("is told when nobody listens", async () => {
    const api = await answering(() => undefined);
    server?.close();
    expect(await asked(api)).to.match(/does not tell of acme\/shop@aaaaaaaaaaaa: .*ECONNREFUSED/);
  });

  it("is told when it takes too long", async () => {
    const api = await answering(() => undefined);
    expect(await asked(api, { answerWithin: 0.2 })).to.equal(
      `${api} does not tell of acme/shop@aaaaaaaaaaaa: no full answer within 0.2 s`,
    );
  });

  it("is told when it answers garbage, an error, or fewer checks than it counts", async () => {
    const saying = (status: number, body: string) =>
      answering((_request, response) =>
        response.writeHead(status, { "content-type": "application/json" }).end(body),
      );
    const answers: [number, string, RegExp][] = [
      [200, "<html>", /its answer is none of GitHub's$/],
      [200, "{}", /its answer is none of GitHub's$/],
      [503, '{"message":"we are down"}', /we are down/],
    ];
    for (const [status, body, told] of answers) {
      const problem = await asked(await saying(status, body));
      expect(problem, body).to.match(/^http\S+ does not tell of acme\/shop@aaaaaaaaaaaa: ./);
      expect(problem, body).to.match(told);
      server?.closeAllConnections();
      server?.close();
    }
  });
});

async function problemOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("It was to fail.");
}
