import * as pulumi from "@pulumi/pulumi";
import type { AssessedOwed } from "../assessment/owed";
import { breakGlassType, type OwedMemory, type OwedRun } from "../history/owedRun";

export interface BreakGlassArgs {
  /** The proper run that is owed; undefined where this `up` is it. */
  owed: OwedRun | undefined;
  /** What comes before it is remembered: every image where guards are broken, every gate where it is made good. */
  rememberAfter: pulumi.Output<unknown>;
}

/**
 * What the stack owes since it went on without guards, as its state keeps it: a component of its own, whose outputs stay
 * when a gate fails later.
 */
export class BreakGlass extends pulumi.ComponentResource {
  readonly memory: pulumi.Output<OwedMemory>;

  constructor(
    name: string,
    { owed, rememberAfter }: BreakGlassArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(breakGlassType, name, {}, options);
    this.memory = rememberAfter.apply(() => ({ ...(owed && { owed }) }));
    this.registerOutputs({ memory: this.memory });
  }
}

/**
 * The proper run that is owed; undefined for a stack that has never gone on by break-glass. It is remembered before
 * anything changes, and forgotten once every gate has passed.
 */
export function owedRunOf(
  name: string,
  parent: pulumi.Resource,
  owed: AssessedOwed | undefined,
  { pulled, knownGood }: { pulled: Promise<pulumi.Resource[]>; knownGood: pulumi.Output<unknown> },
): pulumi.Output<OwedRun | undefined> | undefined {
  if (owed === undefined) return undefined;
  const rememberAfter: pulumi.Output<unknown> = owed.incurred
    ? pulumi.output(pulled.then((resources) => resources.map(({ urn }) => urn)))
    : knownGood;
  const { memory } = new BreakGlass(`${name}-break-glass`, { owed: owed.after, rememberAfter }, { parent });
  return memory.apply((remembered) => remembered.owed);
}
