import { z } from "zod";
import { readByDigest, RegistryError, type RegistryOptions } from "./registry";
import { digestPattern, type ReleasedImage } from "./build";

/** A layer as the registry has it. */
export interface ImageLayer {
  digest: string;
  /** Bytes, compressed as it is sent. */
  bytes: number;
}

export interface ImageLayers {
  /** Lowest first. */
  layers: readonly ImageLayer[];
  /** Digest of the configuration. */
  configuration: string;
}

const digest = z.string().regex(digestPattern);
const manifest = z.object({
  config: z.object({ digest }),
  layers: z.array(z.object({ digest, size: z.int().min(0) })),
});
const platforms = z.object({
  manifests: z
    .array(z.object({ digest, platform: z.object({ os: z.string(), architecture: z.string() }).optional() }))
    .min(1),
});
const configuration = z.object({ rootfs: z.object({ diff_ids: z.array(digest) }) });

/** Go's name of this machine's processor: an engine elsewhere is mostly of the same, and other images hardly smaller. */
const architecture = process.arch === "x64" ? "amd64" : process.arch;

/**
 * The layers of an image, by its manifest; of a list of platforms, those of this machine's or of the first.
 * @throws RegistryError where they can't be known
 */
export async function imageLayers(
  { repository, digest: wanted }: ReleasedImage,
  options: RegistryOptions = {},
): Promise<ImageLayers> {
  const found = await readByDigest(repository, wanted, "manifests", options);
  const list = platforms.safeParse(found);
  if (list.success) {
    const { manifests } = list.data;
    const own = manifests.find(
      ({ platform }) => platform?.os === "linux" && platform.architecture === architecture,
    );
    const [first] = manifests;
    const chosen = (own ?? first)?.digest ?? wanted;
    return layersOf(await readByDigest(repository, chosen, "manifests", options), `${repository}@${chosen}`);
  }
  return layersOf(found, `${repository}@${wanted}`);
}

function layersOf(found: unknown, reference: string): ImageLayers {
  const { config, layers } = checked(manifest, found, reference);
  return {
    layers: layers.map(({ digest: of, size }) => ({ digest: of, bytes: size })),
    configuration: config.digest,
  };
}

/**
 * What the layers of an image are called once they are unpacked, lowest first.
 * @throws RegistryError where it can't be known
 */
export async function unpackedNames(
  { repository }: ReleasedImage,
  { configuration: wanted }: ImageLayers,
  options: RegistryOptions = {},
): Promise<string[]> {
  const found = await readByDigest(repository, wanted, "blobs", options);
  return checked(configuration, found, `${repository}@${wanted}`).rootfs.diff_ids;
}

function checked<Shape>(schema: z.ZodType<Shape>, found: unknown, reference: string): Shape {
  const result = schema.safeParse(found);
  if (result.success) return result.data;
  throw new RegistryError(
    "bad-answer",
    `the registry describes ${reference} in a way that is not known here`,
  );
}
