import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HealthReport } from "../gates/healthReport";
import type { HealthRequestInput } from "../gates/healthRequest";
import type { HostedOn } from "../targets/hostedOn";
import { ownCommand } from "./ownCommand";

export interface HealthGateArgs extends Omit<HealthRequestInput, "container" | "redact" | "probe"> {
  /** How the service is asked. A header may be secret. */
  probe: pulumi.Input<HealthRequestInput["probe"]>;
  /**
   * Id of the service's container, whose restarts and last log lines are looked at. A probe of kind `exec` or `state` needs
   * it. @default none is known, and the probe alone decides
   */
  containerId?: pulumi.Input<string>;
  /** Value of DOCKER_HOST for asking the container's state. @default what `docker` itself would use */
  engine?: string;
  /** Where the service is looked at, where it is no container; `containerId` is its name then. @default it is one */
  hosted?: pulumi.Input<HostedOn>;
  /** Secret values that must not show in what the gate prints. @default none */
  redact?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Ids of the containers whose replacement makes the gate run again. The state of an earlier release can hold the same
   * digest, never the same container. Without ids of containers, whatever is another text whenever they were replaced.
   * @default the service's own
   */
  rerunOn?: pulumi.Input<pulumi.Input<string>[]>;
  /** What must exist before the gate runs. @default nothing */
  runAfter?: readonly pulumi.Resource[];
}

/**
 * Asks a service whether it is healthy; the `up` fails when it is not within its time.
 * @throws ResourceError where neither `containerId` nor `rerunOn` says what makes it run again
 */
export class HealthGate extends pulumi.ComponentResource {
  /** How the gate passed. A gate that failed leaves no output: it has written a record of its own. */
  readonly report: pulumi.Output<HealthReport>;
  /** The check, for what must wait until it has passed. */
  readonly check: command.local.Command;

  constructor(name: string, args: HealthGateArgs, options?: pulumi.ComponentResourceOptions) {
    super("knowngood:index:HealthGate", name, {}, options);
    const { probe, containerId, engine, hosted, redact, rerunOn, runAfter, ...limits } = args;
    if (containerId === undefined && rerunOn === undefined)
      throw new pulumi.ResourceError(
        `${name} would never run again: write containerId, or rerunOn with what is another text whenever the containers were replaced`,
        this,
        true,
      );
    const known = pulumi.all([probe, containerId, hosted, redact ?? []]);
    const request = known.apply(([asked, id, on, secrets]) => {
      const input: HealthRequestInput = {
        ...limits,
        ...(id !== undefined && {
          container: { id, ...(engine !== undefined && { engine }), ...(on && { hosted: { ...on } }) },
        }),
        probe: asked,
        redact: secrets,
      };
      return JSON.stringify(input);
    });
    this.check = new command.local.Command(
      `${name}-check`,
      {
        create: ownCommand("gates/run.ts", "health"),
        stdin: request,
        triggers: rerunOn ?? [containerId ?? ""],
        // A report is one long line, which the official plugin can't stream.
        logging: command.local.Logging.None,
      },
      { parent: this, dependsOn: [...(runAfter ?? [])] },
    );
    this.report = pulumi.unsecret(this.check.stdout).apply((text) => JSON.parse(text) as HealthReport);
    this.registerOutputs({ report: this.report });
  }
}
