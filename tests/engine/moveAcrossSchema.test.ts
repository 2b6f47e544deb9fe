import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { recordsOf } from "./everythingOn";
import { run, type Ended } from "./command";
import { working } from "./images";
import { Workspace } from "./workspace";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");

const made = {
  version: "20260101000000",
  name: "create_orders",
  up: "CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders VALUES (1, 'kept');",
  down: "DROP TABLE orders;",
};
const renamed = {
  version: "20260102000000",
  name: "rename_note",
  up: "ALTER TABLE orders RENAME COLUMN note TO remark;",
  down: "ALTER TABLE orders RENAME COLUMN remark TO note;",
};

describe("knowngood rollback across a migration that the older release can't run on", function () {
  this.timeout(480_000);
  let workspace: Workspace;
  let fingerprint = "";
  before(() => (workspace = new Workspace()));
  after(() => workspace.dispose());

  const knowngood = (...words: string[]): Promise<Ended> =>
    run(process.execPath, [command, ...words, "--stack", "prod", "--yes"], {
      cwd: workspace.folder,
      env: workspace.env,
    });
  const stackText = () => readFileSync(join(workspace.folder, "Pulumi.prod.yaml"), "utf8");
  const settings = () => {
    const { config } = load(stackText()) as { config: Record<string, unknown> };
    return Object.fromEntries(
      ["imageTag", "acknowledge", "stepDown", "retry"].map((name) => [name, config[`knowngood:${name}`]]),
    );
  };
  const applied = async () =>
    (
      await workspace.query<{ version: string }>("SELECT version FROM schema_migrations ORDER BY version")
    ).map(({ version }) => version);
  const columns = async () =>
    (
      await workspace.query<{ name: string }>(
        "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'orders' ORDER BY ordinal_position",
      )
    ).map(({ name }) => name);
  const running = async () =>
    Object.values(await workspace.containers()).map(({ State, Config }) => [
      Config.Labels["knowngood.release"],
      State.Running,
    ]);

  it("is refused with the fingerprint of what was found, touching nothing", async () => {
    const [worker1, worker2] = await Promise.all(
      ["v1", "v2"].map((tag) => working(workspace, "worker", tag)),
    );
    if (worker1 === undefined || worker2 === undefined) throw new Error("There is an image missing.");
    workspace.release("v1", { services: { worker: worker1 }, migrations: [made] });
    workspace.release("v2", { services: { worker: worker2 }, migrations: [made, renamed] });
    const services = { worker: { kind: "worker", health: { within: 60, successes: 1 } } };
    await workspace.stack("prod", { imageTag: "v2", services, database: {} });
    await workspace.secret("prod", "databaseUrl", workspace.databaseUrl);
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).to.equal(0);

    const before = stackText();
    const refused = await knowngood("rollback", "v1");
    expect(refused.exitCode, refused.text).to.equal(3);
    expect(refused.stderr)
      .to.match(/breaking/)
      .and.to.contain("rename_note");
    const [, named = ""] =
      /npx knowngood rollback v1 --stack prod --acknowledge ([0-9a-f]{12}) --yes/.exec(refused.stderr) ?? [];
    expect(named, refused.text).not.to.equal("");
    fingerprint = named;
    expect(stackText()).to.equal(before);
    expect([await running(), await applied()]).to.deep.equal([
      [["v2", true]],
      [made.version, renamed.version],
    ]);
  });

  it("passes once that is acknowledged, with the schema left ahead; another fingerprint does not do", async () => {
    const before = stackText();
    const other = await knowngood("rollback", "v1", "--acknowledge", "0123456789ab");
    expect(other.exitCode, other.text).to.equal(3);
    expect(other.stderr).to.contain(`--acknowledge ${fingerprint}`);
    expect(stackText()).to.equal(before);

    const back = await knowngood("rollback", "v1", "--acknowledge", fingerprint);
    expect(back.exitCode, back.text).to.equal(0);
    expect(back.stdout).to.match(/^knowngood\/prod runs v1 \(rollback from v2\); its gates have passed/);
    expect(settings()).to.deep.equal({
      ...{ imageTag: "v1", acknowledge: fingerprint },
      ...{ stepDown: undefined, retry: undefined },
    });
    expect([await running(), await applied(), await columns()]).to.deep.equal([
      [["v1", true]],
      [made.version, renamed.version],
      ["id", "remark"],
    ]);
  });

  it("takes the migration back where it is told to step down, and keeps its data", async () => {
    const forward = await knowngood("deploy", "v2", "--retry", "it was not v2");
    expect(forward.exitCode, forward.text).to.equal(0);
    const ahead = settings();
    expect(ahead).to.deep.include({ imageTag: "v2", stepDown: undefined, retry: undefined });

    const back = await knowngood("rollback", "v1", "--step-down", renamed.version);
    expect(back.exitCode, back.text).to.equal(0);
    expect(settings()).to.deep.equal({ ...ahead, imageTag: "v1", stepDown: renamed.version });
    expect([await running(), await applied(), await columns()]).to.deep.equal([
      [["v1", true]],
      [made.version],
      ["id", "note"],
    ]);
    expect(await workspace.query("SELECT note FROM orders")).to.deep.equal([{ note: "kept" }]);
    expect(recordsOf(workspace).at(-1)).to.deep.include({ direction: "rollback", outcome: "passed" });
  });
});
