import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { tarOf, type LayerEntry } from "./tar";

/** A layer as a registry takes it. */
export interface Layer {
  /** Digest of the archive before compression, for the image's configuration. */
  diffId: string;
  /** Digest of the compressed archive, by which the registry knows it. */
  digest: string;
  compressed: Buffer;
}

/** `sha256:<hex>` of some bytes. */
export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** A layer that depends on its entries alone: building it again gives the same digests. */
export function layerOf(entries: readonly LayerEntry[]): Layer {
  const archive = tarOf(entries);
  const compressed = gzipSync(archive, { level: 6 });
  return { diffId: digestOf(archive), digest: digestOf(compressed), compressed };
}
