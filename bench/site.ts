import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram, type ProgramResult } from "../demo/program";
import { sweep } from "../demo/sweep";
import { startMachine, type Machine } from "../toolchain/machine/machine";
import { runCommand } from "../toolchain/machine/commands";
import { composeEnvironment, type ComposeEnvironment } from "../toolchain/compose/plugin";

/** All that the bench runs on: a folder, an engine, a registry and a database. It is thrown away afterwards. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), "knowngood-bench-"));
  readonly log = join(this.folder, "bench.log");
  /** What the names of all containers and networks of this run begin with. */
  readonly prefix = `bench-${randomBytes(3).toString("hex")}`;
  readonly database = "shop_bench";
  private readonly passphrase = randomBytes(12).toString("hex");
  private started: Machine | undefined;

  constructor(private readonly signal: AbortSignal) {
    writeFileSync(this.log, "", { mode: 0o600 });
  }

  get machine(): Machine {
    if (this.started === undefined) throw new Error("The bench's machine was not started.");
    return this.started;
  }

  /** Starts what the machine lacks. @throws when a part can't be had, naming the ways out */
  async start(say: (line: string) => void): Promise<void> {
    this.started = await startMachine({
      folder: join(this.folder, "machine"),
      need: ["docker", "registry", "postgres"],
      say,
    });
    this.composePlugin = await composeEnvironment(this.folder, this.started.docker.host, say);
  }

  /** The environment in which both sides' commands run. */
  environment(): NodeJS.ProcessEnv {
    const host = this.machine.docker.host;
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("COMPOSE_"));
    return {
      ...Object.fromEntries(inherited),
      // Pulumi would take the passphrase from the user's file before the one that is given here.
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      PULUMI_CONFIG_PASSPHRASE: this.passphrase,
      PULUMI_BACKEND_URL: `file://${this.folder}?metadata=skip`,
      // The stack is named here and not selected, because Pulumi notes a selection outside the project's folder.
      PULUMI_STACK: "bench",
      ...(host !== undefined && { DOCKER_HOST: host }),
      ...this.composePlugin,
    };
  }

  /** Runs a command of one side to its end. @throws Error when it fails, with the end of its output */
  async run(folder: string, command: readonly [string, ...string[]], input?: string): Promise<ProgramResult> {
    const result = await runProgram(command, {
      folder,
      environment: this.environment(),
      log: this.log,
      signal: this.signal,
      input,
    });
    if (result.code !== 0) {
      const last = result.output.trimEnd().split("\n").slice(-30).join("\n");
      throw new Error(`"${command.join(" ")}" failed (exit code ${result.code}):\n${last}`);
    }
    return result;
  }

  /** Runs the docker CLI on the bench's engine, outside of what is measured. */
  docker(...words: string[]): Promise<string> {
    return runCommand(["docker", ...words], { environment: this.environment() });
  }

  /** Removes all that was made. @param keepLog leaves the log in the folder, for finding out what went wrong */
  async close(keepLog: boolean): Promise<void> {
    if (this.started !== undefined) {
      const { docker, registry } = this.started;
      // A private engine takes its containers with it.
      if (!docker.private) await sweep(this.prefix, registry.address, docker.host);
      await this.started.stop();
    }
    const log = keepLog ? readFileSync(this.log) : undefined;
    rmSync(this.folder, { recursive: true, force: true });
    if (log === undefined) return;
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.log, log, { mode: 0o600 });
  }

  /** Where the docker CLI finds compose; empty where it has its own. */
  private composePlugin: ComposeEnvironment = {};
}
