import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deployedBranch } from "../../review/branches";
import { eventPullRequest } from "../../review/event";
import { putComment } from "../../review/comments";
import { Repository } from "../../review/repository";

describe("a GitHub that is not as it should be", () => {
  const started: Server[] = [];
  afterEach(() => {
    for (const server of started.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  const answering = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    started.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const problem = async (api: string, within?: number): Promise<string> => {
    const place = { api, repository: "acme/shop", branch: undefined, token: "a-token" };
    return deployedBranch(new Repository(place, { ...(within !== undefined && { within }) })).then(
      () => "",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
  };
  const start = /^BrokenEnvironment: GitHub \(http:.*\) did not tell its default branch \(acme\/shop\): /;

  it("is told where it is down, slow, or answers something else, without the token", async () => {
    const gone = await answering(() => undefined);
    started.splice(0).forEach((server) => server.close());
    const silent = await answering(() => undefined);
    const garbage = await answering((_request, response) => response.end("<html>"));
    for (const [api, within, why] of [
      [gone, undefined, "can't be reached"],
      [silent, 0.2, "no full answer within 0.2 s"],
      [garbage, undefined, "its answer is none of GitHub's"],
    ] as const) {
      const told = await problem(api, within);
      expect(told).to.match(start).and.contain(why);
      expect(told).not.to.contain("a-token");
    }
  });

  it("is asked again for what is only read where it is away for a moment, and three times at most", async () => {
    for (const [times, told] of [
      [2, /^$/],
      [3, start],
    ] as const) {
      let asked = 0;
      const api = await answering((_request, response) =>
        response
          .writeHead(asked++ < times ? 503 : 200, { "content-type": "application/json" })
          .end('{"default_branch":"main"}'),
      );
      expect(await problem(api)).to.match(told);
      expect(asked).to.equal(3);
    }
    let asked = 0;
    const api = await answering((_request, response) => {
      asked++;
      response.writeHead(503, { "content-type": "application/json" }).end("{}");
    });
    const place = { api, repository: "acme/shop", branch: undefined, token: "a-token" };
    const told = await putComment(
      new Repository(place),
      1,
      { mark: "x", body: "x", silent: false },
      undefined,
    ).catch((error: unknown) => (error as Error).name);
    expect([told, asked]).to.deep.equal(["BrokenEnvironment", 1]);
  });

  it("is not told the token of another host that it sends on to", async () => {
    let seen: string | undefined;
    const other = await answering((request, response) => {
      seen = request.headers.authorization;
      response.writeHead(200, { "content-type": "application/json" }).end('{"default_branch":"main"}');
    });
    const api = await answering((_request, response) => response.writeHead(307, { location: other }).end());
    expect(await problem(api)).to.equal("");
    expect(seen).to.equal(undefined);
  });
});

describe("the event of a pull request", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "knowngood-event-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const found = (text: string) => {
    writeFileSync(join(folder, "event.json"), text);
    return eventPullRequest({ GITHUB_EVENT_PATH: join(folder, "event.json") });
  };

  it("tells its number and its newest commit", () => {
    const sha = "a".repeat(40);
    expect(found(JSON.stringify({ pull_request: { number: 12, head: { sha } } }))).to.deep.equal({
      ...{ number: 12, head: sha },
    });
  });

  it("is asked for by an option where there is none", () => {
    for (const text of ["", "{}", '{"pull_request":{"number":12,"head":{"sha":"main"}}}'])
      expect(() => found(text)).to.throw(
        "found an event of no pull request; name it: npx knowngood review check --pull-request NUMBER",
      );
    expect(() => eventPullRequest({})).to.throw("GITHUB_EVENT_PATH\n    found nothing");
  });
});
