import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ErrorRateFailureRecord, ErrorRateReport } from "../../gates/errorRateReport";
import type { Baseline, BaselineRequest, ErrorRateRequest } from "../../gates/errorRateRequest";
import { toldEnvironment, type Told } from "../../gates/told";
import { freePort } from "../../toolchain/machine/registry";
import { MeteredShop, shopQueries } from "./meteredShop";
import { endOf, onlyRecord, startRunner } from "./runner";

const password = "prom-pass-word";
const user = {
  name: "gate",
  passwordHash: "$2b$04$abcdefghijklmnopqrstuuiopBOjYpr4TqZrtFmQE7JuUyt2c.z6.",
};

describe("gates: the error rate, by a real Prometheus", function () {
  // The first time it may have to be installed.
  this.timeout(300_000);
  let folder: string;
  let shop: MeteredShop;
  /** Where nobody listens. */
  let nowhere: string;
  const children: ChildProcess[] = [];
  const servers: Server[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-prometheus-"));
    shop = await MeteredShop.open(folder, user);
    nowhere = `http://127.0.0.1:${await freePort()}`;
  });
  after(async () => {
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    shop.busy(() => 0);
    rmSync(join(folder, "records"), { recursive: true, force: true });
    for (const child of children.splice(0)) child.kill("SIGKILL");
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
  });

  async function serving(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const access = () => ({ url: shop.url, user: user.name, password, headers: {}, timeout: 10 });
  const baseline: Baseline = {
    ratio: 0.025,
    requests: 1_000,
    release: "v1",
    takenAt: "2026-03-01T09:00:00.000Z",
  };
  const requested = (change: Partial<ErrorRateRequest> = {}): ErrorRateRequest => ({
    access: access(),
    queries: shopQueries,
    factor: 2,
    floor: 0.01,
    leastRequests: 30,
    watch: { forward: 60, back: 60 },
    every: 0.5,
    cleanSamples: 2,
    inconclusive: "pass",
    baseline,
    redact: [password],
    ...change,
  });
  const run = (
    kind: string,
    request: unknown,
    direction: "forward" | "rollback" = "forward",
    goBack?: Told["goBack"],
  ) => {
    const move = { direction, stack: "shop/prod", from: "v1", to: "v2" } as const;
    const child = startRunner(
      kind,
      request,
      toldEnvironment({ move, records: join(folder, "records"), ...(goBack && { goBack }) }),
    );
    children.push(child);
    return endOf(child);
  };
  const record = () => onlyRecord<ErrorRateFailureRecord>(join(folder, "records", "shop-prod"));

  it("passes a release that errs as much as is allowed, and says what it saw", async () => {
    shop.busy(() => 0.04);
    const { exitCode, stdout } = await run("errorRate", requested());
    expect(exitCode).to.equal(0);
    const report = JSON.parse(stdout) as ErrorRateReport;
    expect(report).to.deep.include({
      outcome: "passed",
      release: "v2",
      direction: "forward",
      from: "v1",
      allowed: 0.05,
      baseline,
      why: "2 clean samples in a row",
    });
    expect(report.ratio).to.be.closeTo(0.04, 1e-9);
    expect(report.requests).to.be.greaterThan(30);
    expect(report.samplesTaken).to.equal(report.samples.length);
    expect(existsSync(join(folder, "records"))).to.equal(false);
  });

  it("fails one that errs more, as soon as it is hopeless, with a record", async () => {
    shop.busy(() => 0.5);
    const goBack = { tag: "v1", commands: ["pulumi config set imageTag v1", "pulumi up"] };
    const { exitCode, stdout, stderr } = await run("errorRate", requested(), "forward", goBack);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: "" });
    expect(stderr).to.match(
      /(^|\n)Error-rate gate failed: v2 on shop\/prod answers 50 % of \d+ requests with errors after \d+\.\d+ s: too many already, even if no other error came\.\n/,
    );
    expect(stderr).to.contain("Allowed: 5 %, 2 times the baseline of v1, 2.5 % at 2026-03-01T09:00:00.000Z");
    expect(stderr).to.contain(`Asked for errors: ${shopQueries.errors}`);
    expect(stderr).to.match(/Last known-good: v1. To go back:\npulumi config set imageTag v1\npulumi up\n$/);
    const { file, record: written } = record();
    expect(file).to.match(/^\d{8}T\d{6}\.\d{3}Z-errorRate-gate\.json$/);
    expect(written).to.deep.include({
      kind: "errorRate",
      outcome: "failed",
      stack: "shop/prod",
      release: "v2",
      allowed: 0.05,
    });
    expect(written.ratio).to.be.closeTo(0.5, 1e-9);
    expect(stderr).to.contain(`Record: ${join(folder, "records", "shop-prod", file)}`);
  });

  it("looks at nothing from before it began", async () => {
    shop.busy(() => 1);
    await new Promise((wait) => setTimeout(wait, 1_000));
    shop.busy(() => 0);
    const { stdout } = await run("errorRate", requested());
    expect((JSON.parse(stdout) as ErrorRateReport).ratio).to.equal(0);
  });

  it("takes the share as one query, and watches for its own time on the way back", async () => {
    shop.busy(() => 0.03);
    const queries = { ratio: `${shopQueries.errors} / ${shopQueries.requests}` };
    const change = { queries, cleanSamples: undefined, watch: { forward: 600, back: 3 } };
    const { exitCode, stdout } = await run("errorRate", requested(change), "rollback");
    expect(exitCode).to.equal(0);
    const report = JSON.parse(stdout) as ErrorRateReport;
    expect(report).to.include({ outcome: "passed", why: "watched to the end", requests: null });
    expect(report.ratio).to.be.closeTo(0.03, 1e-9);
    expect(report.seconds).to.be.at.least(3);
  });

  it("is inconclusive with too few requests: passed or failed, as it is set, and never called passed", async () => {
    const few = { leastRequests: 1_000_000, watch: { forward: 1, back: 1 } };
    const passing = await run("errorRate", requested(few));
    expect(passing.exitCode).to.equal(0);
    expect(JSON.parse(passing.stdout)).to.include({ outcome: "inconclusive" });
    const failing = await run("errorRate", requested({ ...few, inconclusive: "fail" }));
    expect(failing.exitCode).to.equal(1);
    expect(failing.stderr).to.match(/^Error-rate gate inconclusive: v2 on shop\/prod was not judged after /);
    expect(record().record.outcome).to.equal("inconclusive");
  });

  const broken: [string, () => Promise<Partial<ErrorRateRequest>>, RegExp][] = [
    [
      "is not there",
      () => Promise.resolve({ access: { ...access(), url: nowhere }, every: 0.1 }),
      /Prometheus at http:\/\/127\.0\.0\.1:\d+: connection refused, 5 times in a row/,
    ],
    [
      "does not answer",
      async () => ({
        access: { ...access(), url: await serving(() => undefined), timeout: 0.1 },
        every: 0.1,
      }),
      /no answer within 0.1 s, 5 times in a row/,
    ],
    [
      "answers garbage",
      async () => ({
        access: { ...access(), url: await serving((_, answer) => answer.end("<html>")) },
        every: 0.1,
      }),
      /the answer is not JSON: is it a Prometheus\?, 5 times in a row/,
    ],
    [
      "is another address now",
      async () => ({
        access: {
          ...access(),
          url: await serving((_, answer) => answer.writeHead(302, { location: "/x" }).end()),
        },
      }),
      /status 302/,
    ],
    [
      "does not know the password",
      () =>
        Promise.resolve({
          access: { ...access(), password: "prom-pass-wrong" },
          redact: ["prom-pass-wrong"],
        }),
      /status 401/,
    ],
    [
      "can't read the query",
      () => Promise.resolve({ queries: { ratio: "sum(" } }),
      /status 400: invalid parameter "query": 1:5: parse error: unclosed left parenthesis/,
    ],
    [
      "answers several series",
      () => Promise.resolve({ queries: { ratio: "http_requests_total" } }),
      /the query answers 2 series and must answer one: wrap it in sum\(…\): http_requests_total/,
    ],
  ];
  for (const [what, change, why] of broken) {
    it(`is an error, and never passed, where Prometheus ${what}`, async () => {
      shop.busy(() => 0);
      const { exitCode, stdout, stderr } = await run("errorRate", requested(await change()));
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: "" });
      expect(stderr)
        .to.match(/^Error-rate gate broke: v2 on shop\/prod was not judged after /)
        .and.match(why);
      expect(stderr + JSON.stringify(record())).not.to.contain("prom-pass-w");
      expect(record().record.outcome).to.equal("error");
    });
  }

  it("shows a bearer's token and its headers to Prometheus alone", async () => {
    const token = "tok-en-of-the-gate";
    const seen: unknown[] = [];
    const url = await serving(({ headers }, answer) => {
      seen.push([headers.authorization, headers["x-scope-orgid"]]);
      answer.writeHead(403).end(JSON.stringify({ error: `who is ${token}?` }));
    });
    const given = { url, bearer: token, headers: { "X-Scope-OrgID": "shop" }, timeout: 5 };
    const { exitCode, stderr } = await run("errorRate", requested({ access: given, redact: [token] }));
    expect(exitCode).to.equal(2);
    expect(seen[0]).to.deep.equal([`Bearer ${token}`, "shop"]);
    expect(stderr).to.contain("status 403: who is [secret]?");
    expect(stderr + JSON.stringify(record())).not.to.contain(token);
  });

  describe("baseline", () => {
    const asked = (change: Partial<BaselineRequest> = {}): BaselineRequest => ({
      access: access(),
      queries: shopQueries,
      factor: 2,
      floor: 0.01,
      leastRequests: 30,
      release: "v1",
      window: 2,
      redact: [password],
      ...change,
    });
    const taken = async (change: Partial<BaselineRequest> = {}) => {
      const { exitCode, stdout, stderr } = await run("baseline", asked(change));
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: "" });
      return JSON.parse(stdout) as Baseline;
    };

    it("is the share of the time before, of the release that ran", async () => {
      shop.busy(() => 0.04);
      // Until nothing else is in the two seconds that are looked back at.
      let ratio: number | null = null;
      while (ratio === null || Math.abs(ratio - 0.04) > 1e-9) ({ ratio } = await taken());
    });

    it("is none where nothing says anything, and says why", async () => {
      expect(await taken({ leastRequests: 1_000_000 })).to.include({
        ratio: null,
        why: "too few requests in 2 s before the change",
      });
      expect(await taken({ release: undefined, why: "nothing ran" })).to.include({
        ratio: null,
        why: "nothing ran",
      });
    });

    it("is an error where Prometheus is not there, so that nothing is changed unwatched", async () => {
      const { exitCode, stdout, stderr } = await run(
        "baseline",
        asked({ access: { ...access(), url: nowhere } }),
      );
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: "" });
      expect(stderr).to.equal(
        `The baseline of the error rate could not be taken, so nothing is changed: Prometheus at ${nowhere}: connection refused.\nNo service was touched.\n`,
      );
    });
  });
});
