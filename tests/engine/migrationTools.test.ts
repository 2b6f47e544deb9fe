import { expect } from "chai";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { AssessmentReport } from "../../assessment/schemaRisk";
import type { ReleasedImage } from "../../catalog/build";
import { ensureDatabase } from "../../migrations/database";
import { provide } from "../migrations/tools/programs/provide";
import { write } from "../migrations/tools/toolShop";
import { run, type Ended } from "./command";
import { working } from "./images";
import { livesOf } from "./lives";
import {
  alembicShop,
  djangoShop,
  golangMigrateShop,
  gooseShop,
  prismaShop,
  type ToolPrograms,
  type ToolShop,
} from "./toolShops";
import { Workspace } from "./workspace";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");
const services = { worker: { kind: "worker", health: { within: 60, successes: 1 } } };

/** What the preview of a rollback says of a shop. */
interface Expected {
  gap: string;
  /** With its words. */
  verdict: RegExp;
  finding?: RegExp;
  /** Of the tool's own runner, in the report. */
  starts: boolean;
  /** A line of the preview, where the runner refuses. */
  runner?: RegExp;
  refused: boolean;
}

/**
 * One stack, brought to v2 once. Each tool then has the database for itself, and a catalog of the same images, so that
 * the stack's way back to v1 is one of that tool's releases.
 */
describe("a rollback on a database that another tool has migrated", function () {
  this.timeout(300_000);
  let workspace: Workspace;
  let programs: ToolPrograms;
  let images: Record<"v1" | "v2", ReleasedImage>;

  before("install the tools", async () => {
    workspace = new Workspace();
    const [go, python, prisma] = [await provide("go"), await provide("python"), await provide("prisma")];
    programs = { go, python: join(python, "bin"), modules: join(prisma, "node_modules") };
    const [v1, v2] = await Promise.all(["v1", "v2"].map((tag) => working(workspace, "worker", tag)));
    if (v1 === undefined || v2 === undefined) throw new Error("no images");
    images = { v1, v2 };
    await workspace.stack("prod", { imageTag: "v2", services });
    await workspace.secret("prod", "databaseUrl", workspace.databaseUrl);
  });
  after(() => workspace.dispose());

  const passed = ({ exitCode, text }: Ended) => expect(exitCode, text).to.equal(0);
  const folderOf = ({ tool }: ToolShop, tag: string) => join(workspace.folder, tool, tag);
  const migrate = (shop: ToolShop, tag: string) =>
    shop.migrate(programs, folderOf(shop, tag), workspace.databaseUrl);

  /** Writes both releases of a shop, adds them to a catalog of its own, and points the stack there. */
  async function add(shop: ToolShop, database: Record<string, unknown>): Promise<void> {
    const { tool, files, more } = shop;
    await freshDatabase();
    for (const [tag, all] of Object.entries({ v1: files, v2: { ...files, ...more } })) {
      write(folderOf(shop, tag), all);
      if (tool === "prisma") symlinkSync(programs.modules, join(folderOf(shop, tag), "node_modules"));
      const { repository, digest } = images[tag as "v1" | "v2"];
      const migrations = join(folderOf(shop, tag), shop.migrations);
      passed(
        await run(
          process.execPath,
          [
            ...[command, "release", "add", tag, "--releases", `releases-${tool}`, "--tool", tool],
            ...["--image", `worker=${repository}@${digest}`, "--migrations", migrations],
            ...(shop.capture?.(programs, workspace.databaseUrl) ?? []),
          ],
          { cwd: workspace.folder, env: workspace.env },
        ),
      );
    }
    workspace.settings("prod", { releases: `releases-${tool}`, database });
  }

  async function freshDatabase(): Promise<void> {
    await workspace.dropDatabase();
    await ensureDatabase({ url: workspace.databaseUrl, table: "none", lockTimeout: 60, migrations: [] });
  }

  async function previewed(shop: ToolShop, expected: Expected): Promise<AssessmentReport> {
    const { tool } = shop;
    workspace.settings("prod", { imageTag: "v1" });
    const { exitCode, text } = await workspace.preview("prod");
    expect(exitCode === 0, text).to.equal(!expected.refused);
    expect(text).to.contain("knowngood/prod: rollback from v2 to v1");
    expect(text).to.contain(`schema: ahead of v1 by 1 (${expected.gap}) and left as it is`);
    expect(text).to.match(expected.verdict);
    if (expected.finding !== undefined) expect(text).to.match(expected.finding);
    if (expected.runner === undefined) expect(text).not.to.contain("runner: ");
    else expect(text).to.match(expected.runner);
    // An up takes back dbmate's migrations alone.
    expect(text).not.to.contain("config set stepDown");
    const report = JSON.parse(
      readFileSync(join(workspace.folder, ".knowngood", "assessments", "prod-v1.json"), "utf8"),
    ) as AssessmentReport;
    expect(report.runner).to.include({ tool, starts: expected.starts });
    // What is said of the tool's runner is what it does.
    expect((await migrate(shop, "v1")).code === 0).to.equal(expected.starts);
    return report;
  }

  it("is goose's: an up runs none of its migrations and says who does, and keeps their order", async () => {
    await add(gooseShop, {});
    await migrate(gooseShop, "v1");
    const pending = await workspace.up("prod");
    expect(pending.exitCode).not.to.equal(0);
    expect(pending.text).to.contain(
      "Release v2 ships migrations of goose that the database has not applied (10_relax), and only dbmate's are run by an up. " +
        "Run your own migration before: goose -dir FOLDER postgres URL up; then run pulumi up again.",
    );
    expect(await livesOf(workspace)).to.deep.equal({});
    expect((await migrate(gooseShop, "v2")).code).to.equal(0);
    passed(await workspace.up("prod"));
    expect((await workspace.outputs("prod")).schema).to.deep.include({ applied: ["9", "10"], ahead: [] });

    const report = await previewed(gooseShop, {
      gap: "10",
      verdict: /conditional\. Roll back the code and leave the schema as it is/,
      finding: /conditional {2}.*orders\.note.* \(10_relax:2\)/,
      starts: true,
      refused: false,
    });
    // Its way down ends the transaction, which goose takes.
    expect(report.stepDown).to.include({ version: "10", verdict: "lossless", confirmed: true });
    expect(report.confirmed).to.equal(true);
  });

  it("is judged on a dump of the schema, where the stack names one", async () => {
    const dump = { file: "schema.sql", upTo: "9" };
    workspace.settings("prod", { schema: { dump } });
    const missing = await workspace.preview("prod");
    expect(missing.exitCode, missing.text).to.equal(0);
    expect(missing.text).to.contain('left aside: no such file: "schema.sql"');
    // Here the note may be NULL already, as goose's own first migration does not have it.
    write(workspace.folder, { "schema.sql": "CREATE TABLE orders (id int PRIMARY KEY, note text);\n" });
    await previewed(gooseShop, {
      gap: "10",
      verdict: /compatible\. Roll back the code and leave the schema as it is/,
      starts: true,
      refused: false,
    });
    workspace.settings("prod", { schema: {} });
  });

  it("is golang-migrate's, whose runner refuses", async () => {
    await add(golangMigrateShop, { tool: "golang-migrate" });
    expect((await migrate(golangMigrateShop, "v2")).code).to.equal(0);
    const report = await previewed(golangMigrateShop, {
      gap: "10",
      verdict: /breaking\. Roll forward with a hotfix/,
      finding: /breaking {5}.*orders\.amount.* \(10_rename:1\)/,
      starts: false,
      runner: /runner: golang-migrate's up refuses with "no migration found for version".* To avoid it: /,
      refused: true,
    });
    expect(report.wholeWay.join()).to.contain("golang-migrate");
    expect(report.confirmed).to.equal(true);
  });

  it("is Alembic's, captured, whose runner refuses", async () => {
    await add(alembicShop, { tool: "alembic" });
    expect((await migrate(alembicShop, "v2")).code).to.equal(0);
    const report = await previewed(alembicShop, {
      gap: "1975ea83b712",
      verdict: /destructive\. Decide on restoring the data/,
      finding: /destructive {2}.*orders\.note.* \(1975ea83b712_drop_note:\d+\)/,
      starts: false,
      runner: /runner: Alembic's upgrade refuses with "Can't locate revision identified by"/,
      refused: true,
    });
    expect(report.confirmed).to.equal(true);
  });

  it("is Django's, captured, and in doubt where a part is Python", async () => {
    await add(djangoShop, {});
    expect((await migrate(djangoShop, "v2")).code).to.equal(0);
    const report = await previewed(djangoShop, {
      gap: "shop.0002_fill",
      verdict: /conditional, not confirmed\. Roll back the code and leave the schema as it is/,
      finding: /not confirmed: shop\.0002_fill: part of it is Python \(RunPython\)/,
      starts: true,
      refused: false,
    });
    expect(report.confirmed).to.equal(false);
  });

  it("is Prisma's", async () => {
    await add(prismaShop, { tool: "prisma" });
    expect((await migrate(prismaShop, "v2")).code).to.equal(0);
    const report = await previewed(prismaShop, {
      gap: "20260201000000_coupons",
      verdict: /compatible\. Roll back the code and leave the schema as it is/,
      starts: true,
      refused: false,
    });
    expect(report).to.deep.include({ confirmed: true, findings: [] });
    expect(report.stepDown?.verdict).to.equal("missing");
  });
});
