import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startMachine, type Machine } from "../toolchain/machine/machine";
import { makeProject } from "./project";
import { portOrAnother, portsIn, type ShopPorts } from "./ports";
import { sweep } from "./sweep";

export const stacks = ["prod", "test"] as const;
export type StackName = (typeof stacks)[number];

/** What a kept demo leaves in its folder for `--stop`. */
interface KeptDemo {
  /** What the names of all its containers and networks begin with. */
  prefix: string;
  dockerHost: string | undefined;
  privateEngine: boolean;
  registry: string;
}

const packageFolder = join(__dirname, "..");
const keptFile = "demo.json";
const exportsFile = "environment";
const machineFolder = (folder: string) => join(folder, "machine");

/** All that the demo plays on: a project folder, an engine, a registry and a database. It is thrown away afterwards. */
export class Stage {
  readonly folder: string;
  readonly log: string;
  /** What the names of all containers and networks of this run begin with. */
  readonly prefix = `shop-${randomBytes(3).toString("hex")}`;
  private readonly passphrase = randomBytes(12).toString("hex");
  private started: Machine | undefined;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "knowngood-demo-"));
    this.log = join(this.folder, "demo.log");
    writeFileSync(this.log, "");
    makeProject(this.folder);
    for (const stack of stacks) copyFileSync(stackFile(stack), join(this.folder, `Pulumi.${stack}.yaml`));
  }

  get machine(): Machine {
    if (this.started === undefined) throw new Error("The demo's machine was not started.");
    return this.started;
  }

  /** Starts what the machine lacks. @throws when a part can't be had, naming the ways out */
  async start(say: (line: string) => void): Promise<void> {
    this.started = await startMachine({
      folder: machineFolder(this.folder),
      need: ["docker", "registry", "postgres"],
      say,
    });
    writeFileSync(
      join(this.folder, exportsFile),
      Object.entries(this.exports())
        .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
        .join(""),
      { mode: 0o600 },
    );
  }

  /** The environment in which the demo's commands run. */
  environment(): NodeJS.ProcessEnv {
    // Pulumi would take the passphrase from the user's file before the one that is given here.
    return { ...process.env, PULUMI_CONFIG_PASSPHRASE_FILE: undefined, ...this.exports() };
  }

  /** The stack files' ports; others where a program of this machine has taken one. */
  async ports(stack: StackName): Promise<{ wanted: ShopPorts; given: ShopPorts }> {
    const wanted = portsIn(stackFile(stack));
    return {
      wanted,
      given: { api: await portOrAnother(wanted.api), web: await portOrAnother(wanted.web) },
    };
  }

  /** Lets everything outlive this program, until `stopKept`. */
  keep(): void {
    const kept: KeptDemo = {
      prefix: this.prefix,
      dockerHost: this.machine.docker.host,
      privateEngine: this.machine.docker.private,
      registry: this.machine.registry.address,
    };
    writeFileSync(join(this.folder, keptFile), JSON.stringify(kept));
    this.machine.keep();
  }

  /**
   * Removes all that was made.
   * @param keepLog leaves the folder with the log alone, for finding out what went wrong
   */
  async close(keepLog: boolean): Promise<void> {
    if (this.started !== undefined) {
      const { docker, registry } = this.started;
      // A private engine takes its containers with it.
      if (!docker.private) await sweep(this.prefix, registry.address, docker.host);
      await this.started.stop();
    }
    if (!keepLog) return rmSync(this.folder, { recursive: true, force: true });
    for (const name of readdirSync(this.folder)) {
      if (join(this.folder, name) !== this.log)
        rmSync(join(this.folder, name), { recursive: true, force: true });
    }
  }

  private exports(): Record<string, string> {
    const inherited = Object.entries(process.env).filter(
      ([name, value]) =>
        value !== undefined && (name === "PULUMI_HOME" || /^PULUMI_(SKIP|IGNORE)_/.test(name)),
    ) as [string, string][];
    return {
      PATH: process.env.PATH ?? "",
      ...Object.fromEntries(inherited),
      PULUMI_BACKEND_URL: `file://${this.folder}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: this.passphrase,
      // The stack is named here and not selected, because Pulumi notes a selection outside the project's folder.
      PULUMI_STACK: "prod",
      ...(this.machine.docker.host !== undefined && { DOCKER_HOST: this.machine.docker.host }),
    };
  }
}

/**
 * Ends a demo that was kept and removes its folder.
 * @throws Error when the folder is none of a kept demo
 */
export async function stopKept(folder: string): Promise<void> {
  const { prefix, dockerHost, privateEngine, registry } = keptIn(resolve(folder));
  if (!privateEngine) await sweep(prefix, registry, dockerHost);
  // A start in the folder of a kept machine takes its place.
  const machine = await startMachine({ folder: machineFolder(resolve(folder)), need: [], say: () => {} });
  await machine.stop();
  rmSync(folder, { recursive: true, force: true });
}

function keptIn(folder: string): KeptDemo {
  try {
    return JSON.parse(readFileSync(join(folder, keptFile), "utf8")) as KeptDemo;
  } catch (error) {
    throw new Error(`${folder} is not the folder of a kept demo: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function stackFile(stack: StackName): string {
  return join(packageFolder, `Pulumi.${stack}.yaml`);
}
