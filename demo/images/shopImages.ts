import { build } from "esbuild";
import { join } from "node:path";
import { shopReleases, type ServiceContent, type ShopRelease, type ShopService } from "../shop/releases";
import { step } from "../../toolchain/machine/steps";
import { busyboxLayer } from "./busybox";
import { layerOf, type Layer } from "./layer";
import { nodeLayer } from "./nodeLayer";
import { pushImage, type PushedImage } from "./push";

export interface ShopImagesOptions<R extends ShopRelease> {
  /** `localhost:PORT` */
  registry: string;
  releases: readonly R[];
  say: (line: string) => void;
}

const shopFolder = join(__dirname, "..", "shop");
/** The user nobody. */
const user = "65534:65534";

/**
 * Builds the images of some of the shop's releases and pushes them as `shop/<service>:<release>`. The same sources
 * give the same digests, so a service that two releases share has one digest in both.
 * @throws when a source doesn't bundle or the registry refuses
 */
export async function buildShop<R extends ShopRelease>(
  options: ShopImagesOptions<R>,
): Promise<Record<R, Record<ShopService, PushedImage>>> {
  const { registry, releases, say } = options;
  return step(say, `build the shop's images ${releases.join(", ")}`, "1 s, 8 s the first time", async () => {
    const base = await Promise.all([busyboxLayer(), nodeLayer()]);
    const services = async (release: R) => {
      const pushed = Object.entries(shopReleases[release].services).map(async ([service, content]) => {
        const image = await pushService(registry, service, release, base, content);
        return [service, image] as const;
      });
      return [release, Object.fromEntries(await Promise.all(pushed))] as const;
    };
    const built: [R, Record<string, PushedImage>][] = [];
    // One release after the other: the base is sent once, and later ones find it there.
    for (const release of releases) built.push([...(await services(release))]);
    return Object.fromEntries(built) as Record<R, Record<ShopService, PushedImage>>;
  });
}

async function pushService(
  registry: string,
  service: string,
  tag: string,
  base: readonly Layer[],
  { release, files }: ServiceContent,
): Promise<PushedImage> {
  const entries = Object.entries(files).map(async ([name, source]) => ({
    path: `app/${name}`,
    kind: "file" as const,
    content: await bundle(source),
    mode: 0o644,
  }));
  return pushImage(registry, `shop/${service}`, [tag], [...base, layerOf(await Promise.all(entries))], {
    entrypoint: ["/usr/local/bin/node", "/app/main.js"],
    environment: { NODE_ENV: "production", SERVICE: service, RELEASE: release },
    workingDirectory: "/app",
    user,
  });
}

/** A source file with all that it imports, as one file. */
async function bundle(source: string): Promise<Buffer> {
  const result = await build({
    absWorkingDir: shopFolder,
    entryPoints: [source],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["pg-native"],
    logLevel: "silent",
  });
  return Buffer.from(result.outputFiles[0]?.contents ?? []);
}
