import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Baseline, BaselineRequest } from "../gates/errorRateRequest";
import { baselineType, type RecordedBaseline } from "../history/recordedBaseline";
import { ownCommand } from "./ownCommand";

export interface ErrorRateBaselineArgs extends Omit<
  BaselineRequest,
  "access" | "release" | "previous" | "redact"
> {
  /** Where Prometheus is; holds secrets where it has to be signed in to. */
  access: pulumi.Input<BaselineRequest["access"]>;
  /** The good release that runs, where a baseline is to be taken now; otherwise the one in the state stays. */
  release?: string;
  /** What the state holds. @default nothing */
  recorded?: RecordedBaseline;
  /** Values that must not show. @default none */
  redact?: pulumi.Input<pulumi.Input<string>[]>;
  /** What must exist before it is taken: every image. */
  runAfter: Promise<pulumi.Resource[]>;
}

/**
 * The share of errors before a change, kept in the state: a rollback is held to what was before the bad release, since
 * one taken in the incident would let anything pass.
 */
export class ErrorRateBaseline extends pulumi.ComponentResource {
  readonly baseline: pulumi.Output<Baseline>;
  /** For what must not change before it is taken. */
  readonly taking: command.local.Command;

  constructor(name: string, args: ErrorRateBaselineArgs, options?: pulumi.ComponentResourceOptions) {
    super(baselineType, name, {}, options);
    const { access, redact, recorded, runAfter, release, ...rest } = args;
    const stdin = pulumi.all([access, redact ?? []]).apply(([way, hidden]) => {
      const request: BaselineRequest = {
        ...rest,
        ...(release !== undefined && { release }),
        ...(recorded?.baseline && { previous: recorded.baseline }),
        access: way,
        redact: hidden,
      };
      return JSON.stringify(request);
    });
    this.taking = new command.local.Command(
      `${name}-taking`,
      {
        create: ownCommand("gates/run.ts", "baseline"),
        stdin,
        triggers: [(recorded?.generation ?? 0) + (release === undefined ? 0 : 1)],
        logging: command.local.Logging.None,
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        dependsOn: runAfter,
        ignoreChanges: release === undefined ? ["create", "stdin", "triggers"] : [],
      },
    );
    this.baseline = pulumi.unsecret(this.taking.stdout).apply((text) => JSON.parse(text) as Baseline);
    this.registerOutputs({ baseline: this.baseline });
  }
}
