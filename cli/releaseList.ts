import { newMigrations, readCatalog } from "../catalog/catalog";
import { print, printJson, table } from "./output";
import type { CatalogOptions } from "./releaseCommands";
import { shortCommit, shortDigest } from "./shorten";

/** `release list`: all releases, oldest first. */
export function releaseList({ releases: folder, json }: CatalogOptions): void {
  const catalog = readCatalog(folder);
  const added = newMigrations(catalog);
  const listed = catalog.releases.map((release) => ({
    ...release,
    newMigrations: added.get(release.tag) ?? [],
  }));
  if (json) return printJson(listed);
  if (listed.length === 0)
    return print(`${folder} has no release yet; add one: npx knowngood release add --help`);
  const rows = listed.map((release) => {
    const services = Object.entries(release.services).map(
      ([name, { digest }]) => `${name} ${shortDigest(digest)}`,
    );
    return [
      release.tag,
      String(release.order),
      release.time.replace(/\.\d+Z$/, "Z"),
      shortCommit(release.commit),
      `${services.length}: ${services.join(", ")}`,
      String(release.migrations.length),
      release.newMigrations.map(({ version, name }) => `${version}_${name}`).join(", ") || "-",
    ];
  });
  print(table(["TAG", "ORDER", "TIME", "COMMIT", "SERVICES", "MIGRATIONS", "NEW"], rows));
}
