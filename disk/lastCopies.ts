import { manifestExists, type RegistryOptions } from "../catalog/registry";
import { shortId, type HostImage, type Removable } from "./removable";

/** Registries are asked for so many images at a time. */
const lanes = 8;

/**
 * Leaves out what the registry would not give again: an image that it no longer has is the last copy, and of one that
 * nobody can ask for it may be.
 */
export async function withoutLastCopies(
  { images, leftOut }: Removable,
  options: RegistryOptions = {},
): Promise<Removable> {
  const why = new Map<HostImage, string>();
  const waiting = [...images];
  const work = async () => {
    for (let image = waiting.shift(); image !== undefined; image = waiting.shift()) {
      const lost = await whyLost(image, options);
      if (lost !== undefined) why.set(image, lost);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return {
    images: images.filter((image) => !why.has(image)),
    leftOut: [...leftOut, ...[...why.values()].sort()],
  };
}

async function whyLost(image: HostImage, options: RegistryOptions): Promise<string | undefined> {
  const [name = ""] = image.digests;
  const [repository = "", digest = ""] = name.split("@");
  try {
    if (await manifestExists(repository, digest, options)) return undefined;
    return `${shortId(image)} (${name}) is no longer in its registry: this host may have the last copy.`;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return `${shortId(image)} (${name}) may not be in its registry any more (${said}).`;
  }
}
