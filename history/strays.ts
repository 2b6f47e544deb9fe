import { containerType, labels } from "./running";
import type { StackState } from "./stackState";

/** A container that a killed update of this stack made, and that its state does not hold. */
export interface Stray {
  id: string;
  name: string;
}

/** A container that the engine has under a name. */
export interface NamedContainer {
  id: string;
  labels: Readonly<Record<string, string>>;
}

/** Where a killed update may have left something: it was creating these when it died. */
export function suspects(state: StackState): { name: string }[] {
  return state.pending
    .filter(({ operation, resource }) => operation === "creating" && resource.type === containerType)
    .flatMap(({ resource: { inputs } }) => (typeof inputs?.name === "string" ? [{ name: inputs.name }] : []));
}

/**
 * Whether what the engine has under a suspect's name is a stray. Only what carries this stack's label and is in no
 * resource of its state is one: anything else under that name is somebody else's.
 */
export function isStray(found: NamedContainer, stack: string, state: StackState): boolean {
  return found.labels[labels.stack] === stack && !state.resources.some(({ id }) => id === found.id);
}
