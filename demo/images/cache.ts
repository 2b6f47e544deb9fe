import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot } from "../../files/cacheRoot.cjs";
import { writeWhole } from "../../files/writeWhole.cjs";
import { digestOf, type Layer } from "./layer";

/** Where things that are slow to make are kept between runs. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(cacheRoot(environment), "images");
}

/**
 * A layer from the cache, or made and put there. A damaged entry is made again; two runs at once do no harm.
 * @param key names the content: a file name
 */
export async function cachedLayer(
  key: string,
  make: () => Layer | Promise<Layer>,
  folder = cacheFolder(),
): Promise<Layer> {
  const file = join(folder, `${key}.tar.gz`);
  try {
    const { diffId, digest } = JSON.parse(readFileSync(`${file}.json`, "utf8")) as Pick<
      Layer,
      "diffId" | "digest"
    >;
    const compressed = readFileSync(file);
    if (digestOf(compressed) === digest) return { diffId, digest, compressed };
  } catch {
    // Not there yet.
  }
  const layer = await make();
  mkdirSync(folder, { recursive: true });
  writeWhole(file, layer.compressed);
  writeWhole(`${file}.json`, JSON.stringify({ diffId: layer.diffId, digest: layer.digest }));
  return layer;
}
