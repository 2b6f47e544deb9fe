import { expect } from "chai";
import { join } from "node:path";
import { databaseExists, databaseState, endState } from "./endState";
import { startProxy, type Proxy } from "./proxy";
import { freePorts } from "./freePorts";
import { answering } from "./images";
import { answerOf, buildImages, migrations, twoReleases } from "./twoReleases";
import { Workspace, type InspectedContainer } from "./workspace";

describe("what is down", () => {
  let workspace: Workspace;
  let proxy: Proxy | undefined;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(async () => {
    // The workspace is cleaned up by the way that the test may have taken away.
    await proxy?.start();
    await workspace.dispose();
    await proxy?.stop();
    proxy = undefined;
  });

  const timed = async <Value>(work: Promise<Value>): Promise<[Value, number]> => {
    const before = Date.now();
    return [await work, (Date.now() - before) / 1000];
  };

  it("registry: going back to images that are on the host goes on; an image that is not there fails before anything stops", async () => {
    const [registryPort = 0] = await freePorts(1);
    const [host = "", realPort] = workspace.machine.registry.split(":");
    proxy = await startProxy({ port: registryPort }, { host, port: Number(realPort) });
    workspace.machine.registry = `localhost:${registryPort}`;
    const images = await buildImages(workspace);
    const port = await twoReleases(workspace, "prod", { images, database: false });
    const absent = await answering(workspace, "api", "v3");
    workspace.release("v3", { services: { api: absent, worker: images.worker } });
    for (const tag of ["v1", "v2"]) {
      await workspace.target("prod", tag);
      const up = await workspace.up("prod");
      expect(up.exitCode, up.text).to.equal(0);
    }
    await proxy.stop();

    await workspace.target("prod", "v3");
    const before = await workspace.containers();
    const warned = await workspace.preview("prod");
    expect(warned.text).to.contain("Unconfirmed: whether the image of api can be had (");
    const outputs = await workspace.outputs("prod");
    const failed = await workspace.up("prod");
    expect(failed.exitCode, failed.text).not.to.equal(0);
    expect(failed.text).to.contain(`unable to pull image ${absent.repository}@${absent.digest}`);
    expect(failed.text).to.contain("connection refused");
    expectUntouched(before, await workspace.containers());
    expect(await workspace.outputs("prod")).to.deep.equal(outputs);
    expect(await answerOf(port)).to.equal("v2");

    await workspace.target("prod", "v1");
    const preview = await workspace.preview("prod");
    expect(preview.exitCode, preview.text).to.equal(0);
    expect(preview.text).to.contain("Unconfirmed: whether a tag has moved in the registry (");
    const back = await workspace.up("prod");
    expect(back.exitCode, back.text).to.equal(0);
    expect(await answerOf(port)).to.equal("v1");
  });

  it("database: forward with a migration fails with the services untouched; going back without one goes on and says what it can't confirm", async () => {
    const socket = workspace.machine.socketFolder;
    proxy = await startProxy(
      { path: join(workspace.folder, ".s.PGSQL.5432") },
      { path: join(socket, ".s.PGSQL.5432") },
    );
    const database = workspace.databaseUrl.replace(
      encodeURIComponent(socket),
      encodeURIComponent(workspace.folder),
    );
    const images = await buildImages(workspace);
    const port = await twoReleases(workspace, "prod", { images, database });
    const third = {
      version: "20260103000000",
      name: "add_paid",
      up: "ALTER TABLE orders ADD COLUMN paid boolean;",
    };
    workspace.release("v3", {
      services: { api: images.api1, worker: images.worker },
      migrations: [migrations.first, migrations.second, third],
    });
    for (const tag of ["v1", "v2"]) {
      await workspace.target("prod", tag);
      const up = await workspace.up("prod");
      expect(up.exitCode, up.text).to.equal(0);
    }
    const [services, schema] = [await workspace.containers(), await databaseState(workspace)];
    await proxy.stop();

    await workspace.target("prod", "v3");
    const [failed, seconds] = await timed(workspace.up("prod"));
    expect(failed.exitCode, failed.text).not.to.equal(0);
    expect(seconds).to.be.below(30);
    expect(failed.text).to.contain(
      `The database can't be reached at the socket in ${workspace.folder}: connect ENOENT`,
    );
    expectUntouched(services, await workspace.containers());
    expect(await databaseState(workspace)).to.deep.equal(schema);

    await workspace.target("prod", "v1");
    const preview = await workspace.preview("prod");
    expect(preview.exitCode, preview.text).to.equal(0);
    expect(preview.text).to.contain(
      "Unconfirmed: the schema; judged by what was recorded (The database can't be reached",
    );
    const back = await workspace.up("prod");
    expect(back.exitCode, back.text).to.equal(0);
    expect(await answerOf(port)).to.equal("v1");
    expect(await databaseState(workspace)).to.deep.equal(schema);
  });

  it("Docker: preview and up end with a clear error in bounded time, nothing is half-done, and afterwards both work", async () => {
    const engine = join(workspace.folder, "docker.sock");
    const real = (workspace.machine.dockerHost ?? "unix:///var/run/docker.sock").replace("unix://", "");
    proxy = await startProxy({ path: engine }, { path: real });
    const port = await twoReleases(workspace, "prod");
    const shared = workspace.env.DOCKER_HOST;
    workspace.env.DOCKER_HOST = `unix://${engine}`;

    await proxy.stop();
    const [first, firstSeconds] = await timed(workspace.up("prod"));
    expect(first.exitCode, first.text).not.to.equal(0);
    expect(firstSeconds).to.be.below(30);
    expect(first.text).to.contain("Refused; nothing was touched.");
    expect(first.text).to.contain("The Docker engine does not answer, and nothing can be run without it");
    expect(await databaseExists(workspace)).to.equal(false);
    await proxy.start();
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).to.equal(0);

    await workspace.target("prod", "v2");
    workspace.env.DOCKER_HOST = shared;
    const before = await endState(workspace, "prod");
    const containers = await workspace.containers();
    workspace.env.DOCKER_HOST = `unix://${engine}`;
    await proxy.stop();
    for (const command of [() => workspace.preview("prod"), () => workspace.up("prod")]) {
      const [ended, seconds] = await timed(command());
      expect(ended.exitCode, ended.text).not.to.equal(0);
      expect(ended.text).to.contain("Cannot connect to the Docker daemon");
      expect(seconds).to.be.below(30);
    }
    await proxy.start();
    expectUntouched(containers, await workspace.containers());
    expect(await endState(workspace, "prod")).to.deep.equal(before);
    const again = await workspace.up("prod");
    expect(again.exitCode, again.text).to.equal(0);
    expect(await answerOf(port)).to.equal("v2");
    workspace.env.DOCKER_HOST = shared;
  });
});

function expectUntouched(
  before: Record<string, InspectedContainer>,
  after: Record<string, InspectedContainer>,
): void {
  const seen = (containers: Record<string, InspectedContainer>) =>
    Object.fromEntries(Object.entries(containers).map(([name, { Id, State }]) => [name, { Id, State }]));
  expect(seen(after)).to.deep.equal(seen(before));
}
