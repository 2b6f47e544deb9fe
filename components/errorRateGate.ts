import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { ErrorRateReport } from "../gates/errorRateReport";
import type { ErrorRateRequest } from "../gates/errorRateRequest";
import { ownCommand } from "./ownCommand";
import { tellingEnvironment, type Telling } from "./told";
import { whatRuns } from "./whatRuns";

export interface ErrorRateGateArgs extends Omit<ErrorRateRequest, "access" | "baseline" | "redact">, Telling {
  /** Where Prometheus is; holds secrets where it has to be signed in to. */
  access: pulumi.Input<ErrorRateRequest["access"]>;
  baseline: pulumi.Input<ErrorRateRequest["baseline"]>;
  /** Values that must not show. @default none */
  redact?: pulumi.Input<pulumi.Input<string>[]>;
  /** Ids of the containers whose replacement makes the gate run again. */
  rerunOn: pulumi.Input<pulumi.Input<string>[]>;
  /** What must exist before the watch begins. @default nothing */
  runAfter?: pulumi.Resource[];
}

/** Watches a release's share of failed requests in Prometheus; the `up` fails when there are too many. */
export class ErrorRateGate extends pulumi.ComponentResource {
  /** How the gate let the release pass. One that failed leaves no output: it has written a record of its own. */
  readonly report: pulumi.Output<ErrorRateReport>;

  constructor(name: string, args: ErrorRateGateArgs, options?: pulumi.ComponentResourceOptions) {
    super("knowngood:index:ErrorRateGate", name, {}, options);
    const { access, baseline, redact, told, before, rerunOn, runAfter, ...rest } = args;
    const stdin = pulumi
      .all([access, baseline, redact ?? []])
      .apply(([way, known, hidden]) =>
        JSON.stringify({ ...rest, access: way, baseline: known, redact: hidden } satisfies ErrorRateRequest),
      );
    const own = whatRuns(
      `${name}-watch`,
      this,
      { ...rest, baseline, ...(redact === undefined && { access }) },
      // Where Prometheus has to be signed in to, the way there holds the secret.
      redact && { access },
    );
    const triggers = pulumi.all([rerunOn, own]).apply(([known, mine]) => [...known, mine]);
    const watch = new command.local.Command(
      `${name}-watch`,
      {
        create: ownCommand("gates/run.ts", "errorRate"),
        environment: tellingEnvironment({ told, ...(before && { before }) }, triggers),
        stdin,
        triggers,
        // Lines of progress, each bounded; the report is one long line, which the official plugin can't stream.
        logging: command.local.Logging.Stderr,
        addPreviousOutputInEnv: false,
      },
      { parent: this, dependsOn: runAfter },
    );
    this.report = pulumi.unsecret(watch.stdout).apply((text) => JSON.parse(text) as ErrorRateReport);
    this.registerOutputs({ report: this.report });
  }
}
