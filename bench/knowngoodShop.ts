import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { PushedImage } from "../demo/images/push";
import { makeProject } from "../demo/project";
import { ShopClient } from "../demo/shopClient";
import { writeMigrations } from "../demo/shop/releases";
import type { BenchRelease, Contender } from "./contender";
import { benchServices, stackFile, type Place } from "./shopSettings";
import type { Site } from "./site";

/** v1's images with v2's migrations, so that going back to it meets no gap. */
const level = "v1-level";

const update = ["pulumi", "up", "--yes"] as const;

/** The shop as a stack of knowngood, by plain Pulumi commands. */
export class KnowngoodShop implements Contender {
  readonly name = "knowngood";
  readonly shop: ShopClient;
  private readonly folder: string;
  private tries = 0;

  constructor(
    private readonly site: Site,
    readonly place: Place,
  ) {
    this.shop = new ShopClient(place.ports);
    this.folder = join(site.folder, "knowngood");
    makeProject(this.folder);
  }

  /** Makes the catalog and the stack; nothing runs yet. */
  async prepare(images: Record<BenchRelease, Record<string, PushedImage>>): Promise<void> {
    const { postgres, registry } = this.site.machine;
    const releases = [
      { tag: "v1", images: "v1", migrations: "v1" },
      { tag: level, images: "v1", migrations: "v2" },
      { tag: "v2", images: "v2", migrations: "v2" },
    ] as const;
    for (const release of releases) {
      writeMigrations(release.migrations, join(this.folder, "migrations"));
      const named = Object.keys(images[release.images]).flatMap((service) => [
        "--image",
        `${registry.address}/shop/${service}:${release.images}`,
      ]);
      const own = join(this.folder, "node_modules", ".bin", "knowngood");
      const words = ["release", "add", release.tag, ...named, "--migrations", "migrations"];
      await this.site.run(this.folder, [process.execPath, own, ...words]);
    }
    await this.site.run(this.folder, ["pulumi", "stack", "init", "bench", "--no-select"]);
    // Beside what the command wrote: the salt of the secrets.
    appendFileSync(join(this.folder, "Pulumi.bench.yaml"), stackFile(this.place, benchServices(this.place)));
    await this.secret("databaseUrl", postgres.url(this.site.database));
    await this.secret("databasePassword", postgres.password);
  }

  /** @param preview whether the update shows a preview first, as it does by default. @default false */
  async goTo(release: BenchRelease, preview = false): Promise<void> {
    await this.target(release);
    await this.again(preview);
  }

  async again(preview = false): Promise<void> {
    await this.site.run(this.folder, preview ? update : [...update, "--skip-preview"]);
  }

  /**
   * Changes the setting alone, to a release or to one that ships the schema that is there. The newer release is one
   * that the stack was rolled back from, so that it is tried again with a reason of its own.
   */
  async target(release: BenchRelease | typeof level): Promise<void> {
    const settings = [`imageTag=${release}`];
    if (release === "v2")
      settings.push(`retry=${JSON.stringify({ tag: release, reason: `round ${++this.tries}` })}`);
    const words = settings.flatMap((setting) => ["--plaintext", setting]);
    await this.site.run(this.folder, ["pulumi", "config", "set-all", ...words]);
  }

  async preview(): Promise<void> {
    await this.site.run(this.folder, ["pulumi", "preview"]);
  }

  private async secret(name: string, value: string): Promise<void> {
    await this.site.run(this.folder, ["pulumi", "config", "set", "--secret", name], value);
  }
}
