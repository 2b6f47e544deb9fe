import { containerType, labels } from "./running";
import type { StackState, StateResource } from "./stackState";

const networkType = "docker:index/network:Network";

/** Something on the engine that a killed update of this stack made, and that its state does not hold. */
export interface Stray {
  kind: "container" | "network";
  id: string;
  name: string;
}

/** Something that the engine has under a name. */
export interface EngineObject {
  id: string;
  labels: Readonly<Record<string, string>>;
}

/** Where a killed update may have left something: it was creating these when it died. */
export function suspects(state: StackState): { kind: Stray["kind"]; name: string }[] {
  return state.pending
    .filter(({ operation }) => operation === "creating")
    .flatMap(({ resource }) => {
      const kind = kindOf(resource);
      const name = resource.inputs?.name;
      return kind === undefined || typeof name !== "string" ? [] : [{ kind, name }];
    });
}

/**
 * Whether what the engine has under a suspect's name is a stray. Only what carries this stack's label and is in no
 * resource of its state is one: anything else under that name is somebody else's.
 */
export function isStray(found: EngineObject, stack: string, state: StackState): boolean {
  return found.labels[labels.stack] === stack && !state.resources.some(({ id }) => id === found.id);
}

function kindOf({ type }: StateResource): Stray["kind"] | undefined {
  if (type === containerType) return "container";
  if (type === networkType) return "network";
  return undefined;
}
