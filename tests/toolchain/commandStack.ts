import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setUp } from "../../toolchain/setup.mjs";

/**
 * One Command of a test's program. `{ secret: text }` anywhere in `args` becomes a Pulumi secret; `{ file: path }`, `{ folder:
 * path }` and `{ text: text }` as `source` become an asset or an archive.
 */
export interface DeclaredCommand {
  remote?: boolean;
  /** Of the remote ones. @default Command */
  kind?: "Command" | "CopyToRemote";
  args: Record<string, unknown>;
  additionalSecretOutputs?: string[];
}

export interface Finished {
  code: number | null;
  output: string;
}

export interface StateOfCommand {
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

// The program declares what commands.json says, so that one project serves all tests.
const program = `
const command = require("@pulumi/command");
const pulumi = require("@pulumi/pulumi");
const declared = require("./commands.json");
const withSecrets = (value) =>
  Array.isArray(value) ? value.map(withSecrets)
  : value === null || typeof value !== "object" ? value
  : typeof value.secret === "string" ? pulumi.secret(value.secret)
  : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withSecrets(inner)]));
const sourceOf = ({ file, folder, text }) =>
  file !== undefined ? new pulumi.asset.FileAsset(file)
  : folder !== undefined ? new pulumi.asset.FileArchive(folder)
  : new pulumi.asset.StringAsset(text);
for (const [name, { remote, kind = "Command", args, additionalSecretOutputs }] of Object.entries(declared)) {
  const { source, ...others } = args;
  const own = remote ? command.remote[kind] : command.local.Command;
  const given = { ...withSecrets(others), ...(source === undefined ? {} : { source: sourceOf(source) }) };
  new own(name, given, { additionalSecretOutputs });
}
`;

/** A real stack in a folder of its own, with Pulumi's file backend. */
export class CommandStack {
  private constructor(
    readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async create(): Promise<CommandStack> {
    const { env } = await setUp({ say: () => undefined });
    const folder = mkdtempSync(join(tmpdir(), "knowngood-command-"));
    mkdirSync(join(folder, "backend"));
    symlinkSync(resolve(__dirname, "../../node_modules"), join(folder, "node_modules"));
    const runtime = "runtime: { name: nodejs, options: { typescript: false } }";
    writeFileSync(join(folder, "Pulumi.yaml"), `name: commands\n${runtime}\nmain: index.js\n`);
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(join(folder, "index.js"), program);
    const stack = new CommandStack(folder, {
      ...process.env,
      ...env,
      PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "only for this test",
      OF_THE_PLUGIN: "inherited",
      OVERRIDDEN: "by the plugin",
    });
    await stack.pulumi("stack", "init", "test");
    return stack;
  }

  /** Runs `pulumi up` on exactly these commands. */
  async up(commands: Record<string, DeclaredCommand>): Promise<Finished> {
    this.declare(commands);
    return await this.pulumi("up", "--yes", "--skip-preview");
  }

  declare(commands: Record<string, DeclaredCommand>): void {
    writeFileSync(join(this.folder, "commands.json"), JSON.stringify(commands));
  }

  start(...args: string[]): { finished: Promise<Finished>; signal: (name: NodeJS.Signals) => void } {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.folder,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const finished = new Promise<Finished>((done, fail) => {
      child.once("error", fail);
      child.once("close", (code) => done({ code, output }));
    });
    return { finished, signal: (name) => child.kill(name) };
  }

  async pulumi(...args: string[]): Promise<Finished> {
    return await this.start(...args).finished;
  }

  /** The stack's state as text, with secrets as Pulumi keeps them. */
  async stateText(): Promise<string> {
    return (await this.pulumi("stack", "export")).output;
  }

  async state(): Promise<Record<string, StateOfCommand>> {
    const { deployment } = JSON.parse(await this.stateText()) as {
      deployment: { resources?: (StateOfCommand & { urn: string; type: string })[] };
    };
    return Object.fromEntries<StateOfCommand>(
      (deployment.resources ?? [])
        .filter(({ type }) => type.startsWith("command:"))
        .map((resource) => [resource.urn.split("::").at(-1) ?? "", resource]),
    );
  }

  async remove(): Promise<void> {
    await this.pulumi("destroy", "--yes", "--skip-preview");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
