import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Database, type DatabaseArgs } from "../../components/database";
import { goodAnswers, types, World } from "./world";

const loader = "exec node --require ./toolchain/loadTypescript.cjs ./migrations/run.ts";
const url = "postgres://shop:hunter2@db/shop";
const migration = (version: string) => ({ version, name: `m${version}`, sha256: version.repeat(64) });
const least: DatabaseArgs = {
  url,
  catalogFolder: "releases",
  shipped: [migration("1"), migration("2")],
  applied: [],
};

describe("Database", () => {
  let world: World;
  beforeEach(async () => (world = await World.with(goodAnswers)));

  const schema = () => world.one(types.command, "shop-database-schema");
  const server = () => world.one(types.command, "shop-database-server");
  const headOf = () => (schema().inputs.environment as Record<string, string>).KNOWNGOOD_SCHEMA_HEAD;
  const declare = (args: Partial<DatabaseArgs>) =>
    world.declare(() => new Database("shop-database", { ...least, ...args }));

  it("makes the database and migrates it, with the URL on standard input alone, as a secret", async () => {
    await declare({});
    const request = { url, table: "schema_migrations", lockTimeout: 60 };
    expect(server().inputs).to.deep.equal({
      create: `${loader} ensure`,
      delete: `${loader} drop`,
      stdin: JSON.stringify({ ...request, migrations: [] }),
      logging: "none",
    });
    expect(schema().inputs).to.deep.equal({
      create: `${loader} migrate`,
      environment: { KNOWNGOOD_SCHEMA_HEAD: "2" },
      stdin: JSON.stringify({
        ...request,
        migrations: ["1", "2"].map((version) => ({
          version,
          name: `m${version}`,
          file: `releases/migrations/${version.repeat(64)}.sql`,
        })),
      }),
      logging: "none",
    });
    expect([server().secretInputs, schema().secretInputs]).to.deep.equal([["stdin"], ["stdin"]]);
    const component = world.one("knowngood:index:Database", "shop-database");
    expect([server().parent, schema().parent]).to.deep.equal([component.urn, component.urn]);
    expect(schema().dependencies).to.include(server().urn);
  });

  it("takes table and lock timeout", async () => {
    await declare({ table: "app.versions", lockTimeout: 5 });
    expect(JSON.parse(String(schema().inputs.stdin))).to.include({ table: "app.versions", lockTimeout: 5 });
  });

  it("keeps the database on destroy, unless it is told otherwise", async () => {
    await declare({});
    expect(server().retainOnDelete).to.equal(true);
    world = await World.with(goodAnswers);
    await declare({ dropOnDestroy: true });
    expect(server().retainOnDelete).to.equal(false);
    expect(schema().retainOnDelete).to.equal(false);
  });

  it("changes nothing when nothing is pending, also on the way back", async () => {
    await declare({
      shipped: [migration("1")],
      applied: ["1", "2"],
      recorded: { head: "2", applied: ["1", "2"] },
    });
    expect(schema().ignoreChanges).to.deep.equal(["triggers", "create", "environment", "stdin"]);
  });

  it("is run once more where the record lacks what the target ships, though somebody else has applied it", async () => {
    await declare({ applied: ["1", "2"], recorded: { head: "1", applied: ["1"] } });
    expect([schema().ignoreChanges, headOf()]).to.deep.equal([["triggers"], "2"]);
  });

  it("changes when something is pending", async () => {
    await declare({ applied: ["1"], recorded: { head: "1", applied: ["1"] } });
    expect([schema().ignoreChanges, headOf()]).to.deep.equal([["triggers"], "2"]);
  });

  it("is run for an empty head where there is nothing to migrate yet", async () => {
    await declare({ shipped: [] });
    expect([schema().ignoreChanges, headOf()]).to.deep.equal([["triggers"], "empty"]);
  });

  it("is run again for a head that was reached before, when the database was restored to an earlier state", async () => {
    await declare({ applied: ["1"], recorded: { head: "2", applied: ["1", "2"] } });
    expect([schema().ignoreChanges, headOf()]).to.deep.equal([["triggers"], "2 again, from 1"]);
    world = await World.with(goodAnswers);
    await declare({ applied: [], recorded: { head: "2", applied: ["1", "2"] } });
    expect(headOf()).to.equal("2 again, from empty");
  });

  describe("with a step-down", () => {
    const stepDown = { migration: migration("2"), checks: { empty: [] } };
    const back: Partial<DatabaseArgs> = { shipped: [migration("1")], applied: ["1", "2"], stepDown };
    const recorded = { head: "2", applied: ["1", "2"] };

    it("is replaced, gone before what depends on it is made anew, and run for the head that is left", async () => {
      await declare({ ...back, recorded });
      expect(schema().inputs).to.deep.include({
        create: `${loader} stepDown`,
        triggers: ["step-down 1: 2"],
        environment: { KNOWNGOOD_SCHEMA_HEAD: "1" },
      });
      expect([schema().deleteBeforeReplace, schema().ignoreChanges]).to.deep.equal([true, []]);
      const request = JSON.parse(String(schema().inputs.stdin)) as Record<string, unknown>;
      const file = (version: string) => `releases/migrations/${version.repeat(64)}.sql`;
      expect(request).to.deep.include({
        migrations: [{ version: "1", name: "m1", file: file("1") }],
        stepDown: {
          migration: { version: "2", name: "m2", file: file("2") },
          to: "1",
          checks: { empty: [] },
        },
      });
      expect(schema().secretInputs).to.deep.equal(["stdin"]);
    });

    it("is handed the newest backup, which a replacement is told of by nobody else", async () => {
      const lastBackup = { place: "b.dump", madeAt: "2026-03-01T09:00:00.000Z", head: "1", seconds: 2 };
      await declare({ ...back, recorded: { ...recorded, backup: lastBackup } });
      expect(JSON.parse(String(schema().inputs.stdin))).to.deep.include({ lastBackup });
    });

    it("is never called as the one before it", async () => {
      await declare({ ...back, recorded: { ...recorded, stepDown: "step-down 9: 2" } });
      expect(schema().inputs.triggers).to.deep.equal(["step-down 10: 2"]);
    });

    it("leaves an empty database when the first migration is taken back", async () => {
      await declare({ ...back, shipped: [], applied: ["2"], recorded });
      expect((schema().inputs.environment as Record<string, string>).KNOWNGOOD_SCHEMA_HEAD).to.equal("empty");
      expect(JSON.parse(String(schema().inputs.stdin))).not.to.have.nested.property("stepDown.to");
    });
  });

  it("has a backup made first, as it is told to, and its secrets stay secret", async () => {
    const backup = { stack: "shop/prod", folder: "backups", keep: 3 };
    const asked = () => (JSON.parse(String(schema().inputs.stdin)) as { backup?: unknown }).backup;
    await declare({ backup });
    expect(asked()).to.deep.equal(backup);
    world = await World.with(goodAnswers);
    const command = { words: ["./snapshot.sh"], within: 60 };
    await declare({
      backup: { ...backup, command: { ...command, secrets: { TOKEN: pulumi.secret("t0ken") } } },
    });
    expect(asked()).to.deep.equal({ ...backup, command: { ...command, secrets: { TOKEN: "t0ken" } } });
    expect(schema().secretInputs).to.deep.equal(["stdin"]);
    expect(String(server().inputs.stdin)).not.to.contain("backup");
  });

  it("registers what is applied and by how much it is ahead, in clear", async () => {
    const database = await declare({
      shipped: [migration("1")],
      applied: ["1", "3"],
      recorded: { head: "3", applied: ["1", "3"] },
    });
    const component = world.one("knowngood:index:Database", "shop-database");
    expect(component.outputsRegistered).to.equal(1);
    expect(component.outputs).to.deep.equal({ applied: ["1", "3"], ahead: ["3"] });
    expect(await pulumi.isSecret(database.applied)).to.equal(false);
  });

  it("keeps the order of versions that do not sort as text, of a first run too", async () => {
    const shipped = [migration("8"), migration("9")];
    for (const recorded of [undefined, { head: "9", applied: ["8", "9"] }]) {
      world = await World.with(goodAnswers);
      await declare({ shipped, applied: ["8", "9", "10", "11"], ...(recorded && { recorded }) });
      expect(world.one("knowngood:index:Database", "shop-database").outputs).to.deep.equal({
        applied: ["8", "9", "10", "11"],
        ahead: ["10", "11"],
      });
      expect(headOf()).to.equal("11");
    }
  });

  it("is not ahead by what a dump stands in for", async () => {
    await declare({
      shipped: [migration("3")],
      applied: ["1", "2", "3", "4"],
      recorded: { head: "4", applied: ["1", "2", "3", "4"] },
      dumped: ["1", "2"],
    });
    const { outputs } = world.one("knowngood:index:Database", "shop-database");
    expect(outputs).to.deep.equal({ applied: ["1", "2", "3", "4"], ahead: ["4"] });
  });

  it("is told what is left by a step-down whose versions do not sort as text", async () => {
    await declare({
      shipped: [migration("9")],
      applied: ["9", "10", "11"],
      stepDown: { migration: { version: "11", name: "m11", sha256: "b".repeat(64) }, checks: { empty: [] } },
      recorded: { head: "11", applied: ["9", "10", "11"] },
    });
    expect(headOf()).to.equal("10");
    expect(JSON.parse(String(schema().inputs.stdin))).to.have.nested.property("stepDown.to", "10");
  });
});
