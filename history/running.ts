import type { Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import type { StackState, StateResource } from "./stackState";

/** Docker labels of a stack's containers. */
export const labels = {
  stack: "knowngood.stack",
  service: "knowngood.service",
  release: "knowngood.release",
  digest: "knowngood.digest",
  /** The drill whose way out made it anew: its id. */
  drill: "knowngood.drill",
  /** When it was made by hand, by the emergency card: ISO 8601, UTC. */
  byHand: "knowngood.byHand",
} as const;

export const containerType = "docker:index/container:Container";
export const serviceType = "knowngood:index:Service";
/** A service that the user's own program deployed: what it runs stands in its outputs, whatever it runs on. */
export const deployedServiceType = "knowngood:index:DeployedService";

/** What one service runs, by the container that the state holds. */
export interface RunningService {
  service: string;
  digest: string;
  /** The release that it was last brought to; its digest may belong to older ones too. */
  tag: string;
  /** The release under which the container was created: its label. */
  createdAs: string;
  containerId: string;
  /** Whether it was left stopped on purpose, since the schema was not yet one that it can run on. */
  stopped?: true;
}

export interface Running {
  services: readonly RunningService[];
  /** The one release that all services are of, or undefined when they are mixed or there are none. */
  tag: string | undefined;
}

/**
 * What the stack runs, by the resources in its state; never by its outputs, which lie after a failed update.
 * @param catalog tells which releases a digest belongs to
 */
export function runningFrom(state: StackState, catalog: Catalog): Running {
  const brought = broughtTo(state);
  const contained = state.resources
    .filter((resource) => resource.type === containerType && resource.id !== undefined)
    .flatMap((container) => {
      const label = labelsOf(container);
      const service = label.get(labels.service);
      const digest = label.get(labels.digest);
      if (service === undefined || digest === undefined) return [];
      const createdAs = label.get(labels.release) ?? "unknown";
      const tag = ownRelease(service, digest, [brought.get(service), createdAs], catalog) ?? createdAs;
      const stopped = container.inputs?.start === false && { stopped: true as const };
      return [{ service, digest, tag, createdAs, containerId: container.id ?? "", ...stopped }];
    });
  const services = [...contained, ...deployedIn(state, catalog)].sort((one, other) =>
    one.service.localeCompare(other.service),
  );
  return { services, tag: commonTag(services, catalog) };
}

/** What the user's own program deployed, as it registered once that existed. */
function deployedIn({ resources }: StackState, catalog: Catalog): RunningService[] {
  return resources.flatMap(({ type, outputs }) => {
    if (type !== deployedServiceType) return [];
    const { service, release, digest, instance, stopped } = outputs ?? {};
    const words = [service, release, digest, instance];
    if (!words.every((word) => typeof word === "string")) return [];
    const [name = "", createdAs = "", image = "", containerId = ""] = words;
    const tag = ownRelease(name, image, [createdAs], catalog) ?? createdAs;
    const held = stopped === true && { stopped: true as const };
    return [{ service: name, digest: image, tag, createdAs, containerId, ...held }];
  });
}

/** The release that each service component was last brought to, as it registered once its container existed. */
export function broughtTo(state: StackState): Map<string, string> {
  return new Map(
    state.resources
      .filter(({ type }) => type === serviceType || type === deployedServiceType)
      .flatMap(({ outputs }) =>
        typeof outputs?.service === "string" && typeof outputs.release === "string"
          ? [[outputs.service, outputs.release] as const]
          : [],
      ),
  );
}

/** The first of the claimed releases that has this digest, else the newest release that has it. */
export function ownRelease(
  service: string,
  digest: string,
  claimed: readonly (string | undefined)[],
  catalog: Catalog,
): string | undefined {
  const having = releasesHaving(service, digest, catalog);
  const right = claimed.find((tag) => having.some((release) => release.tag === tag));
  return right ?? having.at(-1)?.tag;
}

function releasesHaving(service: string, digest: string, catalog: Catalog): Release[] {
  return catalog.releases.filter((release) => release.services[service]?.digest === digest);
}

/** Among the releases that have every running digest, the one that most services were brought to, then the newest. */
export function commonTag(services: readonly RunningService[], catalog: Catalog): string | undefined {
  if (services.length === 0) return undefined;
  const tags = new Set(services.map(({ tag }) => tag));
  if (tags.size === 1) return services[0]?.tag;
  const votes = (tag: string) => services.filter((running) => running.tag === tag).length;
  return catalog.releases
    .filter((release) =>
      services.every(({ service, digest }) => release.services[service]?.digest === digest),
    )
    .sort((one, other) => votes(other.tag) - votes(one.tag) || other.order - one.order)[0]?.tag;
}

/** The Docker labels of a container in the state. */
export function labelsOf(container: StateResource): Map<string, string> {
  const list = container.inputs?.labels;
  if (!Array.isArray(list)) return new Map();
  return new Map(
    (list as { label?: string; value?: string }[]).map(({ label, value }) => [label ?? "", value ?? ""]),
  );
}

export type Direction = "forward" | "rollback" | "same";

/** Releases newer than the target that the stack runs, or was brought to by an update that died since. */
export function releasesLeft(
  state: StackState,
  running: Running,
  target: Release,
  catalog: Catalog,
): string[] {
  const isNewer = newerThan(target, catalog);
  const tags = [...running.services.map(({ tag }) => tag), ...broughtTo(state).values()];
  return [...new Set(tags)].filter(isNewer).sort();
}

/**
 * Where the target lies from what runs, by the catalog's order. A stack of which one service is newer than the target
 * is rolled back; a stack that runs nothing yet goes forward. Where services were left stopped on the way back, or an
 * update died when it had taken their containers away, that way goes on.
 */
export function directionOf(
  target: Release,
  running: Running,
  state: StackState,
  catalog: Catalog,
): Direction {
  if (running.services.length > 0 && running.tag === target.tag) {
    const stopped = running.services.some((service) => service.stopped);
    return stopped || lostNewer(target, running, state, catalog) ? "rollback" : "same";
  }
  return releasesLeft(state, running, target, catalog).length > 0 ? "rollback" : "forward";
}

/** Whether a service that was brought to a newer release has no container any more. */
function lostNewer(target: Release, running: Running, state: StackState, catalog: Catalog): boolean {
  const isNewer = newerThan(target, catalog);
  const there = new Set(running.services.map(({ service }) => service));
  return [...broughtTo(state)].some(([service, tag]) => !there.has(service) && isNewer(tag));
}

function newerThan(target: Release, catalog: Catalog): (tag: string) => boolean {
  const place = new Map(catalog.releases.map(({ tag }, index) => [tag, index]));
  const targetPlace = place.get(target.tag) ?? -1;
  return (tag) => (place.get(tag) ?? -1) > targetPlace;
}
