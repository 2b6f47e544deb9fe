import { imageOf } from "../catalog/build";
import { askEngine } from "../assessment/engineQueries";
import { wayBackReleases } from "../assessment/wayBack";
import { findRelease, type Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { readOtherStacks, type OtherStacks } from "../history/otherStacks";
import { broughtTo, labels, runningFrom } from "../history/running";
import { stackLabelOf } from "../history/schemaUsers";
import type { StackState } from "../history/stackState";
import { withoutLastCopies } from "./lastCopies";
import { digestsIn, digestsOf, lostReleases, needsOfOther } from "./imageNeeds";
import { removableImages, repositoryKey, type HostImage, type Removable } from "./removable";

export interface RemovableRequest {
  /** The stack's label on what it makes, such as `shop/prod`. */
  stackLabel: string;
  target: Release;
  catalog: Catalog;
  /** How many known-good releases the stack may go back to. */
  wayBack: number;
  /** Value of DOCKER_HOST, where the settings name one. */
  engine: string | undefined;
}

/** Known-good releases of another stack that count at least: its own setting is not known here. */
const usualWayBack = 3;

/**
 * Looks which images of a stack nothing needs any more. Other stacks of the backend may need one, as well as what stands
 * on the host beside it; where that can't be told, the images that it is about are left out.
 * @param seconds that other stacks' states may take to read
 * @param signal ends the questions to engine and registries
 * @throws Error when the engine can't be asked
 */
export async function findRemovable(
  request: RemovableRequest,
  state: StackState,
  seconds: number,
  signal?: AbortSignal,
): Promise<Removable> {
  const { catalog, target, wayBack, engine, stackLabel } = request;
  const own = new Set(
    catalog.releases.flatMap(({ services }) =>
      Object.values(services).flatMap((build) => {
        const image = imageOf(build);
        return image === undefined ? [] : [repositoryKey(image.repository)];
      }),
    ),
  );
  const [others, images, containers] = await Promise.all([
    otherStacks(state, seconds),
    imagesOf(engine, signal),
    containersOf(engine, signal),
  ]);
  // A stack that has a release to go back to keeps it, also where the setting asks for none.
  const count = Math.max(1, wayBack);
  const back = wayBackReleases({ target, catalog, count }, state);
  const kept = [target, ...releasesAt(state, catalog), ...back];
  const needs = others.states.map((other) =>
    needsOfOther(other, own, catalog, Math.max(usualWayBack, wayBack)),
  );
  const known = new Set([stackLabel, ...others.states.flatMap((other) => stackLabelOf(other) ?? [])]);
  const found = removableImages({
    images,
    own,
    released: new Set(catalog.releases.flatMap(digestsOf)),
    inContainers: new Set(containers.map(({ image }) => image)),
    needed: new Set([
      ...digestsIn(state),
      ...kept.flatMap(digestsOf),
      ...needs.flatMap(({ needed }) => needed),
    ]),
    doubtful: new Map([
      ...containers.flatMap((container) => strangersDoubt(container, known)),
      ...needs.flatMap(({ doubtful }) => [...doubtful]),
    ]),
    unknown: lostText(lostReleases(state, catalog, back, count)) ?? unreadText(others),
  });
  return withoutLastCopies(found, { signal });
}

/** What the services were brought to and what they run; more than one release where an update died. */
function releasesAt(state: StackState, catalog: Catalog): Release[] {
  const running = runningFrom(state, catalog);
  const tags = [...broughtTo(state).values(), ...running.services.map(({ tag }) => tag), running.tag ?? ""];
  return [...new Set(tags)].flatMap((tag) => findRelease(catalog, tag) ?? []);
}

async function otherStacks(state: StackState, seconds: number): Promise<OtherStacks & { problem?: string }> {
  try {
    return await readOtherStacks(stackLabelOf(state), Date.now() + Math.round(seconds * 1000));
  } catch (error) {
    return { states: [], unread: [], problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Nobody knows the images of what the catalog does not have. */
function lostText(lost: readonly string[]): string | undefined {
  if (lost.length === 0) return undefined;
  return `The catalog has no ${lost.join(", ")}, which was known good, so no image is named: any may be needed to go back to it.`;
}

/** A state that can't be read may need any image. */
function unreadText({ unread, problem }: OtherStacks & { problem?: string }): string | undefined {
  if (problem !== undefined)
    return `Which other stacks the backend has can't be told, so no image is named: any may be needed by one (${problem}).`;
  if (unread.length === 0) return undefined;
  return `The state of ${unread.join(", ")} could not be read, so no image is named: any may be needed there.`;
}

interface HostContainer {
  /** Id of its image. */
  image: string;
  /** The image as whoever made the container named it. */
  named: string;
  /** The stack whose label it carries. */
  stack: string | undefined;
}

/** A stack that is not in this backend has releases to go back to that nobody here knows. */
function strangersDoubt({ named, stack }: HostContainer, known: ReadonlySet<string>): [string, string][] {
  if (stack === undefined || known.has(stack)) return [];
  const why = `The stack ${stack} has containers on the host from the same repository, and no state in this backend: what it may go back to can't be told from here.`;
  return [[repositoryKey(named), why]];
}

async function containersOf(
  engine: string | undefined,
  signal: AbortSignal | undefined,
): Promise<HostContainer[]> {
  const { stdout } = await askEngine(["container", "ls", "--all", "--quiet", "--no-trunc"], engine, signal);
  const format = `{"image":{{json .Image}},"named":{{json .Config.Image}},"labels":{{json .Config.Labels}}}`;
  const found = await inspect<{ image: string; named: string; labels: Record<string, string> | null }>(
    ["container", "inspect"],
    format,
    stdout,
    engine,
    signal,
  );
  return found.map(({ image, named, labels: own }) => ({ image, named, stack: own?.[labels.stack] }));
}

async function imagesOf(engine: string | undefined, signal: AbortSignal | undefined): Promise<HostImage[]> {
  const { stdout } = await askEngine(["image", "ls", "--quiet", "--no-trunc"], engine, signal);
  const format = `{"id":{{json .Id}},"tags":{{json .RepoTags}},"digests":{{json .RepoDigests}},"bytes":{{json .Size}}}`;
  const found = await inspect<
    Omit<HostImage, "tags" | "digests"> & Record<"tags" | "digests", string[] | null>
  >(["image", "inspect"], format, stdout, engine, signal);
  return found.map((image) => ({ ...image, tags: image.tags ?? [], digests: image.digests ?? [] }));
}

/** What is gone since it was listed is left out. */
async function inspect<Found>(
  command: readonly string[],
  format: string,
  listed: string,
  engine: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Found[]> {
  const ids = [...new Set(listed.split("\n").filter((id) => id !== ""))];
  if (ids.length === 0) return [];
  const { stdout } = await askEngine([...command, "--format", format, ...ids], engine, signal);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Found);
}
