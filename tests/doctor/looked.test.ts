import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { examine, type Check } from "../../doctor/check";
import { clock } from "../../doctor/clock";
import { databaseAndBackups } from "../../doctor/database";
import { github } from "../../doctor/github";
import { recordFolder } from "../../doctor/recordFolder";
import { registries } from "../../doctor/registries";
import type { World } from "../../doctor/world";
import { startLocalRegistry, type LocalRegistry } from "../catalog/localRegistry";
import { FalseServer } from "../faults/falseServer";
import { startGitHub, type TestGitHub } from "../github/github";
import { Server } from "../migrations/server";
import { least, settingsOf } from "../settings/stack";
import { releaseOf, worldWith } from "./world";

const server = new Server();

async function look(check: Check, world: World): Promise<string[]> {
  const findings = await examine([check], world);
  return findings.map(({ check: name, outcome, found }) => `${name}: ${outcome}: ${found}`);
}

describe("doctor, asking a real registry", () => {
  let registry: LocalRegistry;
  before(async () => {
    registry = await startLocalRegistry();
  });
  after(() => registry.stop());

  it("finds the images of the target, and those that it lacks", async () => {
    const digest = await registry.push("acme/api", "v1", "one");
    const repository = `${registry.address}/acme/api`;
    const there = worldWith({ target: releaseOf({ api: { repository, digest } }) });
    expect(await look(registries, there)).to.deep.equal([
      `Registry ${registry.address}: ok: gives the image of v1`,
    ]);
    const gone = { repository, digest: `sha256:${"0".repeat(64)}` };
    const without = worldWith({ target: releaseOf({ api: { repository, digest }, web: gone }) });
    expect(await look(registries, without)).to.deep.equal([
      `Registry ${registry.address}: missing: it no longer has the image of web in v1`,
    ]);
  });

  it("reads the time from it, without an engine", async () => {
    const repository = `${registry.address}/acme/api`;
    const target = releaseOf({ api: { repository, digest: `sha256:${"0".repeat(64)}` } });
    const settings = settingsOf({ ...least, docker: { host: "unix:///nowhere/docker.sock" } });
    expect(await look(clock, worldWith({ target, settings }))).to.deep.equal([
      `Clock: ok: as ${registry.address} say`,
    ]);
  });

  it("is told to log in where it wants a password", async () => {
    const locked = await startLocalRegistry(
      // bcrypt of "secret"
      "anna:$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n",
    );
    try {
      const image = { repository: `${locked.address}/acme/api`, digest: `sha256:${"0".repeat(64)}` };
      const empty = mkdtempSync(join(tmpdir(), "knowngood-doctor-"));
      const environment = { DOCKER_CONFIG: empty };
      const [finding] = await examine(
        [registries],
        worldWith({ target: releaseOf({ api: image }), environment }),
      );
      rmSync(empty, { recursive: true });
      expect(finding?.outcome).to.equal("missing");
      expect(finding?.found).to.contain("wants a user and a password");
      expect(finding?.get).to.equal(`docker login ${locked.address}`);
    } finally {
      await locked.stop();
    }
  });
});

describe("doctor, asking a real database", () => {
  before(() => server.start());
  const settings = (more: object = {}) => settingsOf({ ...least, database: more }, { databaseUrl: "x" });

  it("tells its version and finds the programs for backups", async () => {
    const url = await server.newDatabase();
    const [database, programs] = await look(
      databaseAndBackups,
      worldWith({ settings: settings(), secrets: { databaseUrl: url } }),
    );
    expect(database).to.match(/^Database: ok: PostgreSQL \d+ at .*\/test_\w+$/);
    expect(programs).to.match(/^pg_dump: ok: of PostgreSQL \d+, the server's own \(\/\S+pg_dump\)$/);
  });

  it("shows no password of an address that leads nowhere", async () => {
    const secrets = { databaseUrl: "postgres://anna:s3cret-word@127.0.0.1:1/shop" };
    const findings = await look(databaseAndBackups, worldWith({ settings: settings(), secrets }));
    expect(findings[0]).to.match(/^Database: wrong: The database can't be reached at 127\.0\.0\.1:1: /);
    expect(findings[1]).to.equal("pg_dump: not asked: which version is needed, only the database tells");
    expect(findings.join()).not.to.contain("s3cret");
  });

  it("tells a database that is yet to be made from one that was lost, by the stack's state", async () => {
    const url = server.postgres.url("shop_lost");
    const world = (state: string | Error): World => ({
      ...worldWith({ settings: settings(), secrets: { databaseUrl: url } }),
      pulumi: async (words) => {
        expect(words.join(" ")).to.equal("stack export --stack prod");
        if (typeof state === "string") return Promise.resolve(state);
        throw state;
      },
    });
    const found = async (state: string | Error) => (await look(databaseAndBackups, world(state)))[0];
    const schema = {
      ...{ urn: "urn:schema", type: "command:local:Command" },
      inputs: { environment: { KNOWNGOOD_SCHEMA_HEAD: "1" } },
      outputs: { stdout: JSON.stringify({ applied: ["1"] }) },
    };
    const state = (...resources: object[]) => JSON.stringify({ version: 3, deployment: { resources } });
    expect(await found(state())).to.match(
      /^Database: ok: the server of .*_lost answers; the first `up` makes the database$/,
    );
    expect(await found(state(schema))).to.match(
      /^Database: missing: the server of .*_lost answers, and has no such database, which an `up` has migrated$/,
    );
    expect(await found(new Error("no backend"))).to.match(
      /^Database: warning: the server of .*_lost answers, and has no such database; whether an `up` has made it before is not known: no backend$/,
    );
  });

  it("asks for no programs where others make the backups", async () => {
    const world = worldWith({
      settings: settings({ backup: { command: ["./snapshot.sh"] } }),
      secrets: { databaseUrl: await server.newDatabase() },
    });
    expect((await look(databaseAndBackups, world))[1]).to.equal(
      "pg_dump: not asked: backups are made by database.backup.command",
    );
  });

  it("asks nothing where the secrets can't be decrypted", async () => {
    expect(await look(databaseAndBackups, worldWith({ settings: settings() }))).to.deep.equal([
      "Database: not asked: the secrets are not known",
    ]);
  });
});

describe("doctor, asking GitHub", () => {
  let hub: TestGitHub;
  before(async () => {
    hub = await startGitHub();
  });
  after(() => hub.close());

  it("tells what a token reads, of each setting that uses it", async () => {
    const place = { repository: "acme/shop", api: hub.url, token: "githubToken" };
    const settings = settingsOf(
      { ...least, guards: { ci: place }, record: { postmortem: place } },
      { githubToken: hub.token },
    );
    expect(await look(github, worldWith({ settings, secrets: { githubToken: hub.token } }))).to.deep.equal([
      "GitHub for guards.ci: ok: the token reads checks of acme/shop",
      "GitHub for record.postmortem: ok: the token reads issues of acme/shop; whether it may open one, only trying tells",
    ]);
    expect(await look(github, worldWith({ settings }))).to.deep.equal([
      "GitHub for guards.ci: not asked: the secrets are not known",
      "GitHub for record.postmortem: not asked: the secrets are not known",
    ]);
  });

  it("asks for pull requests as whom the environment names", async () => {
    const settings = settingsOf({ ...least, review: { repository: "acme/shop", api: hub.url } });
    const nobody = { GITHUB_TOKEN: "", GH_TOKEN: "", GITHUB_APP_ID: "" };
    const as = (environment: NodeJS.ProcessEnv) =>
      examine([github], worldWith({ settings, environment: { ...nobody, ...environment } }));
    const [found] = await as({ GH_TOKEN: hub.token });
    expect(`${found?.outcome}: ${found?.found}`).to.equal(
      "ok: the token reads pull requests of acme/shop; whether it may open one, only trying tells",
    );
    const [missing] = await as({});
    expect(missing).to.deep.include({ check: "GitHub for review", outcome: "missing", found: "no token" });
    expect(missing?.get).to.match(/^set GITHUB_TOKEN/);
    const [broken] = await as({ GITHUB_APP_ID: "1", GITHUB_APP_PEM_FILE: "no key" });
    expect(broken?.outcome).to.equal("wrong");
    expect(JSON.stringify(broken)).not.to.contain("no key");
  });

  it("tells that a repository is not there for whoever asks", async () => {
    const settings = settingsOf({
      ...least,
      guards: { ci: { repository: "acme/missing", api: hub.url } },
    });
    const [finding] = await examine([github], worldWith({ settings }));
    expect(finding?.outcome).to.equal("missing");
    expect(finding?.get).to.contain("pulumi config set --path guards.ci.token NAME");
  });

  it("asks nobody where no setting uses it", async () => {
    expect(await look(github, worldWith({ settings: settingsOf(least) }))).to.deep.equal([
      "GitHub: not asked: no setting of the stack uses it",
    ]);
  });
});

describe("doctor, where nobody answers", () => {
  it("says so of each once the time is over, and waits for none", async () => {
    const silent = await FalseServer.start();
    try {
      const address = `localhost:${silent.port}`;
      const settings = settingsOf({ ...least, database: {} }, { databaseUrl: "x" });
      const world = worldWith({
        settings,
        secrets: { databaseUrl: `postgres://anna@127.0.0.1:${silent.port}/shop` },
        target: releaseOf({ api: { repository: `${address}/api`, digest: `sha256:${"0".repeat(64)}` } }),
        within: 1,
      });
      const findings = await examine([registries, databaseAndBackups], world);
      expect(findings.map(({ outcome, found }) => [outcome, found])).to.deep.equal([
        ["wrong", "no answer in 1 s"],
        ["wrong", "no answer in 1 s"],
      ]);
      expect(world.limit.signal.aborted).to.equal(true);
    } finally {
      await silent.stop();
    }
  });
});

describe("doctor, looking at a folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-doctor-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("takes one that is still to be made for writable, and makes none", async () => {
    const settings = settingsOf({ ...least, record: { folder: "kept/deep" } });
    expect(await look(recordFolder, worldWith({ folder, settings }))).to.deep.equal([
      "Folder of records: ok: kept/deep can be written",
    ]);
    mkdirSync(join(folder, "kept"));
    writeFileSync(join(folder, "kept", "deep"), "");
    expect(await look(recordFolder, worldWith({ folder, settings }))).to.deep.equal([
      `Folder of records: wrong: ${join(folder, "kept", "deep")} is no folder`,
    ]);
  });
});

describe("doctor, asking for the time", () => {
  it("names whose clock is an hour away", async () => {
    const late = createServer((_, response) => {
      response.sendDate = false;
      response.setHeader("Date", new Date(Date.now() - 3_600_000).toUTCString()).end();
    });
    await new Promise<void>((resolve) => late.listen(0, "127.0.0.1", resolve));
    try {
      const address = `localhost:${(late.address() as AddressInfo).port}`;
      const image = { repository: `${address}/api`, digest: `sha256:${"0".repeat(64)}` };
      const settings = settingsOf({ ...least, docker: { host: "unix:///nowhere/docker.sock" } });
      const [finding] = await examine([clock], worldWith({ target: releaseOf({ api: image }), settings }));
      expect(finding?.outcome).to.equal("warning");
      expect(finding?.found).to.match(new RegExp(`^3[56]\\d\\d s ahead of ${address}$`));
    } finally {
      await new Promise((resolve) => late.close(resolve));
    }
  });
});
