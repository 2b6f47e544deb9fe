import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildShop } from "../../demo/images/shopImages";
import { parseStackState } from "../../history/stackState";
import { freePorts } from "./freePorts";
import { servicePort } from "./images";
import { livesOf } from "./lives";
import { Workspace, type TestMigration } from "./workspace";

/** What a migration of the sample shop does, under a version that sorts well here. */
function shopMigration(version: string, file: string): TestMigration {
  const text = readFileSync(join(__dirname, "../../demo/shop/migrations", file), "utf8");
  const [, up = "", down = ""] = /-- migrate:up\n(.*)-- migrate:down\n(.*)/s.exec(text) ?? [];
  return { version, name: file.replace(/^\d+_|\.sql$/g, ""), up, down };
}

const createOrders = shopMigration("10", "20260105090000_create_orders.sql");
const addNote = shopMigration("30", "20260212090000_add_order_note.sql");
/** Counts how often the note's migration was run. */
const counted = {
  ...addNote,
  up: `${addNote.up}\nCREATE TABLE IF NOT EXISTS runs (); INSERT INTO runs DEFAULT VALUES;`,
};
/** Customers of the orders that the first migration brings. */
const shipped = ["Ada", "Edsger", "Grace"];
const addIndex = {
  version: "20",
  name: "add_index",
  up: "CREATE INDEX orders_customer ON orders (customer);",
};

describe("a stack's database", function () {
  // Seven updates, one after the other.
  this.timeout(360_000);
  let workspace: Workspace;
  let port: number;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  const versions = async () =>
    (
      await workspace.query<{ version: string }>("SELECT version FROM schema_migrations ORDER BY version")
    ).map(({ version }) => version);
  const timesRun = async () => (await workspace.query("SELECT FROM runs")).length;
  const health = async () =>
    (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { release: string; status: string };
  const customers = async () =>
    ((await (await fetch(`http://127.0.0.1:${port}/orders`)).json()) as { customer: string }[])
      .map(({ customer }) => customer)
      .sort();
  async function order(customer: string): Promise<void> {
    const body = JSON.stringify({ customer, amount: 4200 });
    const answer = await fetch(`http://127.0.0.1:${port}/orders`, { method: "POST", body });
    expect(answer.status).to.equal(201);
  }
  async function up(tag: string): Promise<string> {
    await workspace.target("prod", tag);
    const ended = await workspace.up("prod");
    expect(ended.exitCode, ended.text).to.equal(0);
    return ended.text;
  }
  const schema = async () => (await workspace.outputs("prod")).schema;
  const schemaResource = async () => {
    // In clear, since the same secret is encrypted anew each time.
    const text = (await workspace.pulumi("stack", "export", "--show-secrets", "--stack", "prod")).stdout;
    const found = parseStackState(text).resources.filter(({ urn }) =>
      urn.endsWith("::release-database-schema"),
    );
    expect(found).to.have.length(1);
    return { id: found[0]?.id, inputs: found[0]?.inputs };
  };

  it("is migrated forward, left as it is on the way back, and migrated again where it was restored", async () => {
    [port = 0] = await freePorts(1);
    const images = await buildShop({
      registry: workspace.machine.registry,
      releases: ["v1", "v2"],
      say: () => undefined,
    });
    const { v1, v2 } = { v1: { api: images.v1.api }, v2: { api: images.v2.api } };
    workspace.release("v1", { services: v1, migrations: [createOrders] });
    workspace.release("v2", { services: v2, migrations: [createOrders, counted] });
    // From the branch of v1, which has never heard of the note.
    workspace.release("v1-hotfix", { services: v1, migrations: [createOrders, addIndex] });
    await workspace.stack("prod", {
      imageTag: "v1",
      database: {},
      services: {
        api: {
          ports: [{ container: servicePort, host: port }],
          secrets: { DATABASE_URL: "databaseUrl" },
          volumes: [{ host: workspace.machine.socketFolder, container: workspace.machine.socketFolder }],
          health: { path: "/health", within: 60 },
        },
      },
    });
    await workspace.secret("prod", "databaseUrl", workspace.databaseUrl);

    await up("v1");
    expect(await versions()).to.deep.equal(["10"]);
    expect(await schema()).to.deep.include({ ahead: [], applied: ["10"] });
    await order("before");

    const running = await livesOf(workspace);
    const again = await workspace.up("prod");
    expect(again.text).to.match(/Resources:\n\s+\d+ unchanged\n/);
    expect(await livesOf(workspace)).to.deep.equal(running);

    await up("v2");
    expect(await versions()).to.deep.equal(["10", "30"]);
    expect(await health()).to.include({ status: "ok", release: "v2" });
    expect(await schema()).to.deep.include({ ahead: [], applied: ["10", "30"] });
    await order("with v2");
    const migrated = await schemaResource();

    await workspace.target("prod", "v1");
    const preview = await workspace.preview("prod");
    expect(preview.text).to.contain("schema: ahead of v1 by 1 (30) and left as it is");
    const back = await up("v1");
    expect(back).not.to.match(/release-database-\S+ (creat|updat|replac|delet)/);
    expect(await schemaResource()).to.deep.equal(migrated);
    expect(await schema()).to.deep.include({ ahead: ["30"], applied: ["10", "30"] });
    expect(await versions()).to.deep.equal(["10", "30"]);
    expect(await health()).to.include({ status: "ok", release: "v1" });
    await order("v1 on v2's schema");
    expect(await customers()).to.deep.equal([...shipped, "before", "v1 on v2's schema", "with v2"]);

    workspace.settings("prod", { retry: { tag: "v2", reason: "it was not v2" } });
    await up("v2");
    expect(await schemaResource()).to.deep.equal(migrated);
    expect(await schema()).to.deep.include({ ahead: [], applied: ["10", "30"] });
    expect(await timesRun()).to.equal(1);

    await workspace.query("ALTER TABLE orders DROP COLUMN note");
    await workspace.query("DELETE FROM schema_migrations WHERE version = '30'");
    await up("v2");
    expect(await versions()).to.deep.equal(["10", "30"]);
    expect(await timesRun()).to.equal(2);
    expect(await workspace.query("SELECT note FROM orders")).to.have.length(6);

    await up("v1-hotfix");
    expect(await versions()).to.deep.equal(["10", "20", "30"]);
    expect(await schema()).to.deep.include({ ahead: ["30"], applied: ["10", "20", "30"] });
    expect(await timesRun()).to.equal(2);
    expect(await customers()).to.deep.equal([...shipped, "before", "v1 on v2's schema", "with v2"]);
  });
});
