import { expect } from "chai";
import { build } from "esbuild";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { busyboxLayer } from "../../demo/images/busybox";
import { layerOf } from "../../demo/images/layer";
import { nodeLayer } from "../../demo/images/nodeLayer";
import { pushImage } from "../../demo/images/push";
import type { ReleasedImage } from "../../catalog/build";
import { alembicProject, alembicRevision } from "../migrations/tools/projects";
import { provide } from "../migrations/tools/programs/provide";
import { write } from "../migrations/tools/toolShop";
import { run, type Ended } from "./command";
import { working } from "./images";
import { livesOf } from "./lives";
import { Workspace } from "./workspace";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");
const services = { worker: { kind: "worker", health: { within: 60, successes: 1 } } };

const revision = (name: string, parent: string, up: string, down = "pass") => ({
  [`alembic/versions/${name}.py`]: alembicRevision(`Make ${name}`, name, parent, up, down),
});
const orders = revision(
  "a1",
  "None",
  `op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))`,
);
const note = revision(
  "b2",
  `"a1"`,
  `op.add_column("orders", sa.Column("note", sa.Text))`,
  `op.drop_column("orders", "note")`,
);
const broken = revision("c3", `"b2"`, `op.execute("ALTER TABLE nowhere ADD x int")`);
const releases = { v1: orders, v2: { ...orders, ...note }, v3: { ...orders, ...note, ...broken } };

/** Alembic applies the migrations of three releases on this machine; an image's own command does it in a container. */
describe("migrations that a command of the user's own applies", function () {
  this.timeout(600_000);
  let workspace: Workspace;
  let alembic: string;
  let image: ReleasedImage;

  before("make the stack", async () => {
    workspace = new Workspace();
    alembic = join(await provide("python"), "bin", "alembic");
    image = await working(workspace, "worker", "one");
  });
  after(() => workspace.dispose());

  const passed = ({ exitCode, text }: Ended) => expect(exitCode, text).to.equal(0);
  const runsFile = () => join(workspace.folder, "runs");
  const runs = () => (existsSync(runsFile()) ? readFileSync(runsFile(), "utf8").trim().split("\n") : []);
  const versions = async () =>
    (await workspace.query<{ version_num: string }>("SELECT version_num FROM alembic_version")).map(
      ({ version_num: version }) => version,
    );

  it("are applied by Alembic on the way forward, and left alone on the way back", async () => {
    const catalog = async (tag: keyof typeof releases) => {
      write(join(workspace.folder, tag), { ...alembicProject, ...releases[tag] });
      const capture = `${alembic} -c {folder}/alembic.ini`;
      passed(
        await run(
          process.execPath,
          [
            ...[
              command,
              "release",
              "add",
              tag,
              "--tool",
              "alembic",
              "--migrations",
              join(workspace.folder, tag),
            ],
            ...["--image", `worker=${image.repository}@${image.digest}`],
            ...["--capture", `${capture} upgrade {from}:{to} --sql`],
            ...["--capture-down", `${capture} downgrade {to}:{from} --sql`],
          ],
          { cwd: workspace.folder, env: workspace.env },
        ),
      );
    };
    for (const tag of ["v1", "v2", "v3"] as const) await catalog(tag);
    const script = `echo "$KNOWNGOOD_DIRECTION to $KNOWNGOOD_TO" >> runs; exec "$0" -c "$KNOWNGOOD_TO/alembic.ini" upgrade head`;
    await workspace.stack("prod", {
      imageTag: "v1",
      services,
      database: {
        runner: {
          in: "here",
          up: ["sh", "-c", script, alembic],
          secrets: { SHOP_DATABASE: "alembicUrl" },
        },
      },
    });
    await workspace.secret("prod", "databaseUrl", workspace.databaseUrl);
    await workspace.secret(
      "prod",
      "alembicUrl",
      workspace.databaseUrl.replace("postgres:", "postgresql+psycopg:"),
    );
    passed(await workspace.up("prod"));
    await workspace.target("prod", "v2");
    const preview = await workspace.preview("prod");
    passed(preview);
    expect(preview.text).to.contain("schema: 1 to be applied (b2_make_b2), by `sh -c ");
    expect(preview.text).to.contain("in the project's folder, within 600 s");
    passed(await workspace.up("prod"));
    expect(await versions()).to.deep.equal(["b2"]);
    expect((await workspace.outputs("prod")).schema).to.deep.include({ applied: ["a1", "b2"], ahead: [] });

    await workspace.target("prod", "v1");
    passed(await workspace.up("prod"));
    expect((await workspace.outputs("prod")).schema).to.deep.include({
      applied: ["a1", "b2"],
      ahead: ["b2"],
    });
    expect([await versions(), runs()]).to.deep.equal([["b2"], ["forward to v1", "forward to v2"]]);
  });

  it("tell what the command said where it fails, and the services run on", async () => {
    const before = await livesOf(workspace);
    await workspace.target("prod", "v3");
    const { exitCode, text } = await workspace.up("prod");
    expect(exitCode).not.to.equal(0);
    expect(text).to.contain("The migrations failed: exit code 1, after ");
    expect(text).to.contain('relation "nowhere" does not exist');
    expect(text).to.contain("The database is at b2; not applied: c3_make_c3.");
    expect([await versions(), runs().at(-1)]).to.deep.equal([["b2"], "forward to v3"]);
    expect(await livesOf(workspace)).to.deep.equal(before);
  });

  it("are applied in a container of the target's image, and nothing of a killed run is left", async () => {
    await workspace.pulumi("destroy", "--yes", "--stack", "prod");
    await workspace.dropDatabase();
    rmSync(join(workspace.folder, "releases"), { recursive: true });
    write(workspace.folder, { "releases/migrations/none": "" });
    const files = [{ path: "app/migrate.js", kind: "file" as const, content: await migrateBundle() }];
    const { registry } = workspace.machine;
    const own = await pushImage(
      registry,
      `${workspace.prefix}/own`,
      ["v1"],
      [await busyboxLayer(), await nodeLayer(), layerOf(files)],
      { entrypoint: ["/bin/sh", "-c", 'exec "$0" "$@"'] },
    );
    workspace.release("v1", {
      services: { worker: own },
      migrations: [{ version: "1", name: "orders", up: "CREATE TABLE orders (id int PRIMARY KEY);" }],
    });
    const socket = decodeURIComponent(/[?&]host=([^&]*)/.exec(workspace.databaseUrl)?.[1] ?? "");
    workspace.settings("prod", {
      imageTag: "v1",
      services: {
        worker: {
          ...services.worker,
          command: ["sleep", "100000"],
          secrets: { TOKEN: "alembicUrl" },
          volumes: [{ host: socket, container: socket }],
        },
      },
      database: { runner: { in: "image", up: ["node", "/app/migrate.js"] } },
    });
    const name = `${workspace.prefix}-prod-migrate`;
    // What a killed run left has the name that the next one needs.
    const left = [`knowngood.runner=knowngood/prod`, `${own.repository}@${own.digest}`];
    passed(await workspace.docker("run", "--detach", "--name", name, "--label", ...left, "sleep", "100000"));
    const preview = await workspace.preview("prod");
    expect(preview.text).to.contain(
      "1 to be applied (1_orders), by `node /app/migrate.js` in a container of worker's image, within 600 s",
    );
    passed(await workspace.up("prod"));
    expect(await workspace.query("SELECT told, token FROM orders")).to.deep.equal([
      { told: "forward to v1", token: true },
    ]);
    expect(Object.keys(await workspace.containers())).to.deep.equal(["prod-worker"]);
  });
});

async function migrateBundle(): Promise<Buffer> {
  const { outputFiles } = await build({
    stdin: { contents: migrateProgram, resolveDir: __dirname },
    ...{ bundle: true, write: false, platform: "node", external: ["pg-native"], logLevel: "silent" },
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}

/** Applies one migration as a program of the user's would that has it inside. */
const migrateProgram = `
import { Client } from "pg";
async function main() {
  const client = new Client(process.env.DATABASE_URL);
  await client.connect();
  await client.query("CREATE TABLE schema_migrations (version varchar PRIMARY KEY)");
  await client.query("CREATE TABLE orders (told text, token boolean)");
  const { KNOWNGOOD_DIRECTION: direction, KNOWNGOOD_TO: to, TOKEN: token } = process.env;
  await client.query("INSERT INTO orders VALUES ($1, $2)", [direction + " to " + to, (token ?? "") !== ""]);
  await client.query("INSERT INTO schema_migrations VALUES ('1')");
  await client.end();
}
void main();
`;
