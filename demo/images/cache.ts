import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { digestOf, type Layer } from "./layer";

/** Where things that are slow to make are kept between runs. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const folder =
    environment.KNOWNGOOD_CACHE || join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "knowngood");
  return join(folder, "images");
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
  write(file, layer.compressed);
  write(`${file}.json`, JSON.stringify({ diffId: layer.diffId, digest: layer.digest }));
  return layer;
}

function write(file: string, content: Buffer | string): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, file);
}
