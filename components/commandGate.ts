import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { CommandReport } from "../gates/commandReport";
import type { CommandRequest } from "../gates/commandRequest";
import { ownCommand } from "./ownCommand";
import { tellingEnvironment, type Telling } from "./told";
import { whatRuns } from "./whatRuns";

export interface CommandGateArgs extends Omit<CommandRequest, "role" | "redact">, Telling {
  /** Environment whose values are secret; they never show in what is printed. @default none */
  secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** What makes the command run again when it changes, such as the ids of containers. */
  rerunOn: pulumi.Input<pulumi.Input<string>[]>;
  /** The same, for what is secret. @default nothing */
  changedWith?: pulumi.Input<object>;
  /** What must exist before the command runs. @default nothing */
  runAfter?: pulumi.Resource[] | Promise<pulumi.Resource[]>;
}

/** Has a command judge a release; the `up` fails when the command says no, breaks, or does not end in its time. */
export class CommandGate extends pulumi.ComponentResource {
  /** How the gate passed. A gate that failed leaves no output: it has written a record of its own. */
  readonly report: pulumi.Output<CommandReport>;

  constructor(name: string, args: CommandGateArgs, options?: pulumi.ComponentResourceOptions) {
    super("knowngood:index:CommandGate", name, {}, options);
    const check = commandRun(`${name}-check`, this, "gate", args);
    this.report = commandReport(check);
    this.registerOutputs({ report: this.report });
  }
}

/** The resource that runs a user's command: told by its environment what for, and by standard input what to run. */
export function commandRun(
  name: string,
  parent: pulumi.Resource,
  role: CommandRequest["role"],
  args: CommandGateArgs,
): command.local.Command {
  const { secrets = {}, told, before, rerunOn, changedWith, runAfter, ...request } = args;
  const stdin = pulumi.all(secrets).apply((hidden) => {
    const whole: CommandRequest = {
      ...request,
      role,
      env: { ...request.env, ...hidden },
      redact: Object.values(hidden),
    };
    return JSON.stringify(whole);
  });
  const hides = Object.keys(secrets).length > 0 || changedWith !== undefined;
  const own = whatRuns(name, parent, { role, ...request }, hides ? { secrets, changedWith } : undefined);
  const triggers = pulumi.all([rerunOn, own]).apply(([known, mine]) => [...known, mine]);
  return new command.local.Command(
    name,
    {
      create: ownCommand("gates/run.ts", "command"),
      environment: tellingEnvironment({ told, ...(before && { before }) }, triggers),
      stdin,
      triggers,
      // Lines of progress, each bounded; the report is one long line, which the official plugin can't stream.
      logging: command.local.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    { parent, dependsOn: runAfter },
  );
}

export function commandReport(run: command.local.Command): pulumi.Output<CommandReport> {
  return pulumi.unsecret(run.stdout).apply((text) => JSON.parse(text) as CommandReport);
}
