import * as pulumi from "@pulumi/pulumi";
import { quarantineType, type QuarantineMemory } from "../history/quarantine";

export interface QuarantineArgs {
  memory: QuarantineMemory;
  /** What an `up` has done before it touches a container; one that ends earlier has nothing to remember. */
  rememberAfter: Promise<pulumi.Resource[]> | pulumi.Output<unknown>;
}

/**
 * Which releases were bad here, as the stack's state keeps it. It is a component of its own, since its outputs are kept
 * also when a gate fails later, and those of the stack are not.
 */
export class Quarantine extends pulumi.ComponentResource {
  readonly memory: pulumi.Output<QuarantineMemory>;

  constructor(
    name: string,
    { memory, rememberAfter }: QuarantineArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(quarantineType, name, {}, options);
    const done: pulumi.Output<unknown> = pulumi.Output.isInstance(rememberAfter)
      ? rememberAfter
      : pulumi.output(rememberAfter.then((resources) => resources.map(({ urn }) => urn)));
    this.memory = done.apply(() => memory);
    this.registerOutputs({ memory: this.memory });
  }
}
