import * as pulumi from "@pulumi/pulumi";
import { deployedServiceType } from "../history/running";

export interface DeployedServiceArgs {
  service: string;
  release: string;
  digest: string;
  /** Another text whenever what runs was replaced, and known once it runs. */
  instance: pulumi.Input<string>;
  /** Whether it was left stopped on purpose. @default false */
  stopped?: boolean;
}

/** What one service runs. A component of its own, since its outputs are kept also when a gate fails later. */
export class DeployedService extends pulumi.ComponentResource {
  constructor(
    name: string,
    { service, release, digest, instance, stopped }: DeployedServiceArgs,
    options: pulumi.ComponentResourceOptions,
  ) {
    super(deployedServiceType, name, {}, options);
    const there = pulumi.output(instance);
    // Nothing of it before it is there: until then the state holds what ran before.
    this.registerOutputs({
      service: there.apply(() => service),
      release: there.apply(() => release),
      digest: there.apply(() => digest),
      instance: there,
      ...(stopped === true && { stopped: there.apply(() => true) }),
    });
  }
}
