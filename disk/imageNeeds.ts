import { findRelease, type Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { knownGoodFrom } from "../history/knownGood";
import { broughtTo, runningFrom } from "../history/running";
import { stackLabelOf } from "../history/schemaUsers";
import type { StackState } from "../history/stackState";
import { repositoryKey } from "./removable";

/** What a stack's state says of the images that it needs. */
export interface ImageNeeds {
  /** Digests and ids. */
  needed: readonly string[];
  /** Repositories of which more may be needed than can be told from here, by key, with why. */
  doubtful: ReadonlyMap<string, string>;
}

/** Every digest and id that a state's Docker resources name, whatever they are of. */
export function digestsIn({ resources }: StackState): string[] {
  const text = dockerResources(resources);
  return [...new Set(text.match(/sha256:[0-9a-f]{64}/g) ?? [])];
}

/**
 * What another stack needs: what its state names, and the releases that it may go back to. Those are known by their tags
 * alone, so they are told only where it goes by the same catalog: then every service has the digest that the catalog says.
 * @param own repositories of the stack that asks
 * @param count how many of its known-good releases it may go back to
 */
export function needsOfOther(
  state: StackState,
  own: ReadonlySet<string>,
  catalog: Catalog,
  count: number,
): ImageNeeds {
  const named = digestsIn(state);
  const shared = repositoriesIn(state).filter((key) => own.has(key));
  const tags = [
    ...new Set([
      ...broughtTo(state).values(),
      ...knownGoodFrom(state, [])
        .slice(0, count + 1)
        .map(({ tag }) => tag),
    ]),
  ];
  if (shared.length === 0 || tags.length === 0) return { needed: named, doubtful: new Map() };
  const releases = tags.flatMap((tag) => findRelease(catalog, tag) ?? []);
  if (releases.length === tags.length && goesBy(state, catalog))
    return { needed: [...named, ...releases.flatMap(digestsOf)], doubtful: new Map() };
  const why =
    `The stack ${stackLabelOf(state) ?? "without a name"} has images of the same repositories, and its releases are not all ` +
    "in this catalog: what it may go back to can't be told from here.";
  return { needed: named, doubtful: new Map(shared.map((key) => [key, why])) };
}

/**
 * Known-good releases that the catalog lacks, as new as those that the stack may go back to.
 * @param back the releases to go back to, newest first
 * @param count how many there are to be
 */
export function lostReleases(
  state: StackState,
  catalog: Catalog,
  back: readonly Release[],
  count: number,
): string[] {
  const tags = knownGoodFrom(state, []).map(({ tag }) => tag);
  const oldest = back.length < count ? undefined : back.at(-1)?.tag;
  const newest = oldest === undefined ? tags : tags.slice(0, tags.indexOf(oldest));
  return newest.filter((tag) => findRelease(catalog, tag) === undefined);
}

export function digestsOf({ services }: Release): string[] {
  return Object.values(services).map(({ digest }) => digest);
}

function goesBy(state: StackState, catalog: Catalog): boolean {
  const brought = broughtTo(state);
  return runningFrom(state, catalog).services.every(({ service, digest }) => {
    const release = findRelease(catalog, brought.get(service) ?? "");
    return release === undefined || release.services[service]?.digest === digest;
  });
}

function repositoriesIn({ resources }: StackState): string[] {
  const references = dockerResources(resources).match(/[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}/g) ?? [];
  return [...new Set(references.map(repositoryKey))];
}

function dockerResources(resources: StackState["resources"]): string {
  return JSON.stringify(
    resources
      .filter(({ type }) => type.startsWith("docker:"))
      .map(({ id, inputs, outputs }) => [id, inputs, outputs]),
  );
}
