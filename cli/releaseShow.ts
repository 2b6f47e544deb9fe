import { buildReference } from "../catalog/build";
import { adviseTag, findRelease, newMigrations, readCatalog, sqlFile } from "../catalog/catalog";
import { migrationLabel } from "../catalog/release";
import { InvalidInput, show } from "../settings/violations";
import { print, printJson, table } from "./output";
import type { CatalogOptions } from "./releaseCommands";

/**
 * `release show`: one release whole.
 * @throws InvalidInput where the catalog doesn't have it
 */
export function releaseShow(tag: string, { releases: folder, json }: CatalogOptions): void {
  const catalog = readCatalog(folder);
  const release = findRelease(catalog, tag);
  if (release === undefined) {
    const violation = { where: "TAG", found: show(tag), expected: adviseTag(catalog, tag) };
    throw new InvalidInput(`${folder} has no release ${tag}`, [violation]);
  }
  const added = newMigrations(catalog).get(tag) ?? [];
  if (json) return printJson({ ...release, newMigrations: added });
  const ci = release.ci
    ? `${release.ci.verdict}${release.ci.url === undefined ? "" : ` ${release.ci.url}`}`
    : "not known";
  print(`${release.tag}, number ${release.order} in ${folder}`);
  print(`  added       ${release.time}`);
  print(`  commit      ${release.commit ?? "not known"}`);
  print(`  CI          ${ci}`);
  print(`  flags       ${release.flags.join(", ") || "none"}`);
  if (release.dataReadableFrom) print(`  data        readable from ${release.dataReadableFrom}`);
  print("");
  print(
    table(
      ["SERVICE", "BUILD"],
      Object.entries(release.services).map(([name, build]) => [name, buildReference(build)]),
    ),
  );
  if (release.migrations.length === 0) return;
  print("");
  const rows = release.migrations.map((migration) => [
    migrationLabel(migration),
    added.includes(migration) ? "new" : "",
    sqlFile(folder, migration.sha256),
  ]);
  print(table(["MIGRATION", "NEW", "SQL"], rows));
}
