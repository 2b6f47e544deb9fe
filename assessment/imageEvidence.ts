import { imageOf, imageReference } from "../catalog/build";
import { parseImageName } from "../catalog/imageName";
import { manifestExists, RegistryError, resolveTag } from "../catalog/registry";
import type { Release } from "../catalog/release";
import { imagesOnHost } from "./engineQueries";

/** Where an image can be had; `unconfirmed` carries why nobody could say. */
export type Whereabouts = "host" | "registry" | "nowhere" | { unconfirmed: string };

/** Where the target's images are. */
export interface ImageEvidence {
  /** By service. */
  images: Readonly<Record<string, Whereabouts>>;
  /** Services of which the registry has another digest under the target's tag than the catalog. */
  moved: readonly { service: string; reference: string; catalog: string; registry: string }[];
  /** Registries that could not be asked whether a tag has moved, each with why. */
  silentRegistries: readonly string[];
}

export interface ImageRequest {
  target: Release;
  /** Services that the settings declare. */
  services: readonly string[];
  /** Value of DOCKER_HOST, where the settings name one. */
  engine: string | undefined;
  /** Whether no engine is asked, since none that answers here runs the containers. @default false */
  registryAlone?: boolean;
  previewing: boolean;
}

export function imagesOf({ target, services }: Pick<ImageRequest, "target" | "services">) {
  return services.flatMap((service) => {
    const image = imageOf(target.services[service]);
    return image === undefined ? [] : [{ service, image }];
  });
}

/** By service. */
export async function findImages(request: ImageRequest): Promise<Record<string, Whereabouts>> {
  const images = imagesOf(request);
  let onHost = new Set<string>();
  let engineSilent: string | undefined;
  if (request.registryAlone !== true) {
    try {
      onHost = await imagesOnHost(
        images.map(({ image }) => imageReference(image)),
        request.engine,
      );
    } catch (error) {
      engineSilent = `Docker did not answer: ${messageOf(error)}`;
    }
  }
  const places = images.map(async ({ service, image }): Promise<[string, Whereabouts]> => {
    if (onHost.has(imageReference(image))) return [service, "host"];
    try {
      if (await manifestExists(image.repository, image.digest)) return [service, "registry"];
      return [service, engineSilent === undefined ? "nowhere" : { unconfirmed: engineSilent }];
    } catch (error) {
      const silent = `${image.repository}: ${messageOf(error)}`;
      return [service, { unconfirmed: engineSilent === undefined ? silent : `${engineSilent}; ${silent}` }];
    }
  });
  return Object.fromEntries(await Promise.all(places));
}

/** In a preview alone. A registry that does not know the tag tells of no move; one that does not answer is told once. */
export async function findMoved(
  request: ImageRequest,
): Promise<Pick<ImageEvidence, "moved" | "silentRegistries">> {
  if (!request.previewing) return { moved: [], silentRegistries: [] };
  const moved: ImageEvidence["moved"][number][] = [];
  const silent = new Map<string, string>();
  const asked = imagesOf(request).map(async ({ service, image }) => {
    const reference = `${image.repository}:${request.target.tag}`;
    try {
      const digest = await resolveTag(reference);
      if (digest !== image.digest)
        moved.push({ service, reference, catalog: image.digest, registry: digest });
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      const registry = parseImageName(image.repository)?.registry.name ?? image.repository;
      if (error.kind !== "not-found") silent.set(registry, error.message);
    }
  });
  await Promise.all(asked);
  return { moved, silentRegistries: [...silent.values()] };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
