import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { recordedChanges } from "../history/recordedChanges";
import type { HostedOn } from "../targets/hostedOn";
import { placeOf, secretsOfPlace } from "../targets/placeOf";
import type { Step, StepRequest } from "../targets/stepRequest";
import type { Found, Wanted } from "../targets/target";
import { wantedOf } from "../targets/wanted";
import { DeployedService } from "./deployedService";
import { hostedPlace } from "./hostedPlace";
import { mapValues } from "./mapValues";
import { ownCommand } from "./ownCommand";
import type { ReleaseArgs } from "./release";
import { stepping } from "./releaseDatabase";
import { byService } from "./releaseGates";
import type { ReleasedService } from "./releasedService";
import { telling, tellingEnvironment } from "./told";
import { whatRuns } from "./whatRuns";

/**
 * Services that run on a target other than the stack's own containers, in the steps that an `up` has: their builds brought
 * to the host, services stopped for a step-down, services brought to the release. Every step runs again whenever what is
 * wanted changed, or the host was found to run something else.
 */
export class HostedServices {
  /** What brings every build to the host. */
  readonly fetch: command.local.Command;
  private readonly wanted: readonly Wanted[];
  private readonly triggers: pulumi.Output<string[]>;

  constructor(
    private readonly name: string,
    private readonly parent: pulumi.Resource,
    private readonly args: ReleaseArgs,
  ) {
    const { settings, assessment } = args;
    this.wanted = wantedOf(assessment.target, Object.keys(byService(settings, assessment)));
    this.triggers = this.whatChanges();
    this.fetch = this.step("fetch", []);
  }

  /** Stops every service: those that would meet the older schema must not. */
  stop(stopAfter: pulumi.Input<pulumi.Resource[]>): command.local.Command {
    return this.step("stop", stopAfter);
  }

  /** @param start whether services are started; where they stay stopped nothing is switched */
  services(start: boolean, switchAfter: pulumi.Input<pulumi.Resource[]>): Record<string, ReleasedService> {
    const change = start ? this.step("switch", switchAfter) : undefined;
    const found = change && pulumi.unsecret(change.stdout).apply((text) => JSON.parse(text) as Found[]);
    const moves = byService(this.args.settings, this.args.assessment);
    return mapValues(moves, ([, { to }], service): ReleasedService => {
      const instance =
        found?.apply((all) => all.find((each) => each.service === service)?.instance ?? "none") ??
        // Known once the schema that it waits for is there.
        pulumi.output(switchAfter).apply(() => "stopped");
      new DeployedService(
        `${this.name}-${service}`,
        { service, release: to.tag, digest: to.digest, instance, stopped: !start },
        { parent: this.parent },
      );
      const from = this.wanted.find((each) => each.service === service)?.from ?? service;
      return {
        service,
        release: instance.apply(() => to.tag),
        image: instance.apply(() => `${from}@${to.digest}`),
        containerId: instance,
        hosted: this.hosted(service),
        pulled: this.fetch,
        container: change ?? this.fetch,
      };
    });
  }

  /** What makes every step run again. */
  private whatChanges(): pulumi.Output<string[]> {
    const { settings, secret, absent = [], recordedTellings = {}, assessment } = this.args;
    const secrets = secretsOfPlace(settings);
    const own = whatRuns(
      `${this.name}-target`,
      this.parent,
      { wanted: this.wanted, place: placeOf(settings, () => "") },
      secrets.length > 0 ? { secrets: secrets.map(secret) } : undefined,
    );
    const before = recordedChanges(recordedTellings[`${this.name}-switch`]);
    const anew = absent.length > 0 || stepping(assessment);
    return own.apply((word) => [word, `change ${anew ? before + 1 : before}`]);
  }

  private hosted(service: string): pulumi.Output<HostedOn> {
    const known = this.wanted.filter((each) => each.service === service);
    return hostedPlace(this.args).apply((place) => ({ place, known }));
  }

  private step(step: Step, dependsOn: pulumi.Input<pulumi.Resource[]>): command.local.Command {
    const { settings, secret } = this.args;
    const resource = `${this.name}-${step}`;
    const redact = pulumi.all(secretsOfPlace(settings).map(secret));
    const stdin = pulumi.all([hostedPlace(this.args), redact]).apply(([place, hidden]) => {
      const request: StepRequest = { place, wanted: this.wanted, redact: hidden };
      return JSON.stringify(request);
    });
    return new command.local.Command(
      resource,
      {
        create: ownCommand("targets/run.ts", step),
        environment: tellingEnvironment(telling(this.args, resource), this.triggers),
        stdin,
        triggers: this.triggers,
        // Lines of progress, each bounded; what runs is one line, which can be long.
        logging: command.local.Logging.Stderr,
        addPreviousOutputInEnv: false,
      },
      { parent: this.parent, dependsOn },
    );
  }
}
