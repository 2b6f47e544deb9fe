import { expect } from "chai";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { locks } from "./endState";
import { working } from "./images";
import { livesOf } from "./lives";
import { endSurvivors, processTree } from "./processTree";
import { answerOf, migrations, twoReleases } from "./twoReleases";
import { Workspace, type TestMigration } from "./workspace";

const first = migrations.first.version;
const second = migrations.second.version;

describe("a step-down", function () {
  // Up to nine commands of Pulumi a test: minutes on a busy machine.
  this.timeout(480_000);
  let workspace: Workspace;
  const survivors: ReturnType<typeof processTree>[] = [];
  beforeEach(() => (workspace = new Workspace()));
  afterEach(async () => {
    await Promise.all(survivors.splice(0).map(endSurvivors));
    await workspace.dispose();
  });

  const versions = async () =>
    (
      await workspace.query<{ version: string }>("SELECT version FROM schema_migrations ORDER BY version")
    ).map(({ version }) => version);
  const columns = async (table = "orders") =>
    (
      await workspace.query<{ name: string }>(
        "SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [table],
      )
    ).map(({ name }) => name);
  async function succeed(): Promise<string> {
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).to.equal(0);
    return up.text;
  }
  async function fail(): Promise<string> {
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).not.to.equal(0);
    return up.text;
  }
  const stepDown = (version: string) => workspace.settings("prod", { stepDown: version });
  const withdraw = (setting: string) => workspace.pulumi("config", "rm", setting, "--stack", "prod");
  const acknowledge = (refusal: string) => {
    const [, fingerprint] = /config set acknowledge ([0-9a-f]{12}) /.exec(refusal) ?? [];
    expect(fingerprint, refusal).not.to.equal(undefined);
    workspace.settings("prod", { acknowledge: fingerprint });
  };
  const runningNow = async () =>
    Object.fromEntries(
      Object.entries(await workspace.containers()).map(([name, { State, Config }]) => [
        name,
        State.Running && Config.Labels["knowngood.release"],
      ]),
    );

  /** A stack of one worker that is at the newest release; each release ships one migration more than the one before. */
  async function workers(...shipped: TestMigration[]): Promise<void> {
    const images = await Promise.all(
      shipped.map((_migration, index) => working(workspace, "worker", `v${index + 1}`)),
    );
    for (const [index, worker] of images.entries())
      workspace.release(`v${index + 1}`, { services: { worker }, migrations: shipped.slice(0, index + 1) });
    const services = { worker: { kind: "worker", health: { within: 60, successes: 1 } } };
    await workspace.stack("prod", { imageTag: `v${images.length}`, services, database: {} });
    await workspace.secret("prod", "databaseUrl", workspace.databaseUrl);
    await succeed();
  }

  it("is one `up`: services stop, one down, services start; after it the setting has nothing to do", async () => {
    const port = await twoReleases(workspace, "prod");
    await succeed();
    await workspace.target("prod", "v2");
    await succeed();
    const ahead = await livesOf(workspace);

    await workspace.target("prod", "v1");
    stepDown(second);
    const text = await succeed();
    const place = (line: RegExp) => {
      const found = text.search(line);
      expect(found, `${String(line)} in\n${text}`).to.be.greaterThan(-1);
      return found;
    };
    const takenBack = place(/release-database-schema creating replacement/);
    for (const service of ["api", "worker"]) {
      expect(place(RegExp(`release-${service}-container deleted original`))).to.be.lessThan(takenBack);
      expect(place(RegExp(`release-${service}-container creating replacement`))).to.be.greaterThan(
        place(/release-database-schema created replacement/),
      );
    }
    expect(await versions()).to.deep.equal([first]);
    expect(await columns()).to.deep.equal(["id"]);
    expect(await answerOf(port)).to.equal("v1");
    const back = await livesOf(workspace);
    // The worker is the same in both releases, and would have met the older schema all the same.
    expect(back["prod-worker"]).not.to.equal(ahead["prod-worker"]);
    expect((await workspace.outputs("prod")).schema).to.deep.include({ ahead: [], applied: [first] });

    expect(await succeed()).to.match(/Resources:\n\s+\d+ unchanged\n/);
    expect((await workspace.preview("prod")).text).to.contain("The setting stepDown does nothing");
    await withdraw("stepDown");
    expect(await succeed()).to.match(/Resources:\n\s+\d+ unchanged\n/);
    expect(await livesOf(workspace)).to.deep.equal(back);

    await workspace.target("prod", "v2");
    workspace.settings("prod", { retry: { tag: "v2", reason: "the next step-down needs it" } });
    expect(await succeed()).to.match(/release-database-schema updated/);
    expect(await versions()).to.deep.equal([first, second]);
    expect(await answerOf(port)).to.equal("v2");

    // The same decision once more is a new one.
    await workspace.target("prod", "v1");
    stepDown(second);
    expect(await succeed()).to.match(/release-database-schema created replacement/);
    expect(await versions()).to.deep.equal([first]);
    expect(await answerOf(port)).to.equal("v1");
  });

  it("that loses data is refused until what is lost is acknowledged, and makes a backup first", async () => {
    await workers(migrations.first, migrations.second);
    await workspace.query("UPDATE orders SET note = 'kept' WHERE id = 1");
    const before = await livesOf(workspace);
    await workspace.target("prod", "v1");
    stepDown(second);
    const refusal = await fail();
    expect(refusal).to.contain("orders.note (1 value)");
    expect([await livesOf(workspace), await versions()]).to.deep.equal([before, [first, second]]);

    acknowledge(refusal);
    await succeed();
    expect([await versions(), await columns()]).to.deep.equal([[first], ["id"]]);
    expect(await runningNow()).to.deep.equal({ "prod-worker": "v1" });
    const dumps = readdirSync(join(workspace.folder, ".knowngood", "backups")).filter((name) =>
      name.endsWith(".dump"),
    );
    expect(dumps).to.have.length(1);
    expect(dumps[0]).to.match(RegExp(`^knowngood-prod-${second}-.*\\.dump$`));
  });

  it("takes back a gap of two in two `up`s; services that can't run on what is left stay stopped between", async () => {
    const rename = {
      version: "20260102000000",
      name: "rename_orders",
      up: "ALTER TABLE orders RENAME TO purchases;",
      down: "ALTER TABLE purchases RENAME TO orders;",
    };
    const third = {
      version: "20260103000000",
      name: "add_gift",
      up: "ALTER TABLE purchases ADD COLUMN gift text;",
      down: "ALTER TABLE purchases DROP COLUMN gift;",
    };
    await workers(migrations.first, rename, third);
    await workspace.target("prod", "v1");
    stepDown(rename.version);
    expect(await fail()).to.contain(`${third.version} is applied after it`);

    stepDown(third.version);
    const refusal = await fail();
    expect(refusal).to.contain("its services stay stopped");
    expect(await runningNow()).to.deep.equal({ "prod-worker": "v3" });
    acknowledge(refusal);
    await succeed();
    expect([await versions(), await columns("purchases")]).to.deep.equal([[first, rename.version], ["id"]]);
    expect(await runningNow()).to.deep.equal({ "prod-worker": false });
    const good = (await workspace.outputs("prod")).knownGood as { tag: string }[];
    expect(good.map(({ tag }) => tag)).to.deep.equal(["v3"]);
    // Without the next step, nothing starts what can't run, unless somebody takes it upon himself.
    await withdraw("stepDown");
    const stopped = await fail();
    expect(await runningNow()).to.deep.equal({ "prod-worker": false });
    acknowledge(stopped);
    await succeed();
    expect(await runningNow()).to.deep.equal({ "prod-worker": "v1" });

    stepDown(rename.version);
    await succeed();
    expect([await versions(), await columns()]).to.deep.equal([[first], ["id"]]);
    expect(await runningNow()).to.deep.equal({ "prod-worker": "v1" });
    expect(await succeed()).to.match(/Resources:\n\s+\d+ unchanged\n/);
  });

  it("that fails changes nothing in the database and says so; withdrawn, the services come back", async () => {
    const widened = {
      version: second,
      name: "widen_note",
      up: "ALTER TABLE orders ADD COLUMN note text; CREATE INDEX at_id ON orders (id);",
      down: "DROP INDEX at_id;\nSELECT 1 / (count(*) - 2) FROM orders;\nALTER TABLE orders DROP COLUMN note;",
    };
    await workers(migrations.first, widened);
    await workspace.target("prod", "v1");
    stepDown(second);
    const text = await fail();
    expect(text).to.contain(`The way down of ${second}_widen_note failed: division by zero`);
    expect(text).to.match(/line 6: SELECT 1 \/ \(count\(\*\) - 2\) FROM orders/);
    expect(text).to.contain("Nothing was changed: the migration is still applied.");
    expect(await versions()).to.deep.equal([first, second]);
    expect(await workspace.query("SELECT to_regclass('at_id')::text AS found")).to.deep.equal([
      { found: "at_id" },
    ]);
    expect(await runningNow()).to.deep.equal({});

    await withdraw("stepDown");
    await workspace.target("prod", "v2");
    await succeed();
    expect(await runningNow()).to.deep.equal({ "prod-worker": "v2" });
    expect(await versions()).to.deep.equal([first, second]);
  });

  it("that is killed in the middle converges by `pulumi cancel --yes && pulumi up`, and steps once", async () => {
    const slow = { ...migrations.second, down: "SELECT pg_sleep(4); ALTER TABLE orders DROP COLUMN note;" };
    await workers(migrations.first, slow);
    await workspace.target("prod", "v1");
    stepDown(second);
    const up = workspace.startPulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    await up.saw(/release-database-schema creating replacement/);
    await untilAsleep();
    survivors.push(processTree(up.pid));
    up.kill("SIGKILL");
    await up.ended;
    const cancelled = await workspace.pulumi("cancel", "prod", "--yes");
    expect(cancelled.exitCode, cancelled.text).to.equal(0);
    await succeed();
    expect([await versions(), await columns()]).to.deep.equal([[first], ["id"]]);
    expect(await runningNow()).to.deep.equal({ "prod-worker": "v1" });
    expect(locks(workspace)).to.deep.equal([]);
    expect(await succeed()).to.match(/Resources:\n\s+\d+ unchanged\n/);
    expect(existsSync(join(workspace.folder, ".knowngood", "backups"))).to.equal(false);
  });

  async function untilAsleep(): Promise<void> {
    for (let asked = 0; asked < 50; asked += 1) {
      const asleep = await workspace.query(
        "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND datname = current_database()",
      );
      if (asleep.length > 0) return;
      await sleep(100);
    }
    throw new Error("The way down was not under way in 5 s.");
  }
});
