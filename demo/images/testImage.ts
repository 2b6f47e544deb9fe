import { busyboxLayer } from "./busybox";
import { layerOf } from "./layer";
import { pushImage, type PushedImage } from "./push";

export interface TestImageOptions {
  /** `localhost:PORT` */
  registry: string;
  /** Repository below the registry, such as `test/slow-start`. */
  name: string;
  tag: string;
  /** Text files by absolute path; all are executable. */
  files?: Record<string, string>;
  /** The program and its arguments: busybox's programs lie in /bin (sh, httpd, nc, wget, sleep …). */
  entrypoint: readonly string[];
  env?: Record<string, string>;
  /** Default root. */
  user?: string;
}

/** Builds an image of some 1 MB from a static busybox and the given files, and pushes it. */
export async function buildTestImage(options: TestImageOptions): Promise<PushedImage> {
  const files = Object.entries(options.files ?? {}).map(([path, content]) => ({
    path: path.replace(/^\/+/, ""),
    kind: "file" as const,
    content: Buffer.from(content),
  }));
  return pushImage(options.registry, options.name, [options.tag], [await busyboxLayer(), layerOf(files)], {
    entrypoint: options.entrypoint,
    environment: options.env,
    user: options.user,
  });
}
