import { expect } from "chai";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { catalogProblems } from "../../../migrations/tools/catalogProblems";
import { prisma } from "../../../migrations/tools/prisma";
import { toolOfFolder } from "../../../migrations/tools/toolOfFolder";
import { testFolder, type TestFolder } from "../../catalog/catalogFolder";
import { Server } from "../server";
import { provide } from "./programs/provide";
import { prismaMigrate, prismaProject } from "./projects";
import { columnsOf, runCaptured, stateOf, summaryOf, versions, write } from "./toolShop";

const server = new Server();

const v1 = {
  ...prismaProject,
  "prisma/migrations/20260101000000_orders/migration.sql": "CREATE TABLE orders (id int PRIMARY KEY);\n",
};
const v2 = {
  ...v1,
  "prisma/migrations/20260201000000_note/migration.sql": "ALTER TABLE orders ADD COLUMN note text;\n",
};
const bad = {
  ...v2,
  "prisma/migrations/20260301000000_bad/migration.sql": "ALTER TABLE nowhere ADD COLUMN x int;\n",
};

describe("Prisma, the tool itself", function () {
  this.timeout(300_000);
  let folder: TestFolder;
  let modules = "";
  before("install it and start PostgreSQL", async () => {
    const [installed] = await Promise.all([provide("prisma"), server.start()]);
    modules = join(installed, "node_modules");
    folder = testFolder();
    for (const [release, files] of Object.entries({ v1, v2, bad })) {
      write(join(folder.path, release), files);
      symlinkSync(modules, join(folder.path, release, "node_modules"));
    }
  });
  after(() => folder?.remove());

  const migrate = (url: string, release: string, ...args: string[]) =>
    prismaMigrate(modules, join(folder.path, release), url, ...args);
  const migrations = (release: string) => join(folder.path, release, "prisma", "migrations");

  it("is read as its own command tells it, with checksums that the catalog has too", async () => {
    const url = await server.newDatabase();
    const { code, output } = await migrate(url, "v2", "deploy");
    expect(code, output).to.equal(0);
    expect((await migrate(url, "v2", "status")).output).to.contain("Database schema is up to date!");
    const state = await stateOf(url, "prisma");
    expect(versions(state)).to.deep.equal(["20260101000000_orders", "20260201000000_note"]);
    expect(state).to.deep.include({ head: "20260201000000_note", headOnly: false, problems: [] });

    const { migrations: read } = await prisma.readFolder(migrations("v2"), {});
    const known = read.map(({ migration }) => migration);
    const sqlOf = ({ version }: { version: string }) =>
      read.find(({ migration }) => migration.version === version)?.sql.toString("utf8") ?? "";
    expect(catalogProblems(state, known, sqlOf)).to.deep.equal([]);
    await server.ask(url, "UPDATE _prisma_migrations SET checksum = 'another' WHERE migration_name ~ 'note'");
    const problems = catalogProblems(await stateOf(url, "prisma"), known.slice(1), sqlOf);
    expect(problems.map(({ version, kind }) => `${version} ${kind}`)).to.deep.equal([
      "20260101000000_orders unknown",
      "20260201000000_note checksum",
    ]);
  });

  it("tells a migration that did not end, as the tool does, until it is resolved", async () => {
    const url = await server.newDatabase();
    expect((await migrate(url, "bad", "deploy")).code).to.equal(1);
    expect((await migrate(url, "bad", "deploy")).output).to.contain("P3009");
    const { applied, problems } = await stateOf(url, "prisma");
    expect(versions({ applied })).to.include("20260301000000_bad");
    expect(problems.map(({ version, kind }) => `${version} ${kind}`)).to.deep.equal([
      "20260301000000_bad unfinished",
    ]);
    const resolved = await migrate(url, "bad", "resolve", "--rolled-back", "20260301000000_bad");
    expect(resolved.code, resolved.output).to.equal(0);
    const after = await stateOf(url, "prisma");
    expect(after.problems).to.deep.equal([]);
    expect(versions(after)).to.deep.equal(["20260101000000_orders", "20260201000000_note"]);
  });

  it("starts on a database that is ahead, as is said of it", async () => {
    const url = await server.newDatabase();
    await migrate(url, "v2", "deploy");
    const { code, output } = await migrate(url, "v1", "deploy");
    expect(code, output).to.equal(0);
    expect(output).to.contain("No pending migrations to apply.");
    expect(prisma.whenAhead.starts).to.equal(true);
  });

  it("has its folder read so that the catalog's SQL does what the tool does", async () => {
    expect(toolOfFolder(migrations("v2"))).to.equal("prisma");
    const contents = await prisma.readFolder(migrations("v2"), {});
    expect(summaryOf(contents)).to.deep.equal(["20260101000000_orders", "20260201000000_note"]);
    const [own, captured] = [await server.newDatabase(), await server.newDatabase()];
    await migrate(own, "v2", "deploy");
    await runCaptured(captured, contents);
    expect(await columnsOf(captured)).to.deep.equal(await columnsOf(own));
  });

  it("has a folder without its file refused", async () => {
    write(folder.path, { "empty/20260101000000_orders/notes.txt": "" });
    const { violations } = await prisma.readFolder(join(folder.path, "empty"), {});
    expect(violations).to.have.length(1);
    expect(violations[0]?.found).to.contain("no such file");
  });
});
