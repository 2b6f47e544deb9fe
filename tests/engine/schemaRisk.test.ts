import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AssessmentReport } from "../../assessment/schemaRisk";
import type { Ended } from "./command";
import { freePorts } from "./freePorts";
import { answering, servicePort } from "./images";
import { livesOf } from "./lives";
import { Workspace, type TestMigration } from "./workspace";

const migrations = {
  create: {
    version: "20260101000000",
    name: "create_orders",
    up: "CREATE TABLE orders (id int PRIMARY KEY, amount int NOT NULL, note text NOT NULL);",
    down: "DROP TABLE orders;",
  },
  relax: {
    version: "20260102000000",
    name: "relax_note",
    up: "ALTER TABLE orders ALTER COLUMN note DROP NOT NULL;",
    down: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
  },
  rename: {
    version: "20260103000000",
    name: "rename_amount",
    up: "ALTER TABLE orders RENAME COLUMN amount TO total;",
    down: "ALTER TABLE orders RENAME COLUMN total TO amount;",
  },
  coupons: {
    version: "20260104000000",
    name: "add_coupons",
    up: "CREATE TABLE coupons (id int PRIMARY KEY);",
    down: "DROP TABLE coupons;",
  },
} satisfies Record<string, TestMigration>;

/** Walks one stack through releases that move the schema, as an operator would. */
describe("the schema in previews and updates", () => {
  let workspace: Workspace;

  before(async () => {
    workspace = new Workspace();
    const [port = 0] = await freePorts(1);
    const { create, relax, rename, coupons } = migrations;
    const shipped = [[create], [create, relax], [create, relax, rename], [create, relax, rename, coupons]];
    for (const [index, list] of shipped.entries()) {
      const tag = `v${index + 1}`;
      workspace.release(tag, {
        services: { api: await answering(workspace, "api", tag) },
        migrations: list,
      });
    }
    await workspace.stack("prod", {
      imageTag: "v1",
      database: {},
      services: {
        api: { ports: [{ container: servicePort, host: port }], health: { path: "/health", within: 20 } },
      },
    });
    await workspace.secret("prod", "databaseUrl", workspace.databaseUrl);
  });
  after(() => workspace.dispose());

  const passed = ({ exitCode, text }: Ended) => expect(exitCode, text).to.equal(0);
  const refused = ({ exitCode, text }: Ended) => {
    expect(exitCode, text).not.to.equal(0);
    expect(text).to.contain("Refused; nothing was touched.");
  };
  const goTo = async (tag: string) => {
    await workspace.target("prod", tag);
    passed(await workspace.up("prod"));
  };
  /** The command that a refusal asks for, as it is typed. */
  const acknowledge = async ({ text }: Ended) => {
    const [, fingerprint = ""] = /pulumi config set acknowledge ([0-9a-f]{12}) --stack prod/.exec(text) ?? [];
    const set = await workspace.pulumi("config", "set", "acknowledge", fingerprint, "--stack", "prod");
    expect(set.exitCode, text).to.equal(0);
    return fingerprint;
  };
  const applied = async () =>
    (await workspace.query<{ version: string }>("SELECT version FROM schema_migrations ORDER BY 1")).map(
      ({ version }) => version,
    );
  const report = (name: string) =>
    JSON.parse(
      readFileSync(join(workspace.folder, ".knowngood", "assessments", `${name}.json`), "utf8"),
    ) as AssessmentReport;

  it("lets a conditional way back pass, with a warning", async () => {
    await goTo("v1");
    await goTo("v2");
    expect((await workspace.outputs("prod")).schema).to.deep.include({ verdict: "compatible", ahead: [] });
    await workspace.target("prod", "v1");
    const preview = await workspace.preview("prod");
    passed(preview);
    expect(preview.text).to.contain("schema: ahead of v1 by 1 (20260102000000) and left as it is");
    expect(preview.text).to.contain(
      "What v1 would meet in the schema is conditional, which guards.schema lets pass.",
    );
    expect(preview.text).to.match(/conditional {2}orders\.note .* \(20260102000000_relax_note:2\)/);
    expect(report("prod-v1")).to.deep.include({
      verdict: "conditional",
      action: "roll back",
      confirmed: true,
    });
  });

  it("says before it is deployed whose way back a release closes, and with the guard refuses it", async () => {
    await workspace.target("prod", "v3");
    const warned = await workspace.preview("prod");
    passed(warned);
    expect(warned.text).to.contain("After this, v1 can no longer run: v3 renames orders.amount.");
    expect(warned.text).to.contain("After this, v2 can no longer run: v3 renames orders.amount.");

    workspace.settings("prod", { guards: { horizon: true, disk: { limit: 100 } } });
    const lives = await livesOf(workspace);
    const guarded = await workspace.up("prod");
    refused(guarded);
    expect(guarded.text).to.contain(
      "guards.horizon: after this, v2 can no longer run: v3 renames orders.amount.",
    );
    expect(await livesOf(workspace)).to.deep.equal(lives);
    expect(await applied()).to.deep.equal(["20260101000000", "20260102000000"]);

    await acknowledge(guarded);
    passed(await workspace.up("prod"));
    const { horizon, schema } = await workspace.outputs("prod");
    expect(horizon).to.deep.equal({
      oldest: "v3",
      verdicts: { v1: "breaking", v2: "breaking", v3: "compatible" },
    });
    expect(schema).to.deep.include({ verdict: "compatible", confirmed: true, ahead: [] });
  });

  it("refuses a rollback that would break, with the whole assessment printed and nothing touched", async () => {
    await workspace.target("prod", "v2");
    const lives = await livesOf(workspace);
    for (const ended of [await workspace.preview("prod"), await workspace.up("prod")]) {
      refused(ended);
      expect(ended.text).to.contain("knowngood/prod: rollback from v3 to v2");
      expect(ended.text).to.match(/breaking\. Roll forward with a hotfix/);
      expect(ended.text).to.match(
        /breaking {5}orders\.amount is called orders\.total now \(20260103000000_rename_amount:2\)/,
      );
      expect(ended.text).to.contain("schema only; data written since v2 last ran not judged");
      expect(ended.text).to.contain("whole report: .knowngood/assessments/prod-v2.md");
      expect(ended.text).to.contain(
        "What v2 would meet in the schema is breaking, and guards.schema allows conditional at most.",
      );
      // The acknowledgement of the way forward is of another assessment.
      expect(ended.text).to.match(
        /What was acknowledged \([0-9a-f]{12}\) is not this assessment\. Changed since:/,
      );
      expect(ended.text).not.to.match(/^\s+at .+:\d+/m);
      expect(ended.text).not.to.contain("<{%");
    }
    expect(await livesOf(workspace)).to.deep.equal(lives);
    expect(existsSync(join(workspace.folder, ".knowngood", "assessments", "prod-v2.md"))).to.equal(true);
    const { verdict, findings, fingerprint } = report("prod-v2");
    expect([verdict, findings[0]?.object, findings[0]?.rule]).to.deep.equal([
      "breaking",
      "orders.amount",
      "column-renamed",
    ]);
    expect(report(fingerprint)).to.deep.equal(report("prod-v2"));
  });

  it("refuses what was acknowledged once another migration is applied, and says what changed", async () => {
    const reviewed = await workspace.preview("prod");
    const before = await acknowledge(reviewed);
    passed(await workspace.preview("prod"));
    const { version, up } = migrations.coupons;
    await workspace.query(up);
    await workspace.query("INSERT INTO schema_migrations (version) VALUES ($1)", [version]);

    const stale = await workspace.up("prod");
    refused(stale);
    expect(stale.text).to.contain(`What was acknowledged (${before}) is not this assessment. Changed since:`);
    expect(stale.text).to.contain("new migration: 20260104000000_add_coupons");

    const lives = await livesOf(workspace);
    expect(await acknowledge(stale)).not.to.equal(before);
    const back = await workspace.up("prod");
    passed(back);
    expect(back.text).to.contain("rollback from v3 to v2, on a schema that is ahead: breaking");
    expect(await livesOf(workspace)).not.to.deep.equal(lives);
    const { schema, horizon } = await workspace.outputs("prod");
    expect(schema).to.deep.include({
      verdict: "breaking",
      advice: "roll forward",
      confirmed: true,
      ahead: ["20260103000000", "20260104000000"],
    });
    expect((schema as { findings: object }).findings).to.deep.include({ breaking: 1, destructive: 0 });
    expect(horizon).to.deep.equal({
      oldest: "v3",
      verdicts: { v1: "breaking", v2: "breaking", v3: "compatible" },
    });
    // What runs is not refused again.
    passed(await workspace.preview("prod"));
  });

  it("tells of a migration in the database that no release ships, and confirms nothing", async () => {
    await workspace.query("INSERT INTO schema_migrations (version) VALUES ('20260105000000')");
    await workspace.target("prod", "v4");
    const preview = await workspace.preview("prod");
    await workspace.query("DELETE FROM schema_migrations WHERE version = '20260105000000'");
    passed(preview);
    expect(preview.text).to.contain(
      "Migration 20260105000000 is applied in the database, and shipped by no release of the catalog",
    );
    expect(preview.text).to.contain("conditional, not confirmed.");
    expect(preview.text).to.contain("applied in the database, shipped by no release of the catalog");
  });

  it("judges from the record where the database can't be asked, and says so", async () => {
    const [closed = 0] = await freePorts(1);
    await workspace.secret("prod", "databaseUrl", `postgres://shop@127.0.0.1:${closed}/shop`);
    await workspace.target("prod", "v1");
    const preview = await workspace.preview("prod");
    refused(preview);
    expect(preview.text).to.contain("Unconfirmed: the schema; judged by what was recorded");
    expect(preview.text).to.contain("breaking, not confirmed.");
    expect(preview.text).to.contain(
      "what is applied is taken from the record, since the database could not be asked",
    );
  });
});
