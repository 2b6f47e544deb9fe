import { imageOf, imageReference } from "../catalog/build";
import { findRelease, type Catalog } from "../catalog/catalog";
import { manifestExists } from "../catalog/registry";
import type { Release } from "../catalog/release";
import { knownGoodFrom } from "../history/knownGood";
import { memoryFrom, quarantineCause } from "../history/quarantine";
import type { StackState } from "../history/stackState";
import { imagesOnHost } from "./engineQueries";

/** An image without which a known-good release can't come back, and where it is. */
export interface WayBackImage {
  release: string;
  service: string;
  repository: string;
  /** `repository@sha256:…` */
  reference: string;
  /** Undefined where the engine was not asked, and where it did not answer, which is told by itself. */
  onHost: boolean | undefined;
  inRegistry: boolean | { unconfirmed: string };
}

export interface WayBackRequest {
  target: Release;
  catalog: Catalog;
  /** Services that the settings declare. */
  services: readonly string[];
  /** Value of DOCKER_HOST, where the settings name one. */
  engine: string | undefined;
  /** Whether no engine is asked. @default false */
  registryAlone?: boolean;
  /** How many known-good releases count. */
  wayBack: number;
  /** Whether this is a preview; an `up` does not wait for it. */
  previewing: boolean;
}

/** Where the images of the last known-good releases are, without the target and what is quarantined. */
export async function findWayBack(
  request: WayBackRequest,
  state: Promise<StackState>,
): Promise<WayBackImage[]> {
  if (!request.previewing || request.wayBack === 0) return [];
  const wanted = imagesToKeep(request, await state);
  if (wanted.length === 0) return [];
  const [onHost, inRegistry] = await Promise.all([
    request.registryAlone === true
      ? undefined
      : imagesOnHost(
          wanted.map(({ reference }) => reference),
          request.engine,
        ).catch(() => undefined),
    askRegistries(wanted),
  ]);
  return wanted.map((image) => ({
    ...image,
    onHost: onHost?.has(image.reference),
    inRegistry: inRegistry.get(image.reference) ?? false,
  }));
}

type Wanted = Omit<WayBackImage, "onHost" | "inRegistry"> & { digest: string };

function imagesToKeep({ services, wayBack, ...request }: WayBackRequest, state: StackState): Wanted[] {
  return wayBackReleases({ ...request, count: wayBack }, state).flatMap((release) =>
    imagesOf(release, services),
  );
}

/** The images without which a release can't come back. */
export function imagesOf(release: Release, services: readonly string[]): Wanted[] {
  return services.flatMap((service) => {
    const image = imageOf(release.services[service]);
    if (image === undefined) return [];
    return [{ release: release.tag, service, ...image, reference: imageReference(image) }];
  });
}

/**
 * The newest known-good releases, without the target and what is quarantined. One whose gates failed since, which the state
 * does not remember yet, is among them: its images are kept rather than removed.
 */
export function wayBackReleases(
  { target, catalog, count }: { target: Pick<Release, "tag">; catalog: Catalog; count: number },
  state: StackState,
): Release[] {
  const knownGood = knownGoodFrom(state, []);
  const memory = memoryFrom(state);
  return knownGood
    .filter(({ tag }) => tag !== target.tag)
    .flatMap(({ tag }) => findRelease(catalog, tag) ?? [])
    .filter((release) => quarantineCause(memory, release, knownGood) === undefined)
    .slice(0, count);
}

/** Each image once, whichever releases share it. */
async function askRegistries(wanted: readonly Wanted[]): Promise<Map<string, WayBackImage["inRegistry"]>> {
  const images = new Map(wanted.map((image) => [image.reference, image]));
  const answers = [...images].map(
    async ([reference, { repository, digest }]): Promise<[string, WayBackImage["inRegistry"]]> => {
      try {
        return [reference, await manifestExists(repository, digest)];
      } catch (error) {
        return [reference, { unconfirmed: error instanceof Error ? error.message : String(error) }];
      }
    },
  );
  return new Map(await Promise.all(answers));
}

/** What is missing on the way back, with the command that mends it where there is one. */
export function wayBackWarnings(images: readonly WayBackImage[], shunned: ReadonlySet<string>): string[] {
  const told = images
    .filter(({ release }) => !shunned.has(release))
    .flatMap((image) => wayBackWarning(image));
  return [...new Set(told)];
}

function wayBackWarning(image: WayBackImage): string[] {
  const { release, service, repository, reference, onHost, inRegistry } = image;
  const which = `the image of ${service} in ${release}`;
  if (typeof inRegistry === "object") {
    const host = onHost === false ? "; it is not on the host" : "";
    return [`Unconfirmed: whether the registry still has ${which}${host} (${inRegistry.unconfirmed}).`];
  }
  if (inRegistry) {
    if (onHost !== false) return [];
    return [
      `The way back to ${release} has to be pulled first: ${which} is not on the host: docker pull ${reference}`,
    ];
  }
  if (onHost === true) {
    return [
      `The way back to ${release} rests on this host alone: the registry no longer has ${which}. To push it again: ` +
        `docker tag ${reference} ${repository}:${release} && docker push ${repository}:${release}`,
    ];
  }
  const host = onHost === false ? "neither on the host nor in the registry" : "not in the registry";
  return [`There is no way back to ${release}: ${which} is ${host}: ${reference}. Push it again.`];
}
