import { expect } from "chai";
import { working } from "./images";
import { livesOf } from "./lives";
import { Workspace } from "./workspace";

const first = {
  version: "20260101000000",
  name: "create_orders",
  up: "CREATE TABLE orders (id int PRIMARY KEY);",
  down: "DROP TABLE orders;",
};
const second = {
  version: "20260102000000",
  name: "index_orders",
  up: "CREATE INDEX orders_by_id ON orders (id DESC);",
  down: "DROP INDEX orders_by_id;",
};
const services = { worker: { kind: "worker", health: { within: 60, successes: 1 } } };

describe("a step-down on a database that two stacks share", function () {
  // Seven commands of Pulumi: minutes on a busy machine.
  this.timeout(480_000);
  let workspace: Workspace;
  before(() => (workspace = new Workspace()));
  after(() => workspace.dispose());

  const versions = async () =>
    (
      await workspace.query<{ version: string }>("SELECT version FROM schema_migrations ORDER BY version")
    ).map(({ version }) => version);
  async function stack(name: string, url: string): Promise<void> {
    await workspace.stack(name, { imageTag: "v2", services, database: {} });
    await workspace.secret(name, "databaseUrl", url);
    const up = await workspace.up(name);
    expect(up.exitCode, up.text).to.equal(0);
  }

  it("is refused as long as the other stack's release ships the migration, also while its services are stopped", async () => {
    const [v1, v2] = await Promise.all(["v1", "v2"].map((tag) => working(workspace, "worker", tag)));
    if (v1 === undefined || v2 === undefined) throw new Error("no images");
    workspace.release("v1", { services: { worker: v1 }, migrations: [first] });
    workspace.release("v2", { services: { worker: v2 }, migrations: [first, second] });
    await stack("one", workspace.databaseUrl);
    // The same database by another address.
    const other = workspace.databaseUrl.replace("%2Fpostgres", "%2F.%2Fpostgres");
    expect(other).not.to.equal(workspace.databaseUrl);
    await stack("two", other);

    workspace.settings("one", { imageTag: "v1", stepDown: second.version });
    await workspace.docker("stop", "--time", "0", `${workspace.prefix}-two-worker`);
    const lives = await livesOf(workspace);
    const refused = await workspace.up("one");
    expect(refused.exitCode).not.to.equal(0);
    expect(refused.text).to.contain(
      `Stepping down ${second.version} is refused, since the stack knowngood/two uses the same database, and v2, which it is at, ships ${second.version}.`,
    );
    expect(refused.text).to.contain("pulumi config rm stepDown --stack one");
    expect(await livesOf(workspace)).to.deep.equal(lives);
    expect(await versions()).to.deep.equal([first.version, second.version]);

    await workspace.target("two", "v1");
    const back = await workspace.up("two");
    expect(back.exitCode, back.text).to.equal(0);
    const stepped = await workspace.up("one");
    expect(stepped.exitCode, stepped.text).to.equal(0);
    expect(await versions()).to.deep.equal([first.version]);
  });
});
