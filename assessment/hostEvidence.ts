import type { Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { runningFrom } from "../history/running";
import type { StackState } from "../history/stackState";
import { openTarget } from "../targets/openTarget";
import type { Place } from "../targets/place";
import type { Found } from "../targets/target";
import { everyWanted, wantedOf } from "../targets/wanted";
import { sentence } from "./sentence";
import { TimeLimit } from "./timeLimit";

/** What was found on the host that services run on, where they are no containers of the stack's own. */
export interface HostEvidence {
  /** Why it could not be asked; undefined when it answered. */
  silent: string | undefined;
  /** What stands in the way there, each with what to do about it. */
  obstacles: readonly string[];
  /** Services whose build lies there already. */
  present: readonly string[];
  /** Services that don't run there what the state holds. */
  absent: readonly string[];
  /** What the platform runs by itself with each deployment; undefined where nobody says that it does. */
  releaseTask: string | undefined;
}

export interface HostRequest {
  place: Place;
  target: Release;
  catalog: Catalog;
  /** Services that the settings declare. */
  services: readonly string[];
  releaseTask: string | undefined;
}

/** Seconds for all that is asked of the host, as for other evidence. */
const answerSeconds = 10;

/** Asks everything at once; a host that does not answer runs what the state holds, as far as anybody knows. */
export async function lookAtHost(
  { place, target, catalog, services, releaseTask }: HostRequest,
  state: Promise<StackState>,
): Promise<HostEvidence> {
  const limit = new TimeLimit(answerSeconds);
  const wanted = wantedOf(target, services);
  const unasked = { obstacles: [], present: [], absent: [], releaseTask };
  const asking = async (): Promise<HostEvidence> => {
    const opened = await openTarget(place, limit.signal);
    const [obstacles, present, found] = await Promise.all([
      opened.obstacles(wanted),
      opened.present(wanted),
      opened.look(everyWanted(catalog, services)),
    ]);
    const absent = differing(found, await state, catalog);
    return { silent: undefined, obstacles, present, absent, releaseTask };
  };
  try {
    return await limit.for<HostEvidence>(
      asking().catch((error: unknown) => ({
        ...unasked,
        silent: error instanceof Error ? error.message : String(error),
      })),
      { ...unasked, silent: limit.text },
    );
  } finally {
    limit.over();
  }
}

/** Services that the state holds as running, of which the host runs another build, or nothing. */
export function differing(found: readonly Found[], state: StackState, catalog: Catalog): string[] {
  return runningFrom(state, catalog)
    .services.filter(({ stopped }) => stopped !== true)
    .filter(({ service, digest }) => {
      const there = found.find((each) => each.service === service);
      return there?.digest !== digest || there.state.status === "missing";
    })
    .map(({ service }) => service);
}

/** What of the host stands in the way of any `up`. */
export function silentHost(host: HostEvidence | undefined): string[] {
  if (host?.silent === undefined) return [];
  return [
    `The host that services run on can't be asked, and nothing can be brought there without it: ${sentence(host.silent)}`,
  ];
}

/** What is told before services are brought to a release by a platform that does more than that. */
export function releaseTaskWarnings(host: HostEvidence | undefined, moves: boolean): string[] {
  if (host?.releaseTask === undefined || !moves) return [];
  return [
    `The platform runs \`${host.releaseTask}\` by itself with each deployment, this one too. Nothing here holds that back: ` +
      "a migration that it runs is not judged, and a rollback does not take it back.",
  ];
}
