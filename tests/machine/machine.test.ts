import { expect } from "chai";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { buildTestImage } from "../../demo/images/testImage";
import { runCommand, tryCommand } from "../../toolchain/machine/commands";
import { startMachine, type Machine } from "../../toolchain/machine/machine";
import { processesAt } from "../../toolchain/machine/processes";
import { readRecords } from "../../toolchain/machine/record";

const daemons = ["dockerd", "containerd", "containerd-shim-runc-v2", "docker-registry", "postgres"];
const quiet = () => {};

/** All that a machine could leave behind: processes, mounts, folders, bridges, cgroups. */
async function leftOf(runFolder: string, folder: string, bridge: string): Promise<string[]> {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const cgroup = `knowngood-${runFolder.split("/").at(-1)}`;
  const links = (await tryCommand(["ip", "-brief", "link"])).stdout;
  return [
    ...processesAt(runFolder, daemons).map(({ pid }) => `process ${pid}`),
    ...processesAt(folder, daemons).map(({ pid }) => `process ${pid}`),
    ...mounts.filter((mount) => mount.includes(`${runFolder}/`) || mount.includes(`${folder}/`)),
    ...[runFolder, folder].filter((one) => existsSync(one)),
    ...["", "memory", "unified", "systemd"]
      .map((name) => join("/sys/fs/cgroup", name, cgroup))
      .filter((one) => existsSync(one)),
    ...links.split("\n").filter((link) => link.startsWith(`${bridge} `)),
  ];
}

/** The bridge that a machine made, as its record says. */
function bridgeOf(runFolder: string): string {
  const { network } = JSON.parse(readFileSync(join(runFolder, "machine.json"), "utf8")) as {
    network: number;
  };
  return `kg${network}`;
}

async function answerOf(address: string): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await (await fetch(address, { signal: AbortSignal.timeout(1000) })).text();
    } catch (error) {
      if (attempt === 50) throw error;
      await sleep(100);
    }
  }
}

describe("a machine with engine, registry and database", function () {
  this.timeout(60_000);
  let parent: string;
  let machine: Machine;
  const said: string[] = [];
  let docker: (...words: string[]) => Promise<string>;

  before(async () => {
    parent = mkdtempSync(
      join(tmpdir(), "a-rather-long-name-of-a-folder-that-no-unix-socket-would-fit-into-"),
    );
    machine = await startMachine({
      folder: join(parent, "x".repeat(60)),
      need: ["docker", "registry", "postgres"],
      engine: "private",
      say: (line) => said.push(line),
    });
    docker = async (...words) =>
      (await runCommand(["docker", ...words], { environment: { DOCKER_HOST: machine.docker.host } })).trim();
  });

  after(async () => {
    await machine?.stop();
    if (parent) rmSync(parent, { recursive: true, force: true });
  });

  it("says what it does, how long that usually takes and how long it took", () => {
    expect(said).to.include("start PostgreSQL (usually 2 s)");
    expect(said.some((line) => /^start a private Docker engine: done in \d+\.\d s$/.test(line))).to.equal(
      true,
    );
  });

  it("runs a pushed image by its digest and publishes its port on 127.0.0.1", async () => {
    const image = await buildTestImage({
      registry: machine.registry.address,
      name: "test/page",
      tag: "one",
      files: { "/www/index.html": "hello from a container\n" },
      entrypoint: ["/bin/httpd", "-f", "-p", "80", "-h", "/www"],
    });
    const reference = `${image.repository}@${image.digest}`;
    await docker("run", "--detach", "--init", "--name", "page", "--publish", "127.0.0.1::80", reference);
    const address = await docker("port", "page", "80");
    expect(address).to.match(/^127\.0\.0\.1:\d+$/);
    expect(await answerOf(`http://${address}/`)).to.equal("hello from a container\n");
    expect(await docker("inspect", "--format", "{{.Config.Image}}", "page")).to.equal(reference);

    const started = Date.now();
    await docker("stop", "page");
    expect(Date.now() - started, "init ends the container without Docker's 10 s of grace").to.be.below(5000);
  });

  it("gives the same image the same digest", async () => {
    const image = {
      registry: machine.registry.address,
      name: "test/same",
      files: { "/a": "a" },
      entrypoint: ["/a"],
    };
    const one = await buildTestImage({ ...image, tag: "one" });
    await sleep(1100);
    expect(await buildTestImage({ ...image, tag: "two" })).to.deep.equal(one);
    const head = await fetch(`http://${machine.registry.address}/v2/test/same/manifests/two`, {
      method: "HEAD",
      headers: { accept: "application/vnd.docker.distribution.manifest.v2+json" },
    });
    expect(head.headers.get("docker-content-digest")).to.equal(one.digest);
    expect(await buildTestImage({ ...image, files: { "/a": "b" }, tag: "three" })).not.to.deep.equal(one);
  });

  it("restarts a container that ends, as its policy says", async () => {
    const image = await buildTestImage({
      registry: machine.registry.address,
      name: "test/crash",
      tag: "one",
      entrypoint: ["/bin/sh", "-c", "echo going down; exit 3"],
    });
    await docker(
      "run",
      "--detach",
      "--name",
      "crash",
      "--restart",
      "on-failure:2",
      `${image.repository}@${image.digest}`,
    );
    let state = "";
    for (let attempt = 0; attempt < 100 && state !== "2 exited 3"; attempt += 1) {
      await sleep(100);
      state = await docker(
        "inspect",
        "--format",
        "{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}",
        "crash",
      );
    }
    expect(state).to.equal("2 exited 3");
    expect(await docker("logs", "crash")).to.equal("going down\ngoing down\ngoing down");
  });

  it("lets containers of one network find each other by name", async () => {
    const image = await buildTestImage({
      registry: machine.registry.address,
      name: "test/page",
      tag: "two",
      files: { "/www/index.html": "by name\n" },
      entrypoint: ["/bin/busybox"],
    });
    const reference = `${image.repository}@${image.digest}`;
    await docker("network", "create", "together");
    await docker(
      "run",
      "--detach",
      "--network",
      "together",
      "--name",
      "asked",
      reference,
      "httpd",
      "-f",
      "-h",
      "/www",
    );
    const script =
      "for i in 1 2 3 4 5 6 7 8 9; do wget -q -O - http://asked/ && exit; sleep 0.2; done; exit 1";
    expect(await docker("run", "--rm", "--network", "together", reference, "sh", "-c", script)).to.equal(
      "by name",
    );
  });

  it("has a database whose application role makes databases, and asks for its password", async () => {
    const administrator = new Client({ connectionString: machine.postgres.adminUrl });
    await administrator.connect();
    await administrator.query("CREATE DATABASE first OWNER shop");
    await administrator.end();
    const application = new Client({ connectionString: machine.postgres.url("first") });
    await application.connect();
    await application.query("CREATE DATABASE second");
    const { rows } = await application.query<{ user: string; super: string }>(
      `SELECT current_user AS user, current_setting('is_superuser') AS super`,
    );
    await application.end();
    expect(rows).to.deep.equal([{ user: "shop", super: "off" }]);

    const stranger = new Client({ connectionString: machine.postgres.url("first") });
    stranger.password = "wrong";
    const refusal = await stranger.connect().then(
      () => "let in",
      (error: Error) => error.message,
    );
    expect(refusal).to.equal('password authentication failed for user "shop"');
  });

  it("ends and removes all of it, once and again", async () => {
    const runFolder = dirname(machine.postgres.socketFolder);
    const folder = join(parent, "x".repeat(60));
    const bridge = bridgeOf(runFolder);
    expect(await leftOf(runFolder, folder, bridge)).not.to.deep.equal([]);
    await machine.stop();
    await machine.stop();
    expect(await leftOf(runFolder, folder, bridge)).to.deep.equal([]);
    expect(readdirSync(parent)).to.deep.equal([]);
  });
});

describe("a machine whose owner was killed", function () {
  this.timeout(30_000);

  it("is cleaned up by the next start, and one that is kept is not", async () => {
    const parent = mkdtempSync(join(tmpdir(), "machine-test-"));
    let later: Machine | undefined;
    try {
      const kept = await startElsewhere(join(parent, "kept"), "machine.keep();");
      const abandoned = await startElsewhere(join(parent, "abandoned"), "");
      const bridge = bridgeOf(abandoned);
      later = await startMachine({ folder: join(parent, "later"), need: [], say: quiet });
      expect(await leftOf(abandoned, join(parent, "abandoned"), bridge)).to.deep.equal([]);
      expect(processesAt(kept, ["postgres", "docker-registry"])).to.have.length(2);
      await later.stop();
      // A start in the folder of a kept machine takes its place.
      later = await startMachine({ folder: join(parent, "kept"), need: [], say: quiet });
      expect(existsSync(kept)).to.equal(false);
      expect(processesAt(kept, ["postgres", "docker-registry"])).to.deep.equal([]);
    } finally {
      await later?.stop();
      await (await startMachine({ folder: join(parent, "kept"), need: [], say: quiet })).stop();
      rmSync(parent, { recursive: true, force: true });
    }
  });
});

describe("a machine that stops on signals", function () {
  this.timeout(30_000);

  for (const [moment, afterLine] of [
    ["while starting", "start PostgreSQL (usually 2 s)"],
    ["when up", "up"],
  ] as const) {
    it(`leaves nothing when its owner is interrupted ${moment}`, async () => {
      const folder = join(mkdtempSync(join(tmpdir(), "machine-test-")), "machine");
      const script = `
        const { startMachine } = require("./toolchain/machine/machine");
        const need = ["docker", "registry", "postgres"];
        const folder = ${JSON.stringify(folder)};
        startMachine({ folder, need, engine: "private", say: console.log, stopOnSignals: true }).then(() => {
          console.log("up");
          setInterval(() => {}, 1000);
        });`;
      const owner = spawn(process.execPath, ["--require", "./toolchain/loadTypescript.cjs", "-e", script], {
        cwd: join(__dirname, "..", ".."),
        stdio: ["ignore", "pipe", "inherit"],
      });
      let runFolder: string | undefined;
      let bridge = "none";
      owner.stdout.on("data", (data: Buffer) => {
        if (runFolder !== undefined || !data.toString().split("\n").includes(afterLine)) return;
        runFolder = readRecords().find((record) => record.folder === folder)?.runFolder ?? "";
        if (moment === "when up") bridge = bridgeOf(runFolder);
        owner.kill("SIGINT");
      });
      const code = await new Promise((resolve) => owner.once("exit", resolve));
      try {
        expect(code).to.equal(130);
        expect(runFolder).to.match(/kg-/);
        expect(await leftOf(runFolder ?? "", folder, bridge)).to.deep.equal([]);
      } finally {
        rmSync(dirname(folder), { recursive: true, force: true });
      }
    });
  }
});

/** Starts a machine from another program, which is then killed. @returns its run folder */
async function startElsewhere(folder: string, then: string): Promise<string> {
  const script = `
    const { startMachine } = require("./toolchain/machine/machine");
    const need = ["docker", "registry", "postgres"];
    startMachine({ folder: ${JSON.stringify(folder)}, need, engine: "private", say() {} }).then((machine) => {
      ${then}
      console.log(machine.postgres.socketFolder);
      setInterval(() => {}, 1000);
    });`;
  const owner = spawn(process.execPath, ["--require", "./toolchain/loadTypescript.cjs", "-e", script], {
    cwd: join(__dirname, "..", ".."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => owner.once("exit", resolve));
  const socketFolder = await new Promise<string>((resolve, reject) => {
    owner.stdout.once("data", (data: Buffer) => resolve(data.toString().trim()));
    owner.once("exit", () => reject(new Error("the other program ended")));
  });
  owner.kill("SIGKILL");
  await ended;
  return dirname(socketFolder);
}
