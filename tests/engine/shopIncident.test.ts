import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildShop } from "../../demo/images/shopImages";
import { shopReleases, type ShopRelease } from "../../demo/shop/releases";
import type { ErrorRateFailureRecord, ErrorRateReport } from "../../gates/errorRateReport";
import { measure, type ErrorRateQueries } from "../../gates/prometheus";
import { memoryFrom } from "../../history/quarantine";
import { prometheusProgram, startPrometheus, type Prometheus } from "../../toolchain/machine/prometheus";
import { onlyRecord } from "../gates/runner";
import { recordsOf } from "./everythingOn";
import { freePorts } from "./freePorts";
import { servicePort } from "./images";
import { OwnPostgres } from "./ownPostgres";
import { Workspace, type TestMigration } from "./workspace";

const queries = {
  errors: 'sum(increase(http_requests_total{code=~"5.."}[$window]))',
  requests: "sum(increase(http_requests_total[$window]))",
} satisfies ErrorRateQueries;

/** Seconds before a change that are looked at. */
const baselineWindow = 5;

describe("an incident of the demo's own shop, watched by Prometheus", function () {
  // Its images, Prometheus and a PostgreSQL of its own are made first; the first time Prometheus may have to be installed.
  this.timeout(600_000);
  let workspace: Workspace;
  let postgres: OwnPostgres | undefined;
  let prometheus: Prometheus | undefined;
  let visitors: Visitors | undefined;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(async () => {
    visitors?.leave();
    await prometheus?.stop();
    await workspace.dispose();
    await postgres?.dispose();
    [postgres, prometheus, visitors] = [undefined, undefined, undefined];
  });

  async function up(exitCode = 0): Promise<string> {
    const ended = await workspace.up("prod");
    expect(ended.exitCode, ended.text).to.equal(exitCode);
    return ended.text;
  }
  async function watched(): Promise<ErrorRateReport> {
    const { resources } = await workspace.state("prod");
    return resources.find(({ type }) => type === "knowngood:index:ErrorRateGate")?.outputs
      ?.report as ErrorRateReport;
  }
  const knownGood = async () => {
    const { knownGood: good } = (await workspace.outputs("prod")) as { knownGood: { tag: string }[] };
    return good.map(({ tag }) => tag);
  };
  const quarantined = async () => memoryFrom(await workspace.state("prod")).bad.map(({ tag }) => tag);

  it("the release that answers with errors is stopped, and the way back keeps its good name through an outage of the database", async () => {
    const [port = 0] = await freePorts(1);
    const server = (postgres = await OwnPostgres.start(join(workspace.folder, "machine")));
    const database = server.url("shop_incident");
    const metered = (prometheus = await startPrometheus(
      await prometheusProgram((line) => process.stdout.write(`  ${line}\n`)),
      { folder: join(workspace.folder, "prometheus"), scrape: [`127.0.0.1:${port}`], every: 0.2 },
    ));
    const images = await buildShop({
      registry: workspace.machine.registry,
      releases: ["v1", "v3"],
      say: () => undefined,
    });
    for (const release of ["v1", "v3"] as const)
      workspace.release(release, {
        services: { api: images[release].api },
        migrations: migrationsOf(release),
      });
    const settings = (health: object, watch: number) => ({
      services: {
        api: {
          ports: [{ container: servicePort, host: port }],
          volumes: [{ host: server.socketFolder, container: server.socketFolder }],
          secrets: { DATABASE_URL: "databaseUrl" },
          health: { every: 0.5, successes: 1, ...health },
        },
      },
      gates: {
        errorRate: {
          ...queries,
          url: metered.url,
          watch,
          watchBack: 60,
          every: 0.5,
          cleanSamples: 2,
          baselineWindow,
        },
      },
    });
    // Whether it is healthy is not asked of the database: this release's bug is for the error rate to find.
    const listening = { tcp: port, within: 60 };
    await workspace.stack("prod", { imageTag: "v1", database: {}, ...settings(listening, 1) });
    await workspace.secret("prod", "databaseUrl", database);

    // Nobody has come yet, so nothing can be said of the release.
    const first = await up();
    expect(first).to.match(
      /warning: The error rate was not judged: (nothing was counted|0 requests), and 30 are needed, after 1 s \(at most 1 % would have passed\)\. It passes, since gates\.errorRate\.inconclusive is pass\./,
    );
    expect((await watched()).outcome).to.equal("inconclusive");
    expect(
      recordsOf(workspace)
        .at(-1)
        ?.gates.map(({ name, outcome }) => [name, outcome]),
    ).to.deep.equal([
      ["api health", "passed"],
      ["error rate", "inconclusive"],
    ]);
    expect(await knownGood()).to.deep.equal(["v1"]);

    visitors = new Visitors(`http://127.0.0.1:${port}/orders`);
    await untilSeen(metered.url, 0);
    workspace.settings("prod", { imageTag: "v3", ...settings(listening, 60) });
    const failed = await up(1);
    expect(failed).to.match(
      /Error-rate gate failed: v3 on knowngood\/prod answers \d+(\.\d+)? % of \d+ requests/,
    );
    expect(failed).to.contain("pulumi config set imageTag v1 --stack prod");
    const { record } = onlyRecord<ErrorRateFailureRecord>(
      join(workspace.folder, ".knowngood", "knowngood-prod"),
    );
    expect(record).to.deep.include({ kind: "errorRate", outcome: "failed", release: "v3", from: "v1" });
    expect(record.baseline).to.include({ release: "v1", ratio: 0 });
    expect(record.ratio).to.be.greaterThan(0.5);
    expect(await knownGood()).to.deep.equal(["v1"]);

    // On the way back the health of the api is that of its database, and the database goes away.
    workspace.settings("prod", {
      imageTag: "v1",
      ...settings({ path: "/health", within: 6, every: 1, successes: 3 }, 60),
    });
    const back = workspace.startPulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    await back.saw(/release-api-container deleting original/);
    await server.stop();
    const outage = await back.ended;
    expect(outage.exitCode, outage.text).not.to.equal(0);
    expect(outage.text).to.contain("Health gate failed: api v1 on knowngood/prod is not healthy");
    expect([await knownGood(), await quarantined()]).to.deep.equal([["v1"], ["v3"]]);
    const down = await workspace.preview("prod");
    expect(down.exitCode, down.text).to.equal(0);
    expect(down.text).to.contain(
      "Unconfirmed: the schema; judged by what was recorded (The database can't be reached",
    );
    expect(down.text).not.to.match(/v1 is quarantined/);

    await server.startAgain();
    workspace.settings("prod", settings({ path: "/health", within: 60 }, 60));
    await up();
    const good = await watched();
    expect(good).to.deep.include({ outcome: "passed", release: "v1", baseline: record.baseline });
    expect(good.requests).to.be.greaterThan(30);
    expect([await knownGood(), await quarantined()]).to.deep.equal([["v1"], ["v3"]]);
    expect(recordsOf(workspace).map(({ outcome, to }) => [outcome, to.tag])).to.deep.equal([
      ["passed", "v1"],
      ["failed", "v3"],
      ["failed", "v1"],
      ["passed", "v1"],
    ]);
  });
});

/** Two visitors who look at the orders again and again, whatever they are answered. */
class Visitors {
  private here = true;

  constructor(url: string) {
    for (let count = 0; count < 2; count += 1) void this.visit(url);
  }

  leave(): void {
    this.here = false;
  }

  private async visit(url: string): Promise<void> {
    while (this.here) {
      await fetch(url, { signal: AbortSignal.timeout(5_000) })
        .then((answer) => answer.text())
        .catch(() => undefined);
      await sleep(10);
    }
  }
}

/** Waits until Prometheus has seen this share of errors among enough requests, of the time before. */
async function untilSeen(url: string, share: number): Promise<void> {
  for (;;) {
    const { ratio, requests = 0 } = await measure({ url, timeout: 10 }, queries, baselineWindow);
    if (requests > 50 && ratio === share) return;
    await sleep(100);
  }
}

/** As the shop ships them: their ways up and down. */
function migrationsOf(release: ShopRelease): TestMigration[] {
  return shopReleases[release].migrations.map((file) => {
    const text = readFileSync(join(__dirname, "..", "..", "demo", "shop", "migrations", file), "utf8");
    const [, version = "", name = ""] = /^(\d+)_(.+)\.sql$/.exec(file) ?? [];
    const [up = "", down = ""] = text.replace(/^[^]*?-- migrate:up\n/, "").split(/^-- migrate:down\n/m);
    return { version, name, up, down };
  });
}
