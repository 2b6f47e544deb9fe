import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { CommandReport } from "../gates/commandReport";
import { commandReport, commandRun, type CommandGateArgs } from "./commandGate";

export interface HookArgs extends Omit<CommandGateArgs, "errorCodes"> {
  /** When it runs: before the services change, and they don't where it fails, or after. */
  when: "before" | "after";
}

/** A command of the user's around the change of services; the `up` fails when it does. */
export class Hook extends pulumi.ComponentResource {
  /** The resource that runs it, for what must wait for it. */
  readonly run: command.local.Command;
  readonly report: pulumi.Output<CommandReport>;

  constructor(name: string, { when, ...args }: HookArgs, options?: pulumi.ComponentResourceOptions) {
    super("knowngood:index:Hook", name, {}, options);
    this.run = commandRun(`${name}-run`, this, when, { ...args, errorCodes: [] });
    this.report = commandReport(this.run);
    this.registerOutputs({ report: this.report });
  }
}
