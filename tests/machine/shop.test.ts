import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { buildShop } from "../../demo/images/shopImages";
import { writeMigrations, type ShopRelease, type ShopService } from "../../demo/shop/releases";
import { runCommand, tryCommand } from "../../toolchain/machine/commands";
import { startMachine, type Machine } from "../../toolchain/machine/machine";
import { freePort } from "../../toolchain/machine/registry";

const releases = ["v1", "v2", "v3", "v4", "v5"] as const;

describe("the sample shop", function () {
  this.timeout(60_000);
  let folder: string;
  let machine: Machine;
  let images: Awaited<ReturnType<typeof buildShop<ShopRelease>>>;
  let apiPort: number;
  let webPort: number;
  const docker = async (...words: string[]) => {
    const environment = machine.docker.host === undefined ? {} : { DOCKER_HOST: machine.docker.host };
    return (await runCommand(["docker", ...words], { environment })).trim();
  };

  // On a user's own engine other containers may have any plain name, so this run's names are its own, and what it made
  // is removed by its id.
  const own = `shop-test-${randomBytes(4).toString("hex")}`;
  const containers: Partial<Record<ShopService, string>> = {};
  const pulled = new Set<string>();
  let network: string | undefined;

  const container = (service: ShopService): string => {
    const id = containers[service];
    if (id === undefined) throw new Error(`${service} was not started`);
    return id;
  };

  async function remove(service: ShopService): Promise<void> {
    const id = containers[service];
    delete containers[service];
    if (id !== undefined) await docker("rm", "--force", "--volumes", id);
  }

  async function run(service: ShopService, release: ShopRelease): Promise<void> {
    const { repository, digest } = images[release][service];
    const { socketFolder, password } = machine.postgres;
    const ports = { api: [`127.0.0.1:${apiPort}:8080`], web: [`127.0.0.1:${webPort}:8080`], worker: [] }[
      service
    ];
    await remove(service);
    pulled.add(`${repository}@${digest}`);
    containers[service] = await docker(
      ...["run", "--detach", "--init", "--restart", "unless-stopped", "--name", `${own}-${service}`],
      ...["--network", own, "--network-alias", service],
      ...[
        "--volume",
        `${socketFolder}:${socketFolder}`,
        "--env",
        `PGPASSWORD=${password}`,
        "--env",
        `RELEASE=${release}`,
      ],
      ...[
        "--env",
        `DATABASE_URL=postgres://shop@/shop?host=${socketFolder}`,
        "--env",
        "API_URL=http://api:8080",
      ],
      ...ports.flatMap((port) => ["--publish", port]),
      `${repository}@${digest}`,
    );
  }

  async function migrate(release: ShopRelease): Promise<void> {
    const migrations = join(folder, "migrations");
    writeMigrations(release, migrations);
    const dbmate = join(__dirname, "..", "..", "node_modules", ".bin", "dbmate");
    await runCommand([dbmate, "--migrations-dir", migrations, "--no-dump-schema", "up"], {
      environment: { DATABASE_URL: machine.postgres.url("shop") },
    });
  }

  async function health(port: number): Promise<{ status: number; body: Record<string, unknown> }> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/health`, {
          signal: AbortSignal.timeout(3000),
        });
        return { status: response.status, body: (await response.json()) as Record<string, unknown> };
      } catch (error) {
        if (attempt === 50) throw error;
        await sleep(100);
      }
    }
  }

  const orders = async () =>
    (await (await fetch(`http://127.0.0.1:${apiPort}/orders`)).json()) as Record<string, unknown>[];
  const order = (body: unknown) =>
    fetch(`http://127.0.0.1:${apiPort}/orders`, { method: "POST", body: JSON.stringify(body) });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "shop-test-"));
    machine = await startMachine({
      folder: join(folder, "machine"),
      need: ["docker", "registry", "postgres"],
      say: () => {},
    });
    images = await buildShop({ registry: machine.registry.address, releases, say: () => {} });
    [apiPort, webPort] = [await freePort(), await freePort()];
    network = await docker("network", "create", own);
  });

  after(async () => {
    if (machine && !machine.docker.private) {
      for (const service of ["api", "worker", "web"] as const) await remove(service);
      if (network !== undefined) await docker("network", "rm", network);
      if (pulled.size > 0) await docker("image", "rm", ...pulled);
    }
    await machine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("shares the image of a service that did not change", () => {
    expect(images.v1.web).to.deep.equal(images.v4.web);
    expect(images.v3.worker).to.deep.equal(images.v5.worker);
    expect(new Set(releases.map((release) => images[release].api.digest)).size).to.equal(5);
  });

  it("tells the truth about a database without its tables", async () => {
    const client = new Client({ connectionString: machine.postgres.url("postgres") });
    await client.connect();
    await client.query("CREATE DATABASE shop");
    await client.end();
    await run("api", "v1");
    expect(await health(apiPort)).to.deep.equal({
      status: 503,
      body: { status: "failing", release: "v1", error: 'relation "orders" does not exist' },
    });
  });

  it("serves release v1: orders are taken, done by the worker and shown", async () => {
    await migrate("v1");
    await run("worker", "v1");
    await run("web", "v1");
    expect(await health(apiPort)).to.deep.equal({
      status: 200,
      body: { status: "ok", release: "v1", schema: "20260105090000" },
    });
    expect((await order({ customer: "<b>Barbara", amount: 700 })).status).to.equal(201);
    let newest: Record<string, unknown> | undefined;
    for (let attempt = 0; attempt < 50 && newest?.status !== "done"; attempt += 1) {
      await sleep(100);
      newest = (await orders())[0];
    }
    expect(newest).to.deep.equal({ id: "4", customer: "<b>Barbara", amount: 700, status: "done" });
    expect((await health(webPort)).status).to.equal(200);
    const page = await (await fetch(`http://127.0.0.1:${webPort}/`)).text();
    expect(page).to.include("<td>4</td><td>&lt;b&gt;Barbara</td><td>7.00</td><td>done</td>");
    expect(await docker("exec", container("worker"), "/usr/local/bin/node", "/app/check.js")).to.match(
      /^last loop 0\.\d s ago$/,
    );
  });

  it("goes on with release v1 in the schema of v2 and v3, and with v2 in that of v3", async () => {
    await migrate("v2");
    expect(await health(apiPort)).to.deep.include({ status: 200 });
    await run("api", "v2");
    expect((await health(apiPort)).body).to.deep.equal({
      status: "ok",
      release: "v2",
      schema: "20260212090000",
    });
    await migrate("v3");
    expect(await health(apiPort)).to.deep.include({ status: 200 });
    const taken = await order({ customer: "Ken", amount: 300, note: "soon" });
    expect(await taken.json()).to.deep.include({ customer: "Ken", amount: 300, note: "soon" });
    await run("api", "v1");
    expect(await health(apiPort)).to.deep.include({ status: 200 });
    expect((await orders()).map(({ amount }) => amount)).to.deep.equal([300, 700, 990, 4200, 1250]);
  });

  it("shows the bug of v3 in its health, also through web", async () => {
    await run("api", "v3");
    expect(await health(apiPort)).to.deep.equal({
      status: 503,
      body: { status: "failing", release: "v3", error: 'column "currency" does not exist' },
    });
    expect((await health(webPort)).status).to.equal(503);
  });

  it("never starts v4, and its log says why", async () => {
    await run("api", "v4");
    await sleep(500);
    expect(await docker("logs", container("api"))).to.include('"message":"fatal: PAYMENT_URL is not set"');
    expect(Number(await docker("inspect", "--format", "{{.RestartCount}}", container("api")))).to.be.above(0);
  });

  it("serves release v5, in whose schema v2 no longer runs", async () => {
    await run("worker", "v5");
    await migrate("v5");
    await run("api", "v5");
    expect((await health(apiPort)).body).to.deep.equal({
      status: "ok",
      release: "v5",
      schema: "20260501090000",
    });
    expect(await (await order({ customer: "Grace", amount: 500, note: "" })).json()).to.deep.include({
      amount: 500,
    });
    await run("api", "v2");
    expect(await health(apiPort)).to.deep.equal({
      status: 503,
      body: { status: "failing", release: "v2", error: 'column "amount" does not exist' },
    });
  });

  it("ends the worker on an error of the database that waiting can't mend", async () => {
    const lost = await docker(
      "run",
      "--detach",
      "--env",
      "PGHOST=/nowhere",
      `${images.v1.worker.repository}@${images.v1.worker.digest}`,
    );
    try {
      await sleep(1000);
      expect(await docker("logs", lost)).to.include("database out of reach, trying again");
      expect(await docker("inspect", "--format", "{{.State.Running}}", lost)).to.equal("true");
    } finally {
      await docker("rm", "--force", lost);
    }
    const { socketFolder } = machine.postgres;
    const wrong = await tryCommand(
      [
        ...([
          "docker",
          "run",
          "--rm",
          "--volume",
          `${socketFolder}:${socketFolder}`,
          "--env",
          "PGPASSWORD=wrong",
        ] as const),
        ...["--env", `DATABASE_URL=postgres://shop@/shop?host=${socketFolder}`],
        `${images.v1.worker.repository}@${images.v1.worker.digest}`,
      ],
      { environment: machine.docker.host === undefined ? {} : { DOCKER_HOST: machine.docker.host } },
    );
    expect(wrong.code).to.equal(1);
    expect(wrong.stdout).to.include('fatal: password authentication failed for user \\"shop\\"');
  });

  it("stops on SIGTERM, before Docker's 10 s are over, with exit code 0", async () => {
    const started = Date.now();
    await docker("stop", container("worker"), container("web"));
    expect(Date.now() - started).to.be.below(9000);
    expect(
      await docker("inspect", "--format", "{{.State.ExitCode}}", container("worker"), container("web")),
    ).to.equal("0\n0");
  });
});
