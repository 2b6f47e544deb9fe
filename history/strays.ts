import type { MadeByHand } from "./byHand";
import { containerType, labels, serviceType } from "./running";
import type { StackState } from "./stackState";

/** A container that this stack made, and that its state does not hold. */
export interface Stray {
  id: string;
  name: string;
  /** What a person made, and runs; undefined of what a killed update left. */
  byHand?: MadeByHand;
  /** Whether a person made it and it does not run, as what the emergency card leaves that ended half-way. */
  idle?: true;
}

/** What stands under a name that the stack needs, and is not its own to remove. */
export interface Occupant {
  kind: "container" | "network";
  id: string;
  name: string;
  /** The stack whose label it carries; undefined without any. */
  owner: string | undefined;
}

/** A container or a network that the engine has under a name. */
export interface NamedObject {
  id: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  /** Of a container. */
  running?: boolean;
  /** Of a container: its image as it was asked for, and the image's id on the engine. */
  image?: { reference: string; id: string };
  /** Of a container: when it was made, ISO 8601, UTC. */
  created?: string;
}

/**
 * Whose a container is that has a name which the stack needs. A stray is only what carries this stack's label, is in no
 * resource of its state, and has a trace there: an update died while it was creating it, or the stack has run under
 * this name before, so somebody put another in its place by hand. The label alone proves nothing: the same stack can
 * have another state, in another backend.
 */
export function claimOf(found: NamedObject, stack: string, state: StackState): "own" | "stray" | "foreign" {
  // What was replaced and is to be removed yet is the engine's to remove.
  const held = [...state.resources, ...(state.replaced ?? [])];
  if (held.some(({ id }) => id === found.id)) return "own";
  if (found.labels[labels.stack] !== stack) return "foreign";
  return wasCreating(found.name, state) || hasRun(found.name, state) ? "stray" : "foreign";
}

function wasCreating(name: string, { pending }: StackState): boolean {
  return pending.some(
    ({ operation, resource }) =>
      operation === "creating" && resource.type === containerType && resource.inputs?.name === name,
  );
}

/** A refresh drops from the state what is gone from the engine; the service that it was for stays. */
function hasRun(name: string, { resources }: StackState): boolean {
  return resources.some(({ type, outputs }) => type === serviceType && outputs?.containerName === name);
}
