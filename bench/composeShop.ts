import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PushedImage } from "../demo/images/push";
import { ShopClient } from "../demo/shopClient";
import type { BenchRelease, Contender } from "./contender";
import { benchServices, composeFile, imageVariable, type Place } from "./shopSettings";
import type { Site } from "./site";

/** The shop run by Docker Compose, as its runbook says: the release's images by digest, pull, up. */
export class ComposeShop implements Contender {
  readonly name = "compose";
  readonly shop: ShopClient;
  private readonly folder: string;

  constructor(
    private readonly site: Site,
    readonly place: Place,
    private readonly images: Record<BenchRelease, Record<string, PushedImage>>,
  ) {
    this.shop = new ShopClient(place.ports);
    this.folder = join(site.folder, "compose");
    mkdirSync(this.folder);
    writeFileSync(join(this.folder, "compose.yaml"), composeFile(place, benchServices(place)));
  }

  async goTo(release: BenchRelease): Promise<void> {
    const images = Object.entries(this.images[release]).map(
      ([service, { repository, digest }]) => `${imageVariable(service)}=${repository}@${digest}\n`,
    );
    const secrets = `databasePassword=${this.site.machine.postgres.password}\n`;
    writeFileSync(join(this.folder, ".env"), images.join("") + secrets, { mode: 0o600 });
    await this.site.run(this.folder, ["docker", "compose", "pull"]);
    await this.again();
  }

  async again(): Promise<void> {
    await this.site.run(this.folder, ["docker", "compose", "up", "-d", "--wait"]);
  }
}
