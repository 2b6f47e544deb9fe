import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { CommandReport } from "../gates/commandReport";
import type { CommandRequest } from "../gates/commandRequest";
import { moveEnvironment, type Move } from "../gates/move";
import { ownCommand } from "./ownCommand";

export interface CommandGateArgs extends Omit<CommandRequest, "role" | "redact" | "changedWith"> {
  /** Environment whose values are secret; they never show in what is printed. @default none */
  secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the command is told that it is run for. */
  move: pulumi.Input<Move>;
  /** What makes the command run again when it changes, such as the ids of containers. */
  rerunOn: pulumi.Input<pulumi.Input<string>[]>;
  /** The same, for what may be secret. @default nothing */
  changedWith?: pulumi.Input<string>;
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
  const { secrets = {}, move, rerunOn, changedWith, runAfter, ...request } = args;
  const stdin = pulumi.all([pulumi.all(secrets), changedWith]).apply(([hidden, other]) => {
    const whole: CommandRequest = {
      ...request,
      role,
      env: { ...request.env, ...hidden },
      redact: Object.values(hidden),
      ...(other !== undefined && { changedWith: other }),
    };
    return JSON.stringify(whole);
  });
  return new command.local.Command(
    name,
    {
      create: ownCommand("gates/run.ts", "command"),
      environment: pulumi.output(move).apply(moveEnvironment),
      stdin,
      triggers: rerunOn,
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
