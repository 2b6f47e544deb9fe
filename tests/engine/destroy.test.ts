import { expect } from "chai";
import { Client } from "pg";
import { databaseExists, databaseState, endState, namesOf } from "./endState";
import { answerOf, buildImages, twoReleases } from "./twoReleases";
import { Workspace } from "./workspace";

describe("pulumi destroy", () => {
  const workspaces: Workspace[] = [];
  const workspace = () => {
    const made = new Workspace();
    workspaces.push(made);
    return made;
  };
  afterEach(() => Promise.all(workspaces.splice(0).map((made) => made.dispose())));

  async function up(own: Workspace, stack: string): Promise<void> {
    const ended = await own.up(stack);
    expect(ended.exitCode, ended.text).to.equal(0);
  }

  async function destroy(own: Workspace, stack: string): Promise<void> {
    const ended = await own.pulumi("destroy", "--yes", "--skip-preview", "--stack", stack);
    expect(ended.exitCode, ended.text).to.equal(0);
    expect((await own.state(stack)).resources).to.deep.equal([]);
  }

  const write = (own: Workspace) => own.query("INSERT INTO orders VALUES (3)");
  const orders = async (own: Workspace) => ((await databaseState(own)) as { orders: number[] }).orders;

  it("keeps data volumes and the database until destroyData is set and up has seen it; a protected stack refuses that", async () => {
    const own = workspace();
    await twoReleases(own, "prod");
    await up(own, "prod");
    await write(own);
    await destroy(own, "prod");
    expect(await own.containers()).to.deep.equal({});
    expect(await namesOf(own, "network")).to.deep.equal([]);
    expect(await namesOf(own, "volume")).to.deep.equal(["prod-data"]);
    expect(await orders(own)).to.deep.equal([1, 2, 3]);

    // The data that was kept is found again.
    await up(own, "prod");
    expect(await orders(own)).to.deep.equal([1, 2, 3]);

    own.settings("prod", { destroyData: true, protected: true });
    const refused = await own.preview("prod");
    expect(refused.exitCode).not.to.equal(0);
    expect(refused.text).to.contain("knowngood:destroyData");
    expect(refused.text).to.contain("the stack is protected, so its data can't be destroyed");

    own.settings("prod", { protected: false });
    await up(own, "prod");
    await destroy(own, "prod");
    expect(await namesOf(own, "volume")).to.deep.equal([]);
    // Whose making nobody can prove any more is kept: the state that said so was destroyed.
    expect(await databaseExists(own)).to.equal(true);
  });

  it("with destroyData drops the database that the stack made, and never one that was there before", async () => {
    const [made, given] = [workspace(), workspace()];
    const images = await buildImages(made);
    await createDatabase(given);
    await Promise.all(
      [made, given].map((own) => twoReleases(own, "prod", { images, settings: { destroyData: true } })),
    );
    await Promise.all([up(made, "prod"), up(given, "prod")]);
    await write(given);
    await Promise.all([destroy(made, "prod"), destroy(given, "prod")]);
    expect(await databaseExists(made)).to.equal(false);
    expect(await namesOf(made, "volume")).to.deep.equal([]);
    expect(await orders(given)).to.deep.equal([1, 2, 3]);
    expect(await namesOf(given, "volume")).to.deep.equal([]);
  });

  it("of one of two stacks that came up side by side on this machine leaves the other as it is", async () => {
    const [left, right] = [workspace(), workspace()];
    const images = await buildImages(left);
    const [leftPort, rightPort] = [
      await twoReleases(left, "test", { images, settings: { destroyData: true } }),
      await twoReleases(right, "prod", { images }),
    ];
    await Promise.all([up(left, "test"), up(right, "prod")]);
    expect([await answerOf(leftPort), await answerOf(rightPort)]).to.deep.equal(["v1", "v1"]);
    await right.target("prod", "v2");
    await Promise.all([up(left, "test"), up(right, "prod")]);
    expect([await answerOf(leftPort), await answerOf(rightPort)]).to.deep.equal(["v1", "v2"]);

    const [before, containers] = [await endState(right, "prod"), await right.containers()];
    await destroy(left, "test");
    expect(await left.containers()).to.deep.equal({});
    expect(await databaseExists(left)).to.equal(false);
    expect(await endState(right, "prod")).to.deep.equal(before);
    expect(await right.containers()).to.deep.equal(containers);
    expect(await answerOf(rightPort)).to.equal("v2");
  });
});

/** A database that somebody else has made, before the stack's first `up`. */
async function createDatabase(own: Workspace): Promise<void> {
  const admin = new Client({ connectionString: own.machine.adminUrl });
  await admin.connect();
  try {
    await admin.query(
      `CREATE DATABASE "${own.databaseName}" OWNER "${new RegExp("//([^:]+):").exec(own.databaseUrl)?.[1]}"`,
    );
  } finally {
    await admin.end();
  }
}
