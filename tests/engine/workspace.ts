import { randomBytes, createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { dump, load } from "js-yaml";
import { releaseText } from "../../catalog/releaseFile";
import type { Build } from "../../catalog/build";
import type { Release } from "../../catalog/release";
import { makeProject } from "../../demo/project";
import { parseStackState, type StackState } from "../../history/stackState";
import { run, start, type Ended, type Started } from "./command";
import { sharedMachine, type SharedMachine } from "./sharedMachine";

/** A migration of a test's release; both ways are there, as dbmate wants it. */
export interface TestMigration {
  version: string;
  name: string;
  up: string;
  down?: string;
}

export interface TestRelease {
  services: Record<string, Build>;
  migrations?: readonly TestMigration[];
  flags?: string[];
  commit?: string;
  ci?: Release["ci"];
}

/** A container as `docker inspect` tells of it. */
export interface InspectedContainer {
  Id: string;
  Name: string;
  Created: string;
  Config: {
    Image: string;
    Labels: Record<string, string>;
    Env: string[];
    StopSignal?: string;
    StopTimeout?: number;
  };
  State: { Running: boolean; Status: string; StartedAt: string };
  HostConfig: Record<string, unknown>;
  Mounts: { Type: string; Name?: string; Destination: string; RW: boolean }[];
  NetworkSettings: { Networks: Record<string, { Aliases: string[] | null }> };
  RestartCount: number;
}

/**
 * A project of its own for one test: folder, state, catalog, container names and database that no other test uses.
 * `dispose` removes all of it, by name, whatever happened.
 */
export class Workspace {
  readonly machine: SharedMachine = sharedMachine();
  /** What this test's containers, networks, volumes and databases begin with. */
  readonly prefix = `kgt-${randomBytes(4).toString("hex")}`;
  readonly folder = mkdtempSync(join(tmpdir(), "knowngood-test-"));
  readonly env: NodeJS.ProcessEnv;
  private order = 0;

  constructor() {
    makeProject(this.folder);
    mkdirSync(join(this.folder, "releases", "migrations"), { recursive: true });
    this.env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${this.folder}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: "a test's passphrase",
      ...(this.machine.dockerHost !== undefined && { DOCKER_HOST: this.machine.dockerHost }),
    };
  }

  /** The address of this test's own database; nobody has made it yet. */
  get databaseUrl(): string {
    return this.machine.urlTemplate.replace("DATABASE", this.databaseName);
  }

  get databaseName(): string {
    return this.prefix.replaceAll("-", "_");
  }

  /** Makes a stack with these settings, which are those of its stack file without the namespace. */
  async stack(name: string, settings: Record<string, unknown>): Promise<void> {
    const init = await this.pulumi("stack", "init", name);
    if (init.exitCode !== 0) throw new Error(init.text);
    this.settings(name, {
      docker: { prefix: `${this.prefix}-${name}` },
      // How full the machine is that tests must not decide what a test finds.
      guards: { disk: { limit: 100 } },
      ...settings,
    });
  }

  /** Adds settings to the stack file, keeping what it has (the encryption's salt among it). */
  settings(stack: string, settings: Record<string, unknown>): void {
    const file = join(this.folder, `Pulumi.${stack}.yaml`);
    const before = (load(readFileSync(file, "utf8")) ?? {}) as { config?: Record<string, unknown> };
    const keyed = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`knowngood:${key}`, value]),
    );
    writeFileSync(file, dump({ ...before, config: { ...before.config, ...keyed } }));
  }

  /** Writes a release into the catalog, newer than those before. */
  release(tag: string, { services, migrations = [], flags = [], commit, ci }: TestRelease): void {
    this.order += 1;
    const release: Release = {
      tag,
      time: new Date(Date.UTC(2026, 0, this.order)).toISOString(),
      order: this.order,
      services,
      migrations: migrations.map(({ version, name, up, down }) => {
        const sql = `-- migrate:up\n${up}\n\n-- migrate:down\n${down ?? ""}\n`;
        const sha256 = createHash("sha256").update(sql).digest("hex");
        writeFileSync(join(this.folder, "releases", "migrations", `${sha256}.sql`), sql);
        return { version, name, sha256 };
      }),
      flags,
      ...(ci !== undefined && { ci }),
      ...(commit !== undefined && { commit }),
    };
    writeFileSync(join(this.folder, "releases", `${tag}.yaml`), releaseText(release));
  }

  pulumi(...args: string[]): Promise<Ended> {
    return run("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.folder,
      env: this.env,
    });
  }

  startPulumi(...args: string[]): Started {
    return start("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.folder,
      env: this.env,
    });
  }

  /** `pulumi config set imageTag TAG`, as an operator types it. */
  async target(stack: string, tag: string): Promise<void> {
    const set = await this.pulumi("config", "set", "imageTag", tag, "--stack", stack);
    if (set.exitCode !== 0) throw new Error(set.text);
  }

  /** Sets a secret by standard input: a command line is open to everybody on the machine. */
  async secret(stack: string, name: string, value: string): Promise<void> {
    const set = await run(
      "pulumi",
      ["config", "set", "--secret", name, "--stack", stack, "--non-interactive"],
      {
        cwd: this.folder,
        env: this.env,
        input: value,
      },
    );
    if (set.exitCode !== 0) throw new Error(set.text);
  }

  up(stack: string, ...args: string[]): Promise<Ended> {
    return this.pulumi("up", "--yes", "--skip-preview", "--stack", stack, ...args);
  }

  preview(stack: string, ...args: string[]): Promise<Ended> {
    return this.pulumi("preview", "--stack", stack, ...args);
  }

  async state(stack: string): Promise<StackState> {
    const { exitCode, stdout, text } = await this.pulumi("stack", "export", "--stack", stack);
    if (exitCode !== 0) throw new Error(text);
    return parseStackState(stdout);
  }

  async outputs(stack: string): Promise<Record<string, unknown>> {
    const { stdout } = await this.pulumi("stack", "output", "--json", "--stack", stack);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  docker(...args: string[]): Promise<Ended> {
    return run("docker", args, { env: this.env });
  }

  /** Containers of this test by name without the prefix, such as `prod-api`. */
  async containers(): Promise<Record<string, InspectedContainer>> {
    const ids = (await this.docker("ps", "-aq", "--filter", `name=^${this.prefix}-`)).stdout
      .split("\n")
      .filter(Boolean);
    if (ids.length === 0) return {};
    const inspected = JSON.parse((await this.docker("inspect", ...ids)).stdout) as InspectedContainer[];
    return Object.fromEntries(
      inspected.map((container) => [container.Name.slice(this.prefix.length + 2), container]),
    );
  }

  /** Runs a statement in this test's database. */
  async query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  async dispose(): Promise<void> {
    const names = (listing: Ended) => listing.stdout.split("\n").filter(Boolean);
    const filter = ["--filter", `name=${this.prefix}-`];
    const containers = names(await this.docker("ps", "-aq", ...filter));
    if (containers.length > 0) await this.docker("rm", "-f", "-v", ...containers);
    const networks = names(await this.docker("network", "ls", "-q", ...filter));
    if (networks.length > 0) await this.docker("network", "rm", ...networks);
    const volumes = names(await this.docker("volume", "ls", "-q", ...filter));
    if (volumes.length > 0) await this.docker("volume", "rm", "-f", ...volumes);
    await this.dropDatabase();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Makes this test's own database, where no `up` does. */
  createDatabase(): Promise<void> {
    const [, owner = ""] = new RegExp("//([^:]+):").exec(this.databaseUrl) ?? [];
    return this.administer(`CREATE DATABASE "${this.databaseName}" OWNER "${owner}"`);
  }

  /** Drops this test's own database, whoever is still connected to it. */
  dropDatabase(): Promise<void> {
    return this.administer(`DROP DATABASE IF EXISTS "${this.databaseName}" WITH (FORCE)`);
  }

  private async administer(statement: string): Promise<void> {
    const admin = new Client({ connectionString: this.machine.adminUrl });
    await admin.connect();
    try {
      await admin.query(statement);
    } finally {
      await admin.end();
    }
  }
}
