import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { imageReference } from "../../catalog/build";
import type { ReleasedImage } from "../../catalog/build";
import { buildTestImage } from "../../demo/images/testImage";
import { databaseBytes, databaseDisk } from "../../disk/databaseDisk";
import { diskUse } from "../../disk/diskUse";
import { engineDisk } from "../../disk/engineDisk";
import { filesystemOf } from "../../disk/filesystem";
import { spaceNeeded } from "../../disk/spaceNeeded";
import { labels } from "../../history/running";
import { run, type Ended } from "./command";
import { freePorts } from "./freePorts";
import { answering, working } from "./images";
import { startProxy } from "./proxy";
import { Workspace } from "./workspace";

const knowngood = join(__dirname, "..", "..", "cli", "knowngood.cjs");

describe("a host's disk", function () {
  // A dozen commands of Pulumi in all: minutes on a busy machine.
  this.timeout(480_000);
  let workspace: Workspace;
  before(() => (workspace = new Workspace()));
  after(() => workspace.dispose());

  const image = (tag: string) => working(workspace, "worker", tag);
  /** As `working`, with a df of its own. */
  const withDf = (name: string) =>
    buildTestImage({
      registry: workspace.machine.registry,
      name: `${workspace.prefix}/${name}`,
      tag: "v1",
      files: { "/bin/df": '#!/bin/sh\nexec /bin/busybox df "$@"\n' },
      entrypoint: ["/bin/sleep", "100000"],
    });
  const reference = ({ repository, digest }: ReleasedImage) => `${repository}@${digest}`;
  const shortened = (id: string | undefined) => id?.slice("sha256:".length, "sha256:".length + 12);
  /** Ids of those of the images that the engine has. */
  async function present(...images: ReleasedImage[]): Promise<(string | undefined)[]> {
    const ids = images.map(async (each) => {
      const found = await workspace.docker("image", "inspect", "--format", "{{.Id}}", reference(each));
      return found.exitCode === 0 ? found.stdout.trim() : undefined;
    });
    return Promise.all(ids);
  }

  it("is looked at on this machine, and elsewhere by df in a container", async () => {
    const { dockerHost } = workspace.machine;
    const root = (await workspace.docker("info", "--format", "{{.DockerRootDir}} {{.Name}}")).stdout.trim();
    const [folder = "", name] = root.split(" ");
    expect(name).to.equal(hostname());
    const own = await filesystemOf(folder);
    const [local] = await engineDisk(dockerHost, () => Promise.resolve([]));
    expect(local).to.include({ name: own.name, device: own.device });

    const worker = await withDf("elsewhere");
    const container = `${workspace.prefix}-elsewhere`;
    const started = await workspace.docker("run", "--detach", "--name", container, reference(worker));
    expect(started.exitCode, started.text).to.equal(0);
    const [port = 0] = await freePorts(1);
    const proxy = await startProxy(
      { port },
      { path: (dockerHost ?? "unix:///var/run/docker.sock").slice(7) },
    );
    try {
      const remote = `tcp://127.0.0.1:${port}`;
      const [seen] = await engineDisk(remote, () => Promise.resolve(["not-there", container]));
      expect(seen?.name).to.equal("the engine's own folder");
      const size = own.used + own.free;
      expect((seen?.used ?? 0) + (seen?.free ?? 0)).to.be.closeTo(size, size / 50);
      const nobody = await engineDisk(remote, () => Promise.resolve(["not-there"])).catch(
        (error: Error) => error.message,
      );
      expect(nobody).to.contain("no running container of the stack could be asked by df");
    } finally {
      await proxy.stop();
    }
    const use = await diskUse({ engine: { host: dockerHost }, database: undefined });
    expect(use.map((line) => line.split(":")[0])).to.include.members([
      "images",
      "containers",
      "local volumes",
    ]);
  });

  it("of the database is that of the server's data, whatever the role may know", async () => {
    const { adminUrl } = workspace.machine;
    // The application's role is not told the folder, so its process is looked at.
    for (const url of [adminUrl, workspace.machine.urlTemplate.replace("DATABASE", "postgres")]) {
      const [disk] = await databaseDisk(url);
      expect(disk?.name).to.equal((await filesystemOf(tmpdir())).name);
    }
    expect((await databaseBytes(adminUrl)).bytes).to.be.greaterThan(1_000_000);
    // A server whose process is none of this machine's postgres, as behind a tunnel: its folder may be here all the same.
    const client = new Client({ connectionString: adminUrl });
    await client.connect();
    const schema = `tunnel_${process.pid}`;
    try {
      await client.query(
        `CREATE SCHEMA ${schema}; CREATE FUNCTION ${schema}.pg_backend_pid() RETURNS integer RETURN ${process.pid}`,
      );
      const options = encodeURIComponent(`-csearch_path=${schema},pg_catalog`);
      const tunnel = `${adminUrl}${adminUrl.includes("?") ? "&" : "?"}options=${options}`;
      const notHere = await databaseDisk(tunnel).catch((error: Error) => error.message);
      expect(notHere).to.equal("the server does not run on this machine, or can't be seen");
    } finally {
      await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await client.end();
    }
    const elsewhere = await databaseDisk("postgres://db.example/shop").catch((error: Error) => error.message);
    expect(elsewhere).to.equal("it is another machine");
  });

  it("needs for an image that the registry has no more than the layers that the engine lacks", async () => {
    const { dockerHost } = workspace.machine;
    const [here, missing] = [
      await answering(workspace, "layers", "here"),
      await answering(workspace, "layers", "missing"),
    ];
    await workspace.docker("pull", reference(here));
    const asked = [{ service: "worker", image: missing }];
    const roomy = await spaceNeeded(asked, Number.MAX_SAFE_INTEGER, dockerHost);
    const tight = await spaceNeeded(asked, 0, dockerHost);
    expect(roomy.references).to.deep.equal([imageReference(missing)]);
    expect(roomy.least).to.be.greaterThan(1_000_000);
    expect(roomy.usual).to.equal(3 * roomy.least);
    // Both stand on the same programs, which are there.
    expect(tight.least).to.be.greaterThan(0).and.lessThan(10_000);
  });

  it("that is full refuses the way forward, names what could go, and lets a rollback pass if it fits", async () => {
    const tags = ["v0", "v1", "v2", "v3", "v4"];
    // What makes the oldest is in no other: it just fits as it is sent, not thrice, and then not at all.
    const bulk = randomBytes(300_000).toString("base64");
    const oldest = answering(workspace, "worker", "v0", bulk);
    const images = await Promise.all([oldest, ...tags.slice(1).map(image)]);
    const [v0, v1, v2, v3] = images as [ReleasedImage, ReleasedImage, ReleasedImage, ReleasedImage];
    tags.forEach((tag, index) => {
      const worker = images[index];
      if (worker !== undefined) workspace.release(tag, { services: { worker } });
    });
    const unreleased = await image("unreleased");
    const stranger = await withDf("stranger");
    for (const old of [v0, unreleased, stranger]) await workspace.docker("pull", reference(old));

    // A filesystem of 2 MB, told of by a real df.
    const small = `${workspace.prefix}-small`;
    const made = await workspace.docker(
      ...["run", "--detach", "--name", small, "--tmpfs", "/small:size=2m", reference(stranger)],
    );
    expect(made.exitCode, made.text).to.equal(0);
    const fill = (kilobytes: number) =>
      workspace.docker(
        "exec",
        small,
        "busybox",
        "dd",
        "if=/dev/zero",
        "of=/small/file",
        "bs=1024",
        `count=${kilobytes}`,
      );
    const services = { worker: { kind: "worker", health: { within: 60, successes: 1 } } };
    const guards = {
      wayBack: 2,
      disk: { engine: { command: ["docker", "exec", small, "df", "-kP", "/small"] } },
    };
    await workspace.stack("test", { imageTag: "v1", services });
    await workspace.stack("prod", { imageTag: "v2", services, guards });
    for (const [stack, tag] of [
      ["test", "v1"],
      ["prod", "v2"],
      ["prod", "v3"],
    ] as const) {
      await workspace.target(stack, tag);
      const up = await workspace.up(stack);
      expect(up.exitCode, up.text).to.equal(0);
    }
    // Only its state says that the other stack needs v1.
    await workspace.docker("rm", "--force", `${workspace.prefix}-test-worker`);

    const filled = await fill(1700);
    expect(filled.exitCode, filled.text).to.equal(0);
    await workspace.target("prod", "v4");
    const refused = await workspace.preview("prod");
    expect(refused.exitCode).to.equal(1);
    expect(refused.text).to.match(
      /The disk of the Docker host is 8\d % used, where guards\.disk\.limit is 80 %: \d+ kB are free on \/small \(tmpfs\)\./,
    );
    // A busy machine may not find out what is there in the time that a preview waits for it; the command does.
    const inTime = !/no answer in/.test(refused.text);
    if (inTime) expect(refused.text, refused.text).to.match(/An image of this stack that nothing needs/);

    const [old, other] = await present(v0, unreleased);
    const told = await removable();
    const report = JSON.parse(told.stdout) as {
      images: { id: string; command: string }[];
      leftOut: string[];
    };
    expect(
      report.images.map(({ id }) => id),
      told.text,
    ).to.deep.equal([old]);
    expect(report.leftOut).to.have.length(1);
    expect(report.leftOut[0]).to.match(new RegExp(`^${shortened(other)} is of no release of the catalog`));
    if (inTime) expect(refused.text).to.contain(`  docker image rm ${shortened(old)}\n`);
    for (const { command } of report.images) {
      const removed = await workspace.docker(...command.split(" ").slice(1));
      expect(removed.exitCode, removed.text).to.equal(0);
    }
    expect(await present(v0)).to.deep.equal([undefined]);
    expect(await present(v1, v2, v3, stranger, unreleased)).not.to.include(undefined);

    await workspace.target("prod", "v2");
    const back = await workspace.pulumi("up", "--yes", "--stack", "prod");
    expect(back.exitCode, back.text).to.equal(0);
    expect(back.text).to.match(/warning: The disk of the Docker host is 8\d % used/);

    await workspace.target("prod", "v0");
    const doubtful = await workspace.preview("prod");
    expect(doubtful.exitCode, doubtful.text).to.equal(0);
    expect(doubtful.text).to.contain("The images of v0 may not fit on the disk of the Docker host");
    const fuller = await fill(1900);
    expect(fuller.exitCode, fuller.text).to.equal(0);
    const tooMuch = await workspace.preview("prod");
    expect(tooMuch.exitCode).to.equal(1);
    expect(tooMuch.text).to.contain("The images of v0 don't fit on the disk of the Docker host");
    expect(tooMuch.text).to.contain(`docker pull ${reference(v0)}`);
  });

  it("names no image that a stack of another backend may go back to", async () => {
    const v3 = await image("v3");
    const made = await workspace.docker(
      ...["create", "--name", `${workspace.prefix}-foreign`, "--label", `${labels.stack}=shop/elsewhere`],
      reference(v3),
    );
    expect(made.exitCode, made.text).to.equal(0);
    await workspace.docker("pull", reference(await image("unreleased")));
    const told = await removable();
    const { images, leftOut } = JSON.parse(told.stdout) as { images: unknown[]; leftOut: string[] };
    expect(images, told.text).to.deep.equal([]);
    expect(leftOut[0]).to.match(
      /^The stack shop\/elsewhere has containers on the host from the same repository/,
    );
  });

  function removable(): Promise<Ended> {
    return run(process.execPath, [knowngood, "removable", "--stack", "prod", "--json"], {
      cwd: workspace.folder,
      env: workspace.env,
    });
  }
});
