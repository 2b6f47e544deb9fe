import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { FlagReport, FlagRequest } from "../gates/flagRequest";
import { moveEnvironment, type Move } from "../gates/move";
import { flagVariable } from "../history/recordedFlags";
import { ownCommand } from "./ownCommand";

export interface FlagOffArgs extends Omit<FlagRequest, "redact"> {
  /** Headers or environment whose values are secret; they never show in what is printed. @default none */
  secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** What it is turned off for. */
  move: Move;
  /** Counts how often it is turned off; another number does it once more. */
  run: number;
  /** Whether it is turned off now; otherwise what was done before stays as it is, whatever the settings say. */
  due: boolean;
  /** What must exist before it is turned off: every image. */
  runAfter: Promise<pulumi.Resource[]>;
}

/** A feature flag that is turned off, once: the state remembers it for as long as this is declared. */
export class FlagOff extends pulumi.ComponentResource {
  readonly flag: string;
  /** The resource that turns it off, for what must wait for it. */
  readonly turningOff: command.local.Command;
  readonly report: pulumi.Output<FlagReport>;

  constructor(name: string, args: FlagOffArgs, options?: pulumi.ComponentResourceOptions) {
    super("knowngood:index:FlagOff", name, {}, options);
    const { secrets = {}, move, run, due, runAfter, off, ...rest } = args;
    const stdin = pulumi.all(secrets).apply((hidden) => {
      const request: FlagRequest = { ...rest, off: withSecrets(off, hidden), redact: Object.values(hidden) };
      return JSON.stringify(request);
    });
    this.flag = args.flag;
    this.turningOff = new command.local.Command(
      `${name}-run`,
      {
        create: ownCommand("gates/run.ts", "flag"),
        environment: { ...moveEnvironment(move), [flagVariable]: args.flag },
        stdin,
        triggers: [run],
        logging: command.local.Logging.Stderr,
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        dependsOn: runAfter,
        ignoreChanges: due ? [] : ["create", "environment", "stdin", "triggers"],
      },
    );
    this.report = pulumi.unsecret(this.turningOff.stdout).apply((text) => JSON.parse(text) as FlagReport);
    this.registerOutputs({ report: this.report });
  }
}

function withSecrets(off: FlagRequest["off"], hidden: Readonly<Record<string, string>>): FlagRequest["off"] {
  switch (off.kind) {
    case "http":
      return { ...off, headers: { ...off.headers, ...hidden } };
    case "command":
      return { ...off, env: { ...off.env, ...hidden } };
    default:
      return off satisfies never;
  }
}
