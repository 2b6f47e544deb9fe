import { expect } from "chai";
import { join } from "node:path";
import { originOf } from "../../../catalog/capturedSql";
import { appliedVersionsOf } from "../../../migrations/tools/appliedVersionsOf";
import { alembic } from "../../../migrations/tools/alembic";
import { toolOfFolder } from "../../../migrations/tools/toolOfFolder";
import type { FolderOptions } from "../../../migrations/tools/tool";
import { testFolder, type TestFolder } from "../../catalog/catalogFolder";
import { Server } from "../server";
import { provide } from "./programs/provide";
import { alembicProject as project, alembicRevision as revision } from "./projects";
import { run } from "./run";
import { proveCaptured, stateOf, summaryOf, versions, write } from "./toolShop";

const server = new Server();

const orders = `op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))`;
const v1 = {
  ...project,
  "alembic/versions/ae1027a6acf_orders.py": revision(
    "Create orders",
    "ae1027a6acf",
    "None",
    orders,
    `op.drop_table("orders")`,
  ),
  "alembic/versions/1975ea83b712_note.py": revision(
    "Add note",
    "1975ea83b712",
    `"ae1027a6acf"`,
    `op.add_column("orders", sa.Column("note", sa.Text))`,
    `op.drop_column("orders", "note")`,
  ),
};
const v2 = {
  ...v1,
  "alembic/versions/0b57a1_index.py": revision(
    "Index of notes",
    "0b57a1",
    `"1975ea83b712"`,
    `with op.get_context().autocommit_block():\n        op.create_index("orders_note", "orders", ["note"], postgresql_concurrently=True)`,
    `op.drop_index("orders_note")`,
  ),
  "alembic/versions/ff00_data.py": revision(
    "Fill notes",
    "ff00",
    `"0b57a1"`,
    `[op.execute("SELECT 1") for row in op.get_bind().execute(sa.text("SELECT id FROM orders")).fetchall()]`,
  ),
};

describe("Alembic, the tool itself", function () {
  this.timeout(300_000);
  let bin = "";
  let folder: TestFolder;
  let options: FolderOptions;
  before("install it and start PostgreSQL", async () => {
    const [environment] = await Promise.all([provide("python"), server.start()]);
    bin = join(environment, "bin");
    folder = testFolder();
    write(join(folder.path, "v1"), v1);
    write(join(folder.path, "v2"), v2);
    const command = `${bin}/alembic -c {folder}/alembic.ini`;
    options = {
      capture: `${command} upgrade {from}:{to} --sql`,
      captureDown: `${command} downgrade {to}:{from} --sql`,
    };
  });
  after(() => folder?.remove());

  const command = (url: string, release: string, ...args: string[]) =>
    run(join(bin, "alembic"), args, {
      cwd: join(folder.path, release),
      environment: { SHOP_DATABASE: url.replace("postgres:", "postgresql+psycopg:") },
    });

  it("is read as its own command tells it, and the catalog's order says what was applied", async () => {
    const url = await server.newDatabase();
    const { code, output } = await command(url, "v2", "upgrade", "0b57a1");
    expect(code, output).to.equal(0);
    expect((await command(url, "v2", "current")).stdout.trim()).to.equal("0b57a1");
    const state = await stateOf(url, "alembic");
    expect(state).to.deep.include({ head: "0b57a1", headOnly: true, problems: [] });
    const order = ["ae1027a6acf", "1975ea83b712", "0b57a1", "ff00"].map((version) => ({ version }));
    expect(appliedVersionsOf(state, order)).to.deep.equal(["ae1027a6acf", "1975ea83b712", "0b57a1"]);
    // A head that no release ships was put there by something newer than all of them.
    expect(appliedVersionsOf(state, order.slice(0, 2))).to.deep.equal([
      "ae1027a6acf",
      "1975ea83b712",
      "0b57a1",
    ]);
    await command(url, "v2", "downgrade", "base");
    expect(versions(await stateOf(url, "alembic"))).to.deep.equal([]);
  });

  it("tells a database at several heads", async () => {
    const branched = {
      ...v1,
      "alembic/versions/cc_other.py": revision("Other", "cc", `"ae1027a6acf"`, `op.execute("SELECT 1")`),
    };
    write(join(folder.path, "branched"), branched);
    const url = await server.newDatabase();
    expect((await command(url, "branched", "upgrade", "heads")).code).to.equal(0);
    const { problems } = await stateOf(url, "alembic");
    expect(problems.map(({ kind, reason }) => ({ kind, reason }))).to.deep.equal([
      {
        kind: "several-heads",
        reason: "The database is at several heads at once: 1975ea83b712, cc.",
      },
    ]);
    const { told } = await alembic.readFolder(join(folder.path, "branched"), {
      capture: "echo 'SELECT 1;'",
    });
    expect(told).to.deep.equal([
      "Alembic's history branches after ae1027a6acf, into 1975ea83b712 and cc",
      "Alembic's history has several heads: 1975ea83b712, cc",
    ]);
  });

  it("refuses to start on a database that is ahead, as is said of it", async () => {
    const url = await server.newDatabase();
    await command(url, "v2", "upgrade", "0b57a1");
    const { code, output } = await command(url, "v1", "upgrade", "head");
    expect(code).not.to.equal(0);
    expect(output).to.contain("Can't locate revision identified by '0b57a1'");
    expect(alembic.whenAhead.starts).to.equal(false);
  });

  it("has its SQL captured, so that the catalog's does what the tool does", async () => {
    expect(toolOfFolder(join(folder.path, "v2"))).to.equal("alembic");
    const contents = await alembic.readFolder(join(folder.path, "v2"), options);
    expect(summaryOf(contents)).to.deep.equal([
      "ae1027a6acf_create_orders with down",
      "1975ea83b712_add_note with down",
      "0b57a1_index_of_notes with down",
      "ff00_fill_notes unread: its command ended with 1: AttributeError: 'NoneType' object has no attribute 'fetchall'",
    ]);
    expect(contents.told).to.have.length(1);
    const [first, , index] = contents.migrations.map(({ sql }) => sql.toString("utf8"));
    expect(first).to.match(
      /^-- knowngood: from alembic ae1027a6acf; source [0-9a-f]{64}\n-- migrate:up\nCREATE TABLE orders \(\n {4}id SERIAL NOT NULL, \n {4}PRIMARY KEY \(id\)\n\);\n-- migrate:down\nDROP TABLE orders;\n$/,
    );
    expect(index).to.contain("-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY orders_note");
    await proveCaptured(server, contents, (url) => command(url, "v2", "upgrade", "0b57a1"), 3);
  });

  it("is not asked again for what the catalog holds of the same file", async () => {
    const first = await alembic.readFolder(join(folder.path, "v1"), { capture: "echo 'SELECT 1;'" });
    const held = new Map(first.migrations.map(({ migration, sql }) => [migration.version, sql.toString()]));
    const known = (version: string) => held.get(version);
    const again = await alembic.readFolder(join(folder.path, "v1"), { capture: "false", known });
    expect(again).to.deep.equal(first);
    const note = "alembic/versions/1975ea83b712_note.py" as const;
    write(join(folder.path, "changed"), { ...v1, [note]: v1[note].replace("sa.Text", "sa.Integer") });
    const changed = await alembic.readFolder(join(folder.path, "changed"), {
      capture: "echo 'SELECT 2;'",
      known,
    });
    const texts = changed.migrations.map(({ sql }) => sql.toString());
    expect(texts[0]).to.equal(held.get("ae1027a6acf"));
    expect(texts[1]).to.contain("-- migrate:up transaction:false\nSELECT 2;\n");
    expect(originOf(texts[1] ?? "")?.version).to.equal("1975ea83b712");
  });

  it("has a command that can't be run, or works for nothing, refused and not taken for code", async () => {
    for (const [capture, found] of [
      ["no-such-alembic {to}", /^its command ended with 127: .*no-such-alembic.*not found/],
      ["echo broken >&2; exit 3", /^its command ended with 3: broken$/],
    ] as const) {
      const { violations } = await alembic.readFolder(join(folder.path, "v1"), { capture });
      expect(violations).to.have.length(1);
      expect(violations[0]?.found).to.match(found);
      expect(violations[0]?.expected).to.contain("--capture COMMAND");
    }
  });

  it("has revisions without the one before them refused", async () => {
    write(join(folder.path, "gap"), { ...v1, "alembic/versions/ae1027a6acf_orders.py": "" });
    const { violations } = await alembic.readFolder(join(folder.path, "gap"), options);
    expect(violations.map(({ found }) => found)).to.deep.equal([
      "down_revision ae1027a6acf, of which no file is there",
    ]);
  });
});
