import { expect } from "chai";
import { run } from "./command";
import { freePorts } from "./freePorts";
import { answering, unhealthy } from "./images";
import { packedProject } from "./packedProject";
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
} satisfies Record<string, TestMigration>;

/** The example as it stands, from the packed package, walked through releases as an operator would. */
describe("a program of one's own", function () {
  // Each of its parts is up to four commands of Pulumi.
  this.timeout(480_000);
  let workspace: Workspace;
  let port = 0;
  const answer = async () => (await fetch(`http://127.0.0.1:${port}/health`)).text();
  const config = async (...args: string[]) => {
    const set = await workspace.pulumi("config", "set", ...args, "--stack", "dev");
    expect(set.exitCode, set.text).to.equal(0);
  };
  /** What a team's own pipeline does before an `up`. */
  const migrated = async ({ version, up }: TestMigration) => {
    await workspace.query(up);
    await workspace.query("INSERT INTO schema_migrations VALUES ($1)", [version]);
  };
  const knownGood = async () =>
    (await workspace.outputs("dev")).knownGood as { tag: string; passedAt: string }[];

  before(async () => {
    workspace = new Workspace();
    [port = 0] = await freePorts(1);
    await packedProject(workspace.folder, "examples/own-program");
    const { create, relax, rename } = migrations;
    const web = (tag: string) => answering(workspace, "web", tag);
    workspace.release("v1", { services: { web: await web("v1") }, migrations: [create] });
    workspace.release("v2", {
      services: { web: await unhealthy(workspace, "web", "v2") },
      migrations: [create, relax],
    });
    workspace.release("v3", { services: { web: await web("v3") }, migrations: [create, relax, rename] });
    const init = await workspace.pulumi("stack", "init", "dev");
    expect(init.exitCode, init.text).to.equal(0);
    await config("port", String(port));
    await config("docker", "{}");
    await config("database", "{}");
    await workspace.secret("dev", "databaseUrl", workspace.databaseUrl);
    await workspace.createDatabase();
    await workspace.query("CREATE TABLE schema_migrations (version varchar PRIMARY KEY)");
  });
  after(async () => {
    await workspace.pulumi("destroy", "--yes", "--skip-preview", "--stack", "dev");
    await workspace.dispose();
  });

  it("has the command too, from the same package", async () => {
    const help = await run("npx", ["knowngood", "release", "add", "--help"], {
      cwd: workspace.folder,
      env: workspace.env,
    });
    expect(help.exitCode, help.text).to.equal(0);
  });

  it("is refused while a migration is missing, and then runs the release that imageTag names", async () => {
    await config("imageTag", "v1");
    const early = await workspace.up("dev");
    expect(early.exitCode).not.to.equal(0);
    expect(early.text).to.contain(
      "Release v1 ships migrations of dbmate that the database has not applied (20260101000000_create_orders), and this program applies none.",
    );
    await migrated(migrations.create);
    const other = await run("pulumi", ["preview", "--stack", "dev", "--non-interactive"], {
      cwd: workspace.folder,
      env: { ...workspace.env, KNOWNGOOD_REVIEWED: "0123456789ab" },
    });
    expect(other.exitCode).not.to.equal(0);
    expect(other.text).to.contain("What was reviewed (0123456789ab) is not this assessment (");
    const first = await workspace.up("dev");
    expect(first.exitCode, first.text).to.equal(0);
    expect(first.text).to.contain("first release, v1");
    expect(await answer()).to.equal("v1");
    expect((await knownGood()).map(({ tag }) => tag)).to.deep.equal(["v1"]);
    expect((await workspace.up("dev")).text).to.match(/Resources:\n\s+\d+ unchanged\n/);
  });

  it("fails with its gate, shows a schema that is ahead, and goes back by the tag alone", async () => {
    const [{ passedAt = "" } = {}] = await knownGood();
    await migrated(migrations.relax);
    await config("imageTag", "v2");
    const bad = await workspace.up("dev");
    expect(bad.exitCode).not.to.equal(0);
    expect(bad.text).to.contain("Health gate failed: web v2");
    expect(bad.text)
      .to.contain("Last known-good: v1")
      .and.to.contain("pulumi config set imageTag v1 --stack dev");

    await config("imageTag", "v1");
    const preview = await workspace.preview("dev");
    expect(preview.exitCode, preview.text).to.equal(0);
    expect(preview.text).to.contain("own-program/dev: rollback from v2 to v1");
    expect(preview.text).to.contain("schema: ahead of v1 by 1 (20260102000000) and left as it is");
    expect(preview.text).to.contain("orders.note may be NULL now");
    const back = await workspace.up("dev");
    expect(back.exitCode, back.text).to.equal(0);
    expect(back.text, "both gates")
      .to.match(/web-health-check repl/)
      .and.to.match(/smoke-check (repl|creat)/);
    expect(await answer()).to.equal("v1");
    const again = await knownGood();
    expect(again.map(({ tag }) => tag)).to.deep.equal(["v1"]);
    expect(again[0]?.passedAt, "the gate of the same image, asked again").not.to.equal(passedAt);

    await config("imageTag", "v2");
    const stale = await workspace.up("dev");
    expect(stale.exitCode).not.to.equal(0);
    expect(stale.text).to.contain("v2 is quarantined: the stack was rolled back from it at ");
  });

  it("is refused past the policy, with ways that this program can go", async () => {
    await migrated(migrations.rename);
    await config("imageTag", "v3");
    const forward = await workspace.up("dev");
    expect(forward.exitCode, forward.text).to.equal(0);

    await config("imageTag", "v1");
    const refused = await workspace.preview("dev");
    expect(refused.exitCode).not.to.equal(0);
    expect(refused.text).to.contain(
      "What v1 would meet in the schema is breaking, and guards.schema allows conditional at most.",
    );
    expect(refused.text).to.contain("This program takes back no migrations");
    expect(refused.text).not.to.contain("config set stepDown");
    expect(await answer()).to.equal("v3");
    const [, fingerprint = ""] = /pulumi config set acknowledge (\w+) --stack dev/.exec(refused.text) ?? [];
    await config("acknowledge", fingerprint);
    expect((await workspace.preview("dev")).exitCode).to.equal(0);
  });
});
