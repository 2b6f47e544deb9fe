import { expect } from "chai";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ErrorRateFailureRecord, ErrorRateReport } from "../../gates/errorRateReport";
import { recordedBaseline } from "../../history/recordedBaseline";
import { MeteredShop, shopQueries } from "../gates/meteredShop";
import { onlyRecord } from "../gates/runner";
import { working } from "./images";
import { Workspace } from "./workspace";

/** Seconds; long enough for a server that is read late on a busy machine. */
const baselineWindow = 5;

describe("an error-rate gate", function () {
  // The first time Prometheus may have to be installed.
  this.timeout(300_000);
  let workspace: Workspace;
  let shop: MeteredShop | undefined;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(async () => {
    await shop?.close();
    shop = undefined;
    await workspace.dispose();
  });

  async function up(exitCode = 0) {
    const ended = await workspace.up("prod");
    expect(ended.exitCode, ended.text).to.equal(exitCode);
    return ended;
  }
  async function report(): Promise<ErrorRateReport> {
    const { resources } = await workspace.state("prod");
    const gate = resources.find(({ type }) => type === "knowngood:index:ErrorRateGate");
    return gate?.outputs?.report as ErrorRateReport;
  }
  const baseline = async () => recordedBaseline(await workspace.state("prod"))?.baseline;

  it("holds a release to what was before it, and a rollback to what was before the bad release", async () => {
    const metered = (shop = await MeteredShop.open(workspace.folder));
    const sick = join(workspace.folder, "sick");
    for (const tag of ["v1", "v2", "v3"])
      workspace.release(tag, { services: { worker: await working(workspace, "worker", tag) } });
    // The third release is sick as long as it runs.
    const shell = "if [ $KNOWNGOOD_TO = v3 ]; then touch sick; else rm -f sick; fi";
    await workspace.stack("prod", {
      imageTag: "v1",
      services: { worker: { kind: "worker", health: { successes: 1 } } },
      hooks: { after: [{ name: "turn", command: ["sh", "-c", shell] }] },
      gates: {
        errorRate: {
          ...shopQueries,
          url: metered.url,
          watch: 60,
          watchBack: 50,
          every: 0.5,
          cleanSamples: 2,
          baselineWindow,
        },
      },
    });

    metered.busy(() => 0);
    await up();
    expect(await report()).to.deep.include({ outcome: "passed", release: "v1", allowed: 0.01, ratio: 0 });
    expect(await baseline()).to.include({
      ratio: null,
      why: "no known-good release ran when it was to be taken",
    });
    expect((await workspace.outputs("prod")).errorRate).to.match(
      /^passed at .*, 0 % of \d+ requests: 2 clean samples/,
    );

    // More than the floor, so that only the baseline lets the next release pass.
    metered.busy(() => (existsSync(sick) ? 0.5 : 0.04));
    await metered.seen(0.04, baselineWindow);
    await workspace.target("prod", "v2");
    await up();
    const second = await report();
    expect(second).to.deep.include({ outcome: "passed", release: "v2", direction: "forward", from: "v1" });
    expect(second.baseline).to.include({ release: "v1" });
    expect(second.baseline.ratio).to.be.closeTo(0.04, 1e-9);
    expect(second.allowed).to.be.closeTo(0.08, 1e-9);
    expect(second.ratio).to.be.closeTo(0.04, 1e-9);

    const again = await up();
    expect(again.text)
      .to.match(/\d+ unchanged/)
      .and.not.to.match(/updated|replaced|created/);

    await workspace.target("prod", "v3");
    const failed = await up(1);
    expect(failed.text).to.match(
      /Error-rate gate failed: v3 on knowngood\/prod answers 50 % of \d+ requests/,
    );
    expect(failed.text).to.contain("pulumi config set imageTag v2 --stack prod");
    const { record } = onlyRecord<ErrorRateFailureRecord>(
      join(workspace.folder, ".knowngood", "knowngood-prod"),
    );
    expect(record).to.include({ kind: "errorRate", outcome: "failed", release: "v3", from: "v2" });
    expect(record.baseline).to.include({ release: "v2" });
    const taken = await baseline();
    expect(taken).to.deep.equal(record.baseline);
    const goodBefore = (await workspace.outputs("prod")).knownGood as { tag: string }[];
    expect(goodBefore.map(({ tag }) => tag)).to.deep.equal(["v2", "v1"]);

    // In the midst of the incident: half of all requests fail until the older release runs.
    await metered.seen(0.5, baselineWindow);
    await workspace.target("prod", "v2");
    await up();
    const back = await report();
    expect(back).to.deep.include({
      outcome: "passed",
      release: "v2",
      direction: "rollback",
      from: "v3",
      baseline: taken,
    });
    expect(back.allowed).to.be.closeTo(0.08, 1e-9);
    expect(await baseline()).to.deep.equal(taken);
  });
});
