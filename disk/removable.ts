import { parseImageName } from "../catalog/imageName";

/** An image as the engine has it. */
export interface HostImage {
  /** `sha256:…` */
  id: string;
  /** `repository:tag` */
  tags: readonly string[];
  /** `repository@sha256:…`; none of an image that was neither pulled nor pushed. */
  digests: readonly string[];
  /** Bytes, with layers that other images share. */
  bytes: number;
}

export interface RemovableQuestion {
  images: readonly HostImage[];
  /** Repositories that the stack's releases come from, as `repositoryKey` writes them. */
  own: ReadonlySet<string>;
  /** Digests of all releases of the catalog. */
  released: ReadonlySet<string>;
  /** Ids of the images that a container of the host has, running or not, whoever made it. */
  inContainers: ReadonlySet<string>;
  /** Digests and ids (`sha256:…`) that a stack runs, or may go back to. */
  needed: ReadonlySet<string>;
  /** Repositories from which somebody may need what can't be told from here, by `repositoryKey`, with why. */
  doubtful: ReadonlyMap<string, string>;
  /** Why nothing at all can be told; undefined where it can. */
  unknown: string | undefined;
}

export interface Removable {
  /** Images that nothing is known to need, the largest first. */
  images: readonly HostImage[];
  /** Why there may be more that nothing needs, a sentence each. */
  leftOut: readonly string[];
}

/**
 * Which images can go: of releases of the stack's catalog, in no container, of no release that a stack runs or may go back
 * to, and pulled or pushed before, so that a registry may give them again. Never a doubtful one.
 */
export function removableImages({
  images,
  own,
  released,
  inContainers,
  needed,
  doubtful,
  unknown,
}: RemovableQuestion): Removable {
  const free = images.filter(
    ({ id, digests }) =>
      digests.length > 0 &&
      !inContainers.has(id) &&
      !needed.has(id) &&
      !digestsOf({ digests }).some((digest) => needed.has(digest)),
  );
  const ofStack = free.filter((image) => repositoriesOf(image).some((key) => own.has(key)));
  if (unknown !== undefined) return { images: [], leftOut: ofStack.length === 0 ? [] : [unknown] };
  const sorted = ofStack.map((image) => ({ image, why: whyLeftOut(image, { own, released, doubtful }) }));
  return {
    images: sorted
      .filter(({ why }) => why === undefined)
      .map(({ image }) => image)
      .sort((one, other) => other.bytes - one.bytes || one.id.localeCompare(other.id)),
    leftOut: [...new Set(sorted.flatMap(({ why }) => why ?? []))].sort(),
  };
}

/** The engine removes by its id only what has one repository and at most one tag. */
function whyLeftOut(
  image: HostImage,
  { own, released, doubtful }: Pick<RemovableQuestion, "own" | "released" | "doubtful">,
): string | undefined {
  const repositories = repositoriesOf(image);
  const doubt = repositories.flatMap((key) => doubtful.get(key) ?? [])[0];
  if (doubt !== undefined) return doubt;
  const names = [...image.tags, ...image.digests];
  if (repositories.some((key) => !own.has(key)))
    return `${shortId(image)} has a name in a repository that is not this stack's: ${names.join(", ")}.`;
  if (!digestsOf(image).some((digest) => released.has(digest)))
    return `${shortId(image)} is of no release of the catalog, so who brought it here may need it: ${names.join(", ")}.`;
  if (repositories.length > 1 || image.tags.length > 1)
    return `${shortId(image)} has several names, which somebody may have given it on purpose: ${names.join(", ")}.`;
  return undefined;
}

function digestsOf({ digests }: Pick<HostImage, "digests">): string[] {
  return digests.map((name) => name.slice(name.indexOf("@") + 1));
}

function repositoriesOf({ tags, digests }: HostImage): string[] {
  return [...new Set([...tags, ...digests].map(repositoryKey))];
}

/** One word for a repository, however it is written: `nginx` and `docker.io/library/nginx` are the same. */
export function repositoryKey(reference: string): string {
  const name = parseImageName(reference);
  return name === undefined ? reference : `${name.registry.name}/${name.registry.path}`;
}

/** As Docker's own listings show it, and as its commands take it. */
export function shortId({ id }: Pick<HostImage, "id">): string {
  return id.replace(/^sha256:/, "").slice(0, 12);
}

/** The command that removes images, which are named by id. */
export function removeCommand(images: readonly Pick<HostImage, "id">[]): string {
  return ["docker image rm", ...images.map(shortId)].join(" ");
}
