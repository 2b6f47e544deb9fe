import { expect } from "chai";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ownLogin, putComment } from "../../review/comments";
import { Repository } from "../../review/repository";
import { startGitHub, type TestGitHub } from "../github/github";
import { placeOf } from "./proposals";

describe("the comment of a stack", () => {
  let github: TestGitHub;
  let repository: Repository;
  let number: number;
  before(async () => {
    github = await startGitHub([{ id: 7, permissions: { pull_requests: "write", metadata: "read" } }]);
    repository = new Repository(placeOf(github));
    await github.ask("git/refs", "POST", { ref: "refs/heads/change", sha: github.commit });
    const pull = { title: "Change", head: "change", base: "main" };
    ({ number } = (await github.ask("pulls", "POST", pull)) as { number: number });
  });
  after(() => github.close());

  const comments = async () =>
    ((await github.ask(`issues/${number}/comments`)) as { body: string }[]).map(({ body }) => body);
  const put = (stack: string, text: string, silent: boolean, as = repository, login = "acme") => {
    const mark = `<!-- ${stack} -->`;
    return putComment(as, number, { mark, body: `${mark}\n${text}`, silent }, login);
  };

  it("is none where there is nothing to say", async () => {
    await put("prod", "nothing", true);
    expect(await comments()).to.deep.equal([]);
  });

  it("is changed in place, beside that of another stack, also once there is nothing to say any more", async () => {
    await put("prod", "first", false);
    await put("test", "other", false);
    await put("prod", "second", false);
    expect(await comments()).to.deep.equal(["<!-- prod -->\nsecond", "<!-- test -->\nother"]);
    await put("prod", "nothing", true);
    expect(await comments()).to.deep.equal(["<!-- prod -->\nnothing", "<!-- test -->\nother"]);
  });

  it("is never one that somebody else has written, whatever that begins with", async () => {
    const app = { id: "7", privateKey: github.key, installation: 70 };
    const other = new Repository(placeOf(github, { token: app }));
    await put("theirs", "all is well", false, other, "app-7[bot]");
    await put("theirs", "refused", false);
    await put("theirs", "refused again", false);
    await put("theirs", "all is well still", false, other, "app-7[bot]");
    expect((await comments()).slice(2)).to.deep.equal([
      "<!-- theirs -->\nall is well still",
      "<!-- theirs -->\nrefused again",
    ]);
  });

  it("is that of the account whose token it is", async () => {
    expect(await ownLogin(repository, 0)).to.equal("acme");
  });
});

describe("who writes comments with an app's token, which GitHub does not tell whose it is", () => {
  const loginOf = async (status: number, check: object): Promise<string | undefined> => {
    const server = createServer(({ url }, response) => {
      const known = url === "/repos/acme/shop/check-runs/12";
      response.writeHead(known ? 200 : status, { "content-type": "application/json" });
      response.end(JSON.stringify(known ? check : { message: "Resource not accessible by integration" }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const place = { api, repository: "acme/shop", branch: undefined, token: "a-token" };
    return ownLogin(new Repository(place), 12).finally(() => server.close());
  };

  it("is on the check that was written by it", async () => {
    expect(await loginOf(403, { app: { slug: "github-actions" } })).to.equal("github-actions[bot]");
    expect(await loginOf(403, { app: null })).to.equal(undefined);
    const down = loginOf(500, { app: { slug: "github-actions" } });
    expect(await down.catch((error: unknown) => (error as Error).name)).to.equal("BrokenEnvironment");
  });
});
