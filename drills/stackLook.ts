import type { Catalog } from "../catalog/catalog";
import { knownGoodFrom, type KnownGood } from "../history/knownGood";
import { containerType, labels, labelsOf, runningFrom } from "../history/running";
import type { StackState } from "../history/stackState";

/** What a drill looks at in a stack, before it and after each way. */
export interface StackLook {
  /** The release that runs; undefined where services run different ones, or none. */
  tag: string | undefined;
  /** By service. */
  containers: Readonly<Record<string, { id: string; digest: string; drill: string | undefined }>>;
  /** Newest first, as the state lists them: what an update has made of them stands there. */
  knownGood: readonly KnownGood[];
}

export function lookAtStack(state: StackState, catalog: Catalog): StackLook {
  const running = runningFrom(state, catalog);
  const drills = new Map(
    state.resources
      .filter(({ type }) => type === containerType)
      .map((container) => [container.id, labelsOf(container).get(labels.drill)]),
  );
  return {
    tag: running.tag,
    containers: Object.fromEntries(
      running.services.map(({ service, digest, containerId }) => [
        service,
        { id: containerId, digest, drill: drills.get(containerId) },
      ]),
    ),
    knownGood: knownGoodFrom(state, []),
  };
}

/**
 * What is not as it should be after the way out, in sentences.
 * @param to the drill's id where the running release was made anew, else the release that was gone to
 */
export function wrongAfterOut(
  before: StackLook,
  after: StackLook,
  to: { drill: string } | { target: string },
): string[] {
  if ("target" in to)
    return after.tag === to.target ? [] : [`After the way out ${runs(after)}, and not ${to.target}.`];
  return Object.entries(before.containers).flatMap(([service, { id, digest }]) => {
    const now = after.containers[service];
    if (now === undefined) return [`After the way out ${service} has no container.`];
    return [
      ...(now.id === id ? [`The way out did not make the container of ${service} anew.`] : []),
      ...(now.drill === to.drill ? [] : [`After the way out ${service} lacks the drill's label.`]),
      ...(now.digest === digest ? [] : [`After the way out ${service} has another image.`]),
    ];
  });
}

/** In what a stack is not as it was before the drill, in sentences. */
export function wrongAfterBack(before: StackLook, after: StackLook): string[] {
  const services = Object.entries(before.containers).flatMap(([service, { digest }]) => {
    const now = after.containers[service];
    if (now === undefined) return [`After the way back ${service} has no container.`];
    return [
      ...(now.drill === undefined ? [] : [`After the way back ${service} still has a drill's label.`]),
      ...(now.digest === digest ? [] : [`After the way back ${service} has another image than before.`]),
    ];
  });
  const tag =
    after.tag === before.tag ? [] : [`After the way back ${runs(after)}, and not ${before.tag ?? "a mix"}.`];
  return [...tag, ...services];
}

/** What runs, in words. */
export function runs({ tag, containers }: StackLook): string {
  if (tag !== undefined) return `${tag} runs`;
  return Object.keys(containers).length === 0 ? "nothing runs" : "services of different releases run";
}
