import { containerType, labels } from "./running";
import type { StackState } from "./stackState";
import type { NamedObject } from "./strays";

/** A container that somebody made under one of the stack's names, in place of its own. */
export interface MadeByHand {
  service: string;
  /** Digests of its image, `sha256:…`; empty of one that no registry has. */
  digests: readonly string[];
  /** The release that its label names, where it has one. */
  release: string | undefined;
  /** ISO 8601, UTC: when the card made it, else when the engine did. */
  since: string;
}

/**
 * Whether a container that the state does not hold was made by a person, and serves: one that does not run is left over,
 * whoever made it. An `up` that is killed leaves one with all of the stack's labels, or with a trace in the state; the
 * emergency card's says that it was made by hand.
 */
export function isByHand({ name, labels: own, running }: NamedObject, { pending }: StackState): boolean {
  if (running === false) return false;
  if (own[labels.byHand] !== undefined) return true;
  const begun = pending.some(
    ({ operation, resource }) =>
      operation === "creating" && resource.type === containerType && resource.inputs?.name === name,
  );
  return !begun && (own[labels.release] === undefined || own[labels.digest] === undefined);
}

/** Whether a person made it, and it does not run. */
export function isIdle(found: NamedObject, state: StackState): boolean {
  return found.running === false && isByHand({ ...found, running: true }, state);
}

/**
 * What is known of such a container.
 * @param imageDigests those that the engine has for its image
 */
export function madeByHand(
  service: string,
  { labels: own, image, created }: NamedObject,
  imageDigests: readonly string[],
): MadeByHand {
  const pinned = own[labels.digest] ?? /@(sha256:[0-9a-f]{64})$/.exec(image?.reference ?? "")?.[1];
  return {
    service,
    digests: pinned === undefined ? imageDigests : [pinned],
    release: own[labels.release],
    since: own[labels.byHand] ?? created ?? "an unknown time",
  };
}
