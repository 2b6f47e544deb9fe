import { expect } from "chai";
import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { checkDump, serverMajor } from "../../backups/makeBackup";
import { findPostgresPrograms } from "../../backups/postgresPrograms";
import type { BackupReport } from "../../backups/request";
import { runProgram } from "../../backups/runProgram";
import { busyboxLayer } from "../../demo/images/busybox";
import { layerOf } from "../../demo/images/layer";
import { librariesIn } from "../../demo/images/nodeLayer";
import { pushImage } from "../../demo/images/push";
import { connect } from "../../migrations/connection";
import { splitPassword } from "../../migrations/password";
import { run } from "./command";
import { working } from "./images";
import { migrations } from "./twoReleases";
import { Workspace } from "./workspace";

const { first } = migrations;
const deletion = { version: "20260102000000", name: "delete_orders", up: "DELETE FROM orders WHERE id = 1;" };

/** An image with PostgreSQL's own programs, as they are on this machine. */
async function postgresImage(workspace: Workspace, programs: readonly string[]): Promise<string> {
  const sources = [...programs];
  for (const program of programs)
    sources.push(...librariesIn((await run("ldd", [program], { env: process.env })).stdout));
  const files = [...new Set(sources)].map((file) => ({
    path: programs.includes(file) ? `bin/${basename(file)}` : file.slice(1),
    kind: "file" as const,
    content: readFileSync(realpathSync(file)),
  }));
  const repository = `${workspace.prefix}/postgres`;
  await pushImage(workspace.machine.registry, repository, ["15"], [await busyboxLayer(), layerOf(files)], {
    entrypoint: ["/bin/sh"],
  });
  return `${workspace.machine.registry}/${repository}:15`;
}

describe("PostgreSQL's own programs in a container", function () {
  this.timeout(120_000);
  it("make a backup where this machine has none, and read it back", async () => {
    const workspace = new Workspace();
    try {
      const admin = await connect(workspace.machine.adminUrl);
      const major = await serverMajor(admin);
      await admin.end();
      const own = await findPostgresPrograms(major, "postgres://");
      const image = await postgresImage(workspace, [...own.dump, ...own.restore]);
      const where = {
        image,
        folders: [],
        path: "",
        ...(workspace.machine.dockerHost !== undefined && { dockerHost: workspace.machine.dockerHost }),
      };
      const { address } = splitPassword(workspace.machine.adminUrl);
      const programs = await findPostgresPrograms(major, address, where);
      expect(programs.dump.slice(0, 2)).to.deep.equal(["docker", "run"]);
      const file = join(workspace.folder, "made.dump");
      const output = await open(file, "w");
      await runProgram(programs, "dump", ["--format=custom"], "The backup failed", {
        url: workspace.machine.adminUrl,
        output: output.fd,
      });
      await output.close();
      await checkDump(programs, file, {});
      const wrong = await findPostgresPrograms(major + 1, address, where).catch(
        (error: Error) => error.message,
      );
      expect(wrong).to.contain(`those of the image ${image} are of ${major}`);
    } finally {
      await workspace.dispose();
    }
  });
});

describe("a forward `up` whose migration loses data", function () {
  this.timeout(480_000);
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  const versions = async () =>
    (
      await workspace.query<{ version: string }>("SELECT version FROM schema_migrations ORDER BY version")
    ).map(({ version }) => version);
  const containers = async () =>
    Object.values(await workspace.containers()).map(({ Id, State }) => [Id, State.Running]);

  it("makes a backup first, as the preview said; one that can't be made stops it before the migration", async () => {
    const worker = await working(workspace, "worker", "v1");
    workspace.release("v1", { services: { worker }, migrations: [first] });
    workspace.release("v2", { services: { worker }, migrations: [first, deletion] });
    const failing = { command: ["sh", "-c", "echo the disk is full; exit 1"] };
    await workspace.stack("prod", {
      imageTag: "v1",
      services: { worker: { kind: "worker", health: { within: 60, successes: 1 } } },
      database: { backup: failing },
    });
    await workspace.secret("prod", "databaseUrl", workspace.databaseUrl);
    const begun = await workspace.up("prod");
    expect(begun.exitCode, begun.text).to.equal(0);

    await workspace.target("prod", "v2");
    const before = await containers();
    const stopped = await workspace.up("prod");
    expect(stopped.exitCode, stopped.text).not.to.equal(0);
    expect(stopped.text).to.contain("The backup failed: sh -c echo the disk is full; exit 1 ended with 1.");
    expect(stopped.text).to.contain("No migration was begun");
    expect([await versions(), await containers()]).to.deep.equal([[first.version], before]);

    workspace.settings("prod", { database: {} });
    const up = await workspace.pulumi("up", "--yes", "--stack", "prod");
    expect(up.exitCode, up.text).to.equal(0);
    expect(up.text).to.contain("a backup is made first: the migrations are destructive (orders");
    expect(await versions()).to.deep.equal([first.version, deletion.version]);
    const backup = (await workspace.outputs("prod")).backup as BackupReport;
    expect(backup).to.include({ head: first.version, tables: 2, rows: 3 });
    expect(backup.place).to.match(/^\.knowngood\/backups\/knowngood-prod-20260101000000-.*\.dump$/);
    const dump = readFileSync(join(workspace.folder, backup.place));
    expect(createHash("sha256").update(dump).digest("hex")).to.equal(backup.sha256);
  });
});
