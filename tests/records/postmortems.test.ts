import { expect } from "chai";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { redactor } from "../../gates/redaction";
import { githubIssues } from "../../records/postmortem/githubIssues";
import {
  Postmortems,
  type News,
  type Patience,
  type PostmortemOptions,
} from "../../records/postmortem/postmortems";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { startGitHub, type TestGitHub } from "../github/github";
import { record } from "./rollbackRecords";

/** As long ago as a test's `up` may be: an incident is told of for 30 days. */
const today = (id: string, move: Parameters<typeof record>[1], minute: number, more = {}): ReleaseRecord => ({
  ...record(id, move, minute, more),
  startedAt: new Date(Date.now() - (60 - minute) * 60_000).toISOString(),
});
const quick: Patience = { within: 20, pauses: [] };

let folder: string;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "knowngood-postmortems-"));
  servers = [];
});
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

const file = () => join(folder, "records.jsonl");
const write = (...records: readonly ReleaseRecord[]) =>
  writeFileSync(file(), records.map((one) => `${JSON.stringify(one)}\n`).join(""));
const postmortems = (api: string, token: string, more: Partial<PostmortemOptions> = {}) =>
  new Postmortems({
    stack: "shop/prod",
    place: { folder, file: file() },
    github: { api, repository: "acme/shop", token },
    labels: [],
    assignees: [],
    logLines: 0,
    redact: redactor([token]),
    ...more,
  });
const texts = (news: readonly News[]) => news.map(({ level, text }) => `${level}: ${text}`);

describe("postmortems on GitHub", () => {
  let github: TestGitHub;
  before(async () => (github = await startGitHub()));
  after(() => github.close());
  beforeEach(async () => {
    for (const { number } of await issues())
      await ask(`issues/${number}`, "PATCH", { title: "old", body: "old" });
  });

  async function ask(path: string, method = "GET", body?: object): Promise<unknown> {
    const answer = await fetch(`${github.url}/repos/acme/shop/${path}`, {
      method,
      headers: { authorization: `token ${github.token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return answer.json();
  }
  interface TestIssue {
    number: number;
    title: string;
    body: string;
    html_url: string;
    labels: { name: string }[];
    assignees: { login: string }[];
  }
  const issues = async (): Promise<TestIssue[]> =>
    ((await ask("issues?state=all&per_page=100")) as TestIssue[]).filter(({ title }) => title !== "old");
  const comments = async (issue: number) =>
    ((await ask(`issues/${issue}/comments`)) as { body: string }[]).map(({ body }) => body);
  const ours = (more: Partial<PostmortemOptions> = {}) => postmortems(github.url, github.token, more);

  it("are one issue of a rollback, with labels and assignees, opened once", async () => {
    write(today("a1", ["forward", "v1", "v2"], 1), today("a2", ["rollback", "v2", "v1"], 2));
    const [opened, ...more] = await ours({ labels: ["postmortem"], assignees: ["acme"] }).settle(quick);
    const [issue, ...others] = await issues();
    expect([more, others]).to.deep.equal([[], []]);
    expect(issue).to.include({ title: "Postmortem: shop/prod, rollback from v2 to v1" });
    expect(issue?.body).to.contain("`forward from v1 to v2`").and.to.contain("<!-- knowngood a2 -->");
    expect(issue?.labels.map(({ name }) => name)).to.deep.equal(["postmortem"]);
    expect(issue?.assignees.map(({ login }) => login)).to.deep.equal(["acme"]);
    expect(opened).to.deep.equal({
      level: "info",
      text: `An issue is opened for the postmortem of the rollback from v2 to v1: ${issue?.html_url}`,
      message: `shop/prod: postmortem of the rollback from v2 to v1: ${issue?.html_url}`,
    });
    expect(await ours().settle(quick)).to.deep.equal([]);
    expect(await issues()).to.have.length(1);
    const note = readFileSync(join(folder, "postmortems", "a2.json"), "utf8");
    expect(JSON.parse(note)).to.deep.equal({
      repository: "acme/shop",
      number: issue?.number,
      url: issue?.html_url,
      told: ["a2"],
    });
  });

  it("are found again by their mark where the note is lost, also when closed, among others", async () => {
    write(today("b1", ["rollback", "v2", "v1"], 2));
    await ours().settle(quick);
    const [issue] = await issues();
    await ask(`issues/${issue?.number}`, "PATCH", { state: "closed" });
    for (let count = 0; count < 51; count++) await ask("issues", "POST", { title: "old", body: "b1" });
    rmSync(join(folder, "postmortems"), { recursive: true });
    expect(texts(await ours().settle(quick))).to.deep.equal([
      `info: The issue of the rollback from v2 to v1 is up to date: ${issue?.html_url}`,
    ]);
    expect(await issues()).to.have.length(1);
  });

  it("tell of an incident that goes on in comments, each once", async () => {
    const first = today("c1", ["rollback", "v3", "v2"], 2, { outcome: "failed" });
    const second = today("c2", ["rollback", "v2", "v1"], 3);
    write(first);
    await ours().settle(quick);
    // The file may not have the one that has just ended.
    await ours().settle(quick, second);
    write(first, second);
    expect(await ours().settle(quick)).to.deep.equal([]);
    rmSync(join(folder, "postmortems"), { recursive: true });
    await ours().settle(quick);
    const [issue, ...others] = await issues();
    expect(others).to.deep.equal([]);
    const [comment, ...more] = await comments(issue?.number ?? 0);
    expect(more).to.deep.equal([]);
    expect(comment).to.contain("`rollback from v2 to v1` passed after 30 s.").and.to.contain("knowngood c2");
  });

  it("are opened once by two at a time", async () => {
    write(today("d1", ["rollback", "v2", "v1"], 2));
    const one = ours();
    await Promise.all([one.settle(quick), one.settle(quick)]);
    expect(await issues()).to.have.length(1);
  });

  it("go without an account that GitHub does not know, and say so", async () => {
    write(today("e1", ["rollback", "v2", "v1"], 2));
    const [, warning] = texts(await ours({ assignees: ["nobody-of-theirs"] }).settle(quick));
    const [issue] = await issues();
    expect(issue?.assignees).to.deep.equal([]);
    expect(warning).to.match(/^warn: record\.postmortem: http\S+ is without its labels and assignees, /);
  });

  it("are not asked for where nothing is owed, and warned of once where they can't be opened", async () => {
    write(today("f1", ["rollback", "v2", "v1"], 2, { postmortem: undefined }));
    expect(await postmortems("http://127.0.0.1:1", "hunter2").settle(quick)).to.deep.equal([]);
    write(today("f2", ["rollback", "v2", "v1"], 2));
    const place = { api: github.url, repository: "acme/other", token: github.token };
    const wrong = ours({ github: place });
    const [problem, ...more] = texts(await wrong.settle(quick));
    expect(more).to.deep.equal([]);
    expect(problem).to.match(
      /^warn: record\.postmortem: the issue of the rollback from v2 to v1 is not opened, or not up to date: acme\/other on http\S+: HTTP 404: no such repository, or no right to its issues; the next `up` does it$/,
    );
    expect(await wrong.settle(quick)).to.deep.equal([]);
    expect(await issues()).to.deep.equal([]);
  });
});

describe("a GitHub that does not open an issue", () => {
  const answering = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const json = { "content-type": "application/json" };
  const settled = async (api: string, patience = quick) => {
    write(today("g1", ["rollback", "v2", "v1"], 2));
    const [text = "", ...more] = texts(await postmortems(api, "hunter2").settle(patience));
    expect(more).to.deep.equal([]);
    expect(text)
      .to.match(/^warn: /)
      .and.not.to.contain("hunter2");
    return text;
  };

  it("is told, whatever it answers, without the token, and asked again only where that can help", async () => {
    const answers: [number, string, RegExp, attempts: number][] = [
      [500, '{"message":"down for hunter2"}', /: down for \[secret\]/, 2],
      [429, '{"message":"slower"}', /slower/, 2],
      [401, '{"message":"hunter2"}', /HTTP 401: the token is not good for it/, 1],
      [403, '{"message":"API rate limit exceeded"}', /HTTP 403: .*, or too many were asked/, 1],
      [404, "{}", /HTTP 404: no such repository, or no right to its issues/, 1],
      [410, "{}", /HTTP 410: the repository's issues are turned off/, 1],
      [200, "<html>hunter2", /none of GitHub's/, 2],
      [200, "{}", /none of GitHub's/, 2],
      [200, '[{"body":"<!-- knowngood g1 -->"}]', /none of GitHub's/, 2],
    ];
    for (const [status, body, told, attempts] of answers) {
      let asked = 0;
      const api = await answering((_request, response) => {
        asked += 1;
        response.writeHead(status, json).end(body);
      });
      expect(await settled(api, { within: 20, pauses: [0.01] }), body).to.match(told);
      expect(asked, body).to.equal(attempts);
    }
  });

  it("is waited for no longer than there is patience, and found where nobody listens", async () => {
    const silent = await answering(() => undefined);
    expect(await settled(silent, { within: 1, pauses: [0.1] })).to.match(/no full answer within [\d.]+ s/);
    expect(await settled("http://127.0.0.1:1")).to.match(/ECONNREFUSED/);
    const ended = new AbortController();
    const ending = await answering(() => ended.abort(new Error("the up is over")));
    expect(await settled(ending, { within: 50, pauses: [40], signal: ended.signal })).to.contain(
      "the up is over; the next",
    );
  });

  it("loses an answer: what it took is not told again", async () => {
    const note = { repository: "acme/shop", number: 7, url: "https://github.example/7", told: ["h1"] };
    mkdirSync(join(folder, "postmortems"));
    writeFileSync(join(folder, "postmortems", "h1.json"), JSON.stringify(note));
    write(
      today("h1", ["rollback", "v3", "v2"], 2, { outcome: "failed" }),
      today("h2", ["rollback", "v2", "v1"], 3),
    );
    const taken: { body: string }[] = [];
    const api = await answering((request, response) => {
      if (request.method === "GET") return void response.writeHead(200, json).end(JSON.stringify(taken));
      let body = "";
      request.setEncoding("utf8").on("data", (part: string) => (body += part));
      request.on("end", () => {
        taken.push(JSON.parse(body) as { body: string });
        request.socket.destroy();
      });
    });
    const news = await postmortems(api, "hunter2").settle({ within: 20, pauses: [0.01] });
    expect(texts(news)).to.deep.equal([
      "info: The issue of the rollback from v3 to v2 is up to date: https://github.example/7",
    ]);
    expect(taken).to.have.length(1);
  });

  it("is told of with every rollback whose issue is not opened", async () => {
    write(today("i1", ["rollback", "v3", "v2"], 2), today("i2", ["rollback", "v2", "v1"], 3));
    const [text] = texts(await postmortems("http://127.0.0.1:1", "hunter2").settle(quick));
    expect(text).to.contain(
      "the issue of the rollback from v3 to v2 and of the rollback from v2 to v1 is not opened",
    );
  });

  it("that sends on to another host is not followed with what is told", async () => {
    const seen: string[] = [];
    const other = await answering((request, response) => {
      seen.push(`${request.method} ${request.headers.authorization}`);
      response.writeHead(200, json).end("[]");
    });
    const api = await answering((request, response) => {
      response.writeHead(307, { location: `${other}${request.url}` }).end();
    });
    expect(await settled(api)).to.contain(`${api} sends on to ${other}, which is told nothing`);
    expect(seen).to.deep.equal(["GET undefined"]);
  });

  it("has more issues than are looked at: none is opened twice", async () => {
    const posted: string[] = [];
    const many = JSON.stringify(
      Array.from({ length: 50 }, (_issue, index) => ({
        number: index,
        html_url: "https://github.example/1",
        body: "",
        created_at: "2999-01-01T00:00:00Z",
      })),
    );
    const api = await answering((request, response) => {
      if (request.method === "POST") posted.push(request.url ?? "");
      response.writeHead(200, json).end(many);
    });
    const issues = await githubIssues({ api, repository: "acme/shop", token: "t" }, 20);
    const problem = await issues.find("none", "2026-03-01T00:00:00Z").catch((error: Error) => error.message);
    expect(problem).to.equal("more than 500 issues since 2026-03-01T00:00:00Z");
    expect(await settled(api)).to.contain("more than 500 issues since ");
    expect(posted).to.deep.equal([]);
  });
});
