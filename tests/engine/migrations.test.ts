import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureDatabase } from "../../migrations/database";
import { working } from "./images";
import { livesOf } from "./lives";
import { Workspace } from "./workspace";

const services = { worker: { kind: "worker", health: { within: 60, successes: 1 } } };
const createOrders = { version: "1", name: "create_orders", up: "CREATE TABLE orders (id int PRIMARY KEY);" };

describe("running migrations", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  const versions = async () =>
    (
      await workspace.query<{ version: string }>("SELECT version FROM schema_migrations ORDER BY version")
    ).map(({ version }) => version);
  async function stack(name: string, imageTag: string): Promise<void> {
    await workspace.stack(name, { imageTag, services, database: {} });
    await workspace.secret(name, "databaseUrl", workspace.databaseUrl);
  }

  it("stops at a failing one: the statement is told, the old services run on, a mended release goes on", async () => {
    const [worker1, worker2] = await Promise.all([
      working(workspace, "worker", "v1"),
      working(workspace, "worker", "v2"),
    ]);
    const addNote = { version: "2", name: "add_note", up: "ALTER TABLE orders ADD note text;" };
    const failing = {
      version: "3",
      name: "fill_note",
      up: "CREATE TABLE half_way ();\n\nUPDATE orders\n   SET note = (1 / (id - 7))::text;\nSELECT 1;",
    };
    const mended = { ...failing, version: "4", up: "UPDATE orders SET note = 'none';" };
    workspace.release("v1", { services: { worker: worker1 }, migrations: [createOrders] });
    workspace.release("v2", { services: { worker: worker2 }, migrations: [createOrders, addNote, failing] });
    workspace.release("v3", { services: { worker: worker2 }, migrations: [createOrders, addNote, mended] });
    await stack("prod", "v1");
    const first = await workspace.up("prod");
    expect(first.exitCode, first.text).to.equal(0);
    await workspace.query("INSERT INTO orders VALUES (6), (7), (8)");
    const running = await livesOf(workspace);

    await workspace.target("prod", "v2");
    const failed = await workspace.up("prod");
    expect(failed.exitCode).to.equal(1);
    expect(failed.text).to.contain("Migration 3_fill_note failed: pq: division by zero");
    expect(failed.text).to.match(/line 4: UPDATE orders\n\s+SET note = \(1 \/ \(id - 7\)\)::text\n/);
    expect(failed.text).to.contain("The database is at 2, the last migration that was applied whole.");
    expect(failed.text).to.contain(
      "The running services were not touched. Mend the migration and release it under a new tag, or set imageTag back.",
    );
    expect(failed.text).not.to.match(/^\s+at .+:\d+/m);
    expect(await versions()).to.deep.equal(["1", "2"]);
    expect(await workspace.query("SELECT to_regclass('half_way') AS found")).to.deep.equal([{ found: null }]);
    expect(await livesOf(workspace)).to.deep.equal(running);

    await workspace.target("prod", "v3");
    const goneOn = await workspace.up("prod");
    expect(goneOn.exitCode, goneOn.text).to.equal(0);
    expect(await versions()).to.deep.equal(["1", "2", "4"]);
    expect(await workspace.query("SELECT id, note FROM orders ORDER BY id")).to.deep.equal([
      { id: 6, note: "none" },
      { id: 7, note: "none" },
      { id: 8, note: "none" },
    ]);
    expect((await workspace.outputs("prod")).schema).to.deep.include({ ahead: [], applied: ["1", "2", "4"] });
    expect((await workspace.containers())["prod-worker"]?.Config.Labels["knowngood.release"]).to.equal("v3");
  });

  it("finds the database made once, however many stacks begin at once", async () => {
    const request = {
      url: workspace.databaseUrl,
      table: "schema_migrations",
      lockTimeout: 60,
      migrations: [],
    };
    const made = await Promise.all([1, 2, 3, 4].map(() => ensureDatabase(request)));
    expect(made.filter(({ created }) => created)).to.have.length(1);
    expect(await workspace.query("SELECT 1 AS one")).to.deep.equal([{ one: 1 }]);
  });

  it("happens once where two stacks share a database, and a stack takes one up at a time", async () => {
    const slow = {
      version: "2",
      name: "count",
      up: "CREATE TABLE IF NOT EXISTS runs (); INSERT INTO runs DEFAULT VALUES; SELECT pg_sleep(8);",
    };
    const image = await working(workspace, "worker", "v1");
    workspace.release("v1", { services: { worker: image }, migrations: [createOrders, slow] });
    await stack("one", "v1");
    await stack("two", "v1");

    const one = workspace.startPulumi("up", "--yes", "--skip-preview", "--stack", "one");
    const two = workspace.startPulumi("up", "--yes", "--skip-preview", "--stack", "two");
    await Promise.all([one, two].map((update) => update.saw(/release-database-schema creating/)));
    await waitingForLock(workspace);
    const second = await workspace.up("one");
    expect(second.exitCode).not.to.equal(0);
    expect(second.text).to.contain("the stack is currently locked by 1 lock(s)");

    for (const ended of [await one.ended, await two.ended]) expect(ended.exitCode, ended.text).to.equal(0);
    expect(await versions()).to.deep.equal(["1", "2"]);
    expect(await workspace.query("SELECT FROM runs")).to.have.length(1);
    const ran = await Promise.all(["one", "two"].map(async (name) => (await workspace.outputs(name)).schema));
    for (const schema of ran) expect(schema).to.deep.include({ ahead: [], applied: ["1", "2"] });
    expect(Object.keys(await workspace.containers()).sort()).to.deep.equal(["one-worker", "two-worker"]);
  });
});

/** Returns when one run of migrations waits for another. @throws Error when none does within 6 s */
async function waitingForLock(workspace: Workspace): Promise<void> {
  for (let asked = 0; asked < 30; asked += 1) {
    const waiting = await workspace.query(
      `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
       WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`,
    );
    if (waiting.length > 0) return;
    await sleep(200);
  }
  throw new Error("No run of migrations waited for the other.");
}
