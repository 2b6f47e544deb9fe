import { imageReference, type ReleasedImage } from "../catalog/build";
import type { ImageLayers } from "../catalog/imageLayers";
import { askEngine } from "../assessment/engineQueries";

/**
 * Bytes that a layer mostly takes, for each that is sent: the compressed one, which the engine keeps until it is unpacked
 * or for good, and twice that unpacked, since gzip brings programs, libraries and texts to a half or less. One of what
 * does not compress further, such as jars and models, takes less: only that it takes a byte for each is certain.
 */
export const usuallyPerByteSent = 3;

/** An image that is still to be pulled. */
export interface MissingImage {
  service: string;
  image: ReleasedImage;
}

/** An image with what the registry says of it. */
export interface DescribedImage {
  layers: ImageLayers["layers"];
  /** Names of the unpacked layers, lowest first. @default not known, so that all are to be pulled */
  unpacked?: readonly string[];
}

/** What is to be pulled, and what that takes. */
export interface ImageSpace {
  /** Bytes that are needed for certain: what is sent, since nothing unpacks to less. */
  least: number;
  /** Bytes that it mostly takes to pull and unpack. */
  usual: number;
  /** `repository@sha256:…` */
  references: readonly string[];
}

/**
 * Bytes that are sent for images, without the layers that the engine has: a layer is there where one of its images begins with
 * the same ones up to it.
 * @param onHost names of the unpacked layers of the engine's images, lowest first
 */
export function bytesToPull(
  images: readonly DescribedImage[],
  onHost: readonly (readonly string[])[],
): number {
  const present = new Set(onHost.flatMap(chains));
  const missing = new Map<string, number>();
  for (const { layers, unpacked } of images) {
    const names = unpacked === undefined ? [] : chains(unpacked);
    layers.forEach(({ digest, bytes }, index) => {
      if (!present.has(names[index] ?? digest)) missing.set(digest, bytes);
    });
  }
  return [...missing.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function chains(names: readonly string[]): string[] {
  return names.map((_, index) => names.slice(0, index + 1).join(" "));
}

/**
 * What images that are not on the host take there. What the host already has of them is looked at only where they would
 * not fit otherwise.
 * @param free bytes
 * @param signal ends the questions
 * @throws Error where registry or engine don't say
 */
export async function spaceNeeded(
  missing: readonly MissingImage[],
  free: number,
  engine: string | undefined,
  signal?: AbortSignal,
): Promise<ImageSpace> {
  const { imageLayers, unpackedNames } = await import("../catalog/imageLayers");
  const references = missing.map(({ image }) => imageReference(image));
  const described = await Promise.all(missing.map(({ image }) => imageLayers(image, { signal })));
  const whole = { ...spaceOf(bytesToPull(described, [])), references };
  if (whole.usual <= free) return whole;
  const [unpacked, onHost] = await Promise.all([
    Promise.all(
      missing.flatMap(({ image }, index) => {
        const layers = described[index];
        return layers === undefined ? [] : [unpackedNames(image, layers, { signal })];
      }),
    ),
    layersOnHost(engine, signal),
  ]);
  const images = described.map(({ layers }, index) => ({ layers, unpacked: unpacked[index] ?? [] }));
  return { ...spaceOf(bytesToPull(images, onHost)), references };
}

function spaceOf(sent: number): Pick<ImageSpace, "least" | "usual"> {
  return { least: sent, usual: usuallyPerByteSent * sent };
}

async function layersOnHost(
  engine: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string[][]> {
  const { stdout } = await askEngine(["image", "ls", "--all", "--quiet", "--no-trunc"], engine, signal);
  const ids = [...new Set(stdout.split("\n").filter((id) => id !== ""))];
  if (ids.length === 0) return [];
  const format = "{{json .RootFS.Layers}}";
  const inspected = await askEngine(["image", "inspect", "--format", format, ...ids], engine, signal);
  return inspected.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as string[] | null) ?? []);
}
